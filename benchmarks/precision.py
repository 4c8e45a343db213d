"""F1 with bf16 compared with float32, for several seeds: `WCABENCH_DATA=DATA python benchmarks/precision.py`.

Trains the packaged encoder on real data (suite `paper`), each seed in both precisions, and prints a Markdown table. If
the processor has no bf16 products, they are simulated (`rounded_products.py`).
"""

import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev

import click

# Run as a script from anywhere; the modules beside this file are not a package.
sys.path.append(str(Path(__file__).parent))

from pages import show_block
from rounded_products import RoundedProducts

from wcabench.cli.choices import data_source
from wcabench.config import DataConfig, RecipeConfig
from wcabench.data.sentences import PairData
from wcabench.data.suites import load_suite
from wcabench.nn.bench import NetworkBench
from wcabench.nn.precision import resolve_precision
from wcabench.registry import find
from wcabench.runs.inputs import training_data
from wcabench.runs.predictions import count_entities
from wcabench.runs.tagging import tag
from wcabench.scoring.scorer import SIDES, STRICT

Scores = dict[str, float]


def scores(method: str, data: PairData, recipe: RecipeConfig, seed: int) -> Scores:
    """Train a method, and return its strict F1, %, on both test sets."""
    cls = find(method).load()
    visible = training_data(data, cls.info.needs, recipe)
    bench = NetworkBench(visible, load_suite("mini").encoder, recipe, seed=seed)
    native = recipe.precision == "fp32" or resolve_precision("auto", "cpu") == "bf16"
    with nullcontext() if native else RoundedProducts():
        tagger = cls().fit(bench)
        sets = {"target": data.target_test, "source": data.source_test}
        tags = {side: tag(tagger, [s.words for s in sentences], side) for side, sentences in sets.items()}
    counts = count_entities(data, tags, read_only=False)
    return {side: counts[side, STRICT].f1 for side in SIDES}


def table(by_seed: dict[int, dict[str, Scores]], pair: str) -> str:
    """Return a Markdown table with a row for each seed, and a last row of means and standard deviations over seeds."""
    language = dict(zip(("source", "target"), pair.split("-"), strict=True))
    heads, columns = [], []
    for side in SIDES:
        fp32, bf16 = (
            [of_seed[precision][side] for of_seed in by_seed.values()] for precision in ("fp32", "bf16")
        )
        heads += [f"{language[side]}, {column}" for column in ("fp32", "bf16", "difference")]
        columns += [fp32, bf16, [b - a for a, b in zip(fp32, bf16, strict=True)]]
    lines = [f"| seed | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for row, seed in enumerate(by_seed):
        lines.append(f"| {seed} | {' | '.join(f'{column[row]:.2f}' for column in columns)} |")
    ends = " | ".join(f"{fmean(column):.2f} ± {stdev(column):.2f}" for column in columns)
    return "\n".join([*lines, f"| mean ± s.d. | {ends} |"])


@click.command(help=__doc__)
@click.option("--method", default="wca-hard", show_default=True)
@click.option("--pair", default="en-nl", show_default=True)
@click.option("--seeds", default=3, show_default=True, type=click.IntRange(min=2), help="How many, from 1.")
@click.option("--labelled", default=1000, show_default=True, help="Labelled sentences.")
@click.option("--epochs", default=3, show_default=True)
@click.option("--rate", default=3e-4, show_default=True, help="Learning rate.")
@click.option(
    "--into", type=click.Path(dir_okay=False, path_type=Path), help="Page between whose marks it goes."
)
def main(
    method: str, pair: str, seeds: int, labelled: int, epochs: int, rate: float, into: Path | None
) -> None:
    suite = load_suite("paper")
    data = suite.load(pair, DataConfig(), data_source(None, offline=True))
    recipe = replace(suite.recipe, max_labelled=labelled, epochs=epochs, learning_rate=rate)
    by_seed: dict[int, dict[str, Scores]] = {}
    for seed in range(1, seeds + 1):
        for name in ("fp32", "bf16"):
            by_side = scores(method, data, replace(recipe, precision=name), seed)
            by_seed.setdefault(seed, {})[name] = by_side
            click.echo(f"seed {seed}, {name}: {by_side}", err=True)
    how = "the processor's own" if resolve_precision("auto", "cpu") == "bf16" else "products rounded to bf16"
    page = (
        f"{method}, suite `paper` {pair}, the embedded encoder, {labelled} labelled sentences, {epochs} epochs, "
        f"learning rate {rate:g}; strict F1, %, on the whole test sets; bf16: {how}.\n\n{table(by_seed, pair)}\n"
    )
    show_block(page, into)


if __name__ == "__main__":
    main()
