"""Time and memory as functions of pairs, sentence length, layers and vocabulary: `python benchmarks/growth.py`.

Prints a Markdown table for each axis; `--into docs/cost.md` writes them into that page. Times are processor times on
one thread. Transport is measured on one layer's problems of the packaged encoder. A training step is one of wca-hard,
with an untrained encoder, which takes as long as a trained one. Each step runs in a new process, to measure its memory.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import cycle, islice
from pathlib import Path

import click

# Run as a script from anywhere; the modules beside this file are not a package.
sys.path.append(str(Path(__file__).parent))

import numpy as np
import torch
from interleaving import cpu_seconds
from pages import show_block
from real_costs import embedded_model, parallel_text, step_costs, untrained_encoder
from training_steps import StoppedError, objectives

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.contract import Sentence, SentencePair
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.randomness import Streams
from wcabench.nn.training import train
from wcabench.transport import harden_columns, solve

WIDTH = 256
LABELLED = 32
# Number of steps that are timed, after one that is not.
STEPS = 4
EPSILON = 0.05


@dataclass(frozen=True)
class Size:
    """The size of a step's work; each axis changes one of these numbers.

    Attributes:
        pairs: number of pairs in a step, besides 32 labelled sentences.
        pieces: number of pieces of every sentence.
        layers: number of the encoder's layers.
        vocabulary: number of rows of its embedding table.
    """

    pairs: int = 32
    pieces: int = 32
    layers: int = 4
    vocabulary: int = 20_000


AXES = {
    "pairs": ("pairs a step", (8, 16, 32, 64, 128)),
    "pieces": ("pieces a sentence", (8, 16, 32, 64, 128)),
    "layers": ("layers", (4, 6, 8, 12)),
    "vocabulary": ("vocabulary", (20_000, 60_000, 120_000, 250_000)),
}


def sentences_of(model: TaggingNetwork, pieces: int) -> Iterator[SentencePair]:
    """Yield pairs with about `pieces` pieces on each side, by joining German-English pairs and cutting them."""
    source: list[str] = []
    target: list[str] = []
    for pair in parallel_text("de"):
        source += pair.source
        target += pair.target
        ends = [np.cumsum([len(word) for word in model.table.pieces(side)]) for side in (source, target)]
        if all(end[-1] >= pieces for end in ends):
            kept = [max(1, int((end <= pieces).sum())) for end in ends]
            yield SentencePair(source[: kept[0]], target[: kept[1]])
            source, target = [], []


def step(size: Size, encoder: EncoderConfig) -> tuple[float, float]:
    """Return the milliseconds of a training step, and the peak memory of the whole process in MiB."""
    torch.set_num_threads(1)
    recipe = RecipeConfig(batch_size=LABELLED, pair_batch_size=size.pairs, max_length=130, precision="fp32")
    model = embedded_model("fp32", encoder=encoder)
    pairs = list(islice(sentences_of(model, size.pieces), size.pairs))
    # So many that no epoch ends, because its end would copy the embedding table.
    texts = islice(cycle(pair.source for pair in pairs), LABELLED * (STEPS + 2))
    labelled = [Sentence(words, ("O",) * len(words)) for words in texts]
    terms = objectives(model, labelled, pairs, recipe)
    stamps = []

    def stamp(*_: object) -> None:
        stamps.append(cpu_seconds())
        if len(stamps) > STEPS:
            raise StoppedError

    with suppress(StoppedError):
        train(model, terms, recipe, Streams(0), progress=stamp)
    return 1000 * float(np.median(np.diff(stamps))), peak_memory()


def peak_memory() -> float:
    """Return the peak memory of this process, in MiB (Linux)."""
    # getrusage is not used, because a child's count there begins with its parent's.
    (line,) = [x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def alone(size: Size) -> tuple[float, float]:
    """Call `step` in a new process, with an encoder that this process makes."""
    with tempfile.TemporaryDirectory() as folder, multiprocessing.get_context("spawn").Pool(1) as pool:
        encoder = untrained_encoder(Path(folder), layers=size.layers, width=WIDTH, vocabulary=size.vocabulary)
        return pool.apply(step, (size, encoder))


def milliseconds(call: Callable[[], object]) -> float:
    """Return the median processor time of some calls, after one that is not counted."""
    call()
    times = []
    for _ in range(STEPS):
        start = cpu_seconds()
        call()
        times.append(1000 * (cpu_seconds() - start))
    return float(np.median(times))


def transport(model: TaggingNetwork, size: Size) -> tuple[float, float]:
    """Return the milliseconds of exact and of entropic plans, with hardening; one problem for each pair."""
    pairs = list(islice(sentences_of(model, size.pieces), size.pairs))
    # Only the last layer's: the costs of a pair's layers follow one another.
    costs = step_costs(model, pairs)[model.depth - 1 :: model.depth]
    exact, entropic = (
        milliseconds(lambda epsilon=epsilon: harden_columns(solve(costs, epsilon=epsilon).plans))  # type: ignore[misc]
        for epsilon in (None, EPSILON)
    )
    return exact, entropic


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return the exponent of the power law that fits best, by least squares on logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def table(axis: str, names: Sequence[str], sizes: Sequence[int], rows: Sequence[Sequence[float]]) -> str:
    """Return a Markdown table with a row for each size, and the slopes in the last one."""
    lines = [f"### Against {axis}", "", f"| {axis} | {' | '.join(names)} |", "|---:" * (len(names) + 1) + "|"]
    lines += [
        f"| {size:,} | {' | '.join(f'{value:,.3g}' if value < 1000 else f'{value:,.0f}' for value in row)} |"
        for size, row in zip(sizes, rows, strict=True)
    ]
    slopes = [slope(sizes, column) for column in zip(*rows, strict=True)]
    return "\n".join(
        [*lines, f"| **slope** | {' | '.join(f'**{exponent:.2f}**' for exponent in slopes)} |", ""]
    )


@click.command(help=__doc__)
@click.option(
    "--into", type=click.Path(dir_okay=False, path_type=Path), help="Page between whose marks they go."
)
def main(into: Path | None) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"  # in the child processes
    torch.set_num_threads(1)
    model = embedded_model()
    base = Size()
    text = f"The rest stays at {', '.join(f'{value:,} {name}' for name, value in asdict(base).items())}.\n"
    for field, (axis, sizes) in AXES.items():
        names, rows = ["step, ms", "peak memory, MiB"], []
        transported = field in ("pairs", "pieces")
        for value in sizes:
            size = replace(base, **{field: value})
            rows.append((*(transport(model, size) if transported else ()), *alone(size)))
            click.echo(f"{axis}: {value}", err=True)
        names = [*(("exact plans, ms", "entropic plans, ms") if transported else ()), *names]
        text += f"\n{table(axis, names, sizes, rows)}"
    show_block(text, into)


if __name__ == "__main__":
    main()
