"""How often hardened entropic plans equal the exact ones, for several epsilons: `python benchmarks/epsilon.py`.

Measured on the states of the packaged encoder for the packaged parallel text, before and after fine-tuning on the mini
suite. Prints a Markdown table; `--into docs/epsilon.md` writes it into that page.
"""

import math
import os
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import click

# Run as a script from anywhere; the modules beside this file are not a package.
sys.path.append(str(Path(__file__).parent))

import numpy as np
import torch
from interleaving import cpu_seconds
from pages import show_block
from real_costs import LANGUAGES, PAIRS_A_STEP, embedded_model, mini_data, mixed_pairs, step_costs

from wcabench.data.suites import load_suite
from wcabench.nn.bench import NetworkBench
from wcabench.nn.network import TaggingNetwork
from wcabench.registry import find
from wcabench.runs.inputs import training_data
from wcabench.transport import harden_columns, solve
from wcabench.transport.hardening import first_best

# The methods' default; with an encoder of three layers it includes the embeddings.
LAYERS = "last-4"
EPSILONS = (0.2, 0.1, 0.05, 0.02, 0.01, 0.005)
# Enough for nearly all problems to converge at the smallest epsilon.
ITERATIONS = 20_000
# The methods' default.
DEFAULT_ITERATIONS = 100


@dataclass(frozen=True)
class Row:
    """One coupling compared with the exact one, over all pairs; NaN where there is nothing to measure.

    Attributes:
        layer: share of the columns of single layers' plans with the same partner as the exact plan.
        mean: the same for the plans' means over layers, which are hardened (eqs. 4 and 6).
        iterations: median number of iterations.
        in_time: share of the problems that converge within the methods' default number of iterations.
        missed: mean L1 error of the source marginals after that number.
        settled: share of the mean plans' columns that have their final partner after that number.
        milliseconds: processor time of a step of 32 pairs, for converged plans and hardening.
    """

    layer: float
    mean: float
    iterations: float = math.nan
    in_time: float = math.nan
    missed: float = math.nan
    settled: float = math.nan
    milliseconds: float = math.nan


# Heading and format of each field in the table, in order.
SHOWN = {
    "a layer's argmax": ".3f",
    "argmax of the mean plan": ".3f",
    "iterations": ".0f",
    f"converged in {DEFAULT_ITERATIONS}": ".0%",
    f"L1 error after {DEFAULT_ITERATIONS}": ".1e",
    "argmax settled by then": ".4f",
    "ms a step": ".1f",
}


def agreement(plans: Sequence[torch.Tensor], exact: Sequence[torch.Tensor]) -> float:
    """Return the share of all columns whose largest entry, the first of equals, is in the same row."""
    same = [first_best(a) == first_best(b) for a, b in zip(plans, exact, strict=True)]
    return float(torch.cat(same).float().mean())


def means(plans: Sequence[torch.Tensor], layers: int) -> list[torch.Tensor]:
    """Return the mean over layers of each pair's plans, which follow one another."""
    return [torch.stack(list(plans[at : at + layers])).mean(0) for at in range(0, len(plans), layers)]


def measure(costs: Sequence[torch.Tensor], layers: int) -> dict[str, Row]:
    """Return a row for the exact plan, nearest token and each epsilon."""
    steps = len(costs) / layers / PAIRS_A_STEP
    solve(costs[:layers])
    start = cpu_seconds()
    exact = solve(costs).plans
    harden_columns(means(exact, layers))
    spent = cpu_seconds() - start
    mean = means(exact, layers)
    rows = {"exact": Row(1.0, 1.0, milliseconds=1000 * spent / steps)}
    near = [-cost for cost in costs]
    rows["nearest token"] = Row(agreement(near, exact), agreement(means(near, layers), mean))
    for epsilon in EPSILONS:
        solve(costs[:layers], epsilon=epsilon)
        start = cpu_seconds()
        solved = solve(costs, epsilon=epsilon, max_iterations=ITERATIONS)
        averaged = means(solved.plans, layers)
        harden_columns(averaged)
        spent = cpu_seconds() - start
        early = solve(costs, epsilon=epsilon, max_iterations=DEFAULT_ITERATIONS)
        rows[f"{epsilon:g}"] = Row(
            agreement(solved.plans, exact),
            agreement(averaged, mean),
            float(np.median(solved.iterations)),
            float(early.converged.mean()),
            float(early.marginal_error.mean()),
            agreement(means(early.plans, layers), averaged),
            1000 * spent / steps,
        )
    return rows


def table(untouched: dict[str, Row], tuned: dict[str, Row]) -> str:
    """Return a Markdown table; a cell of two numbers is untouched / fine-tuned."""
    lines = [f"| ε | {' | '.join(SHOWN)} |", "|---" * (len(SHOWN) + 1) + "|"]
    for name in untouched:
        both = zip(astuple(untouched[name]), astuple(tuned[name]), SHOWN.values(), strict=True)
        cells = ["" if math.isnan(a) else f"{a:{form}} / {b:{form}}" for a, b, form in both]
        lines.append(f"| {' | '.join([name, *cells])} |")
    return "\n".join(lines)


def fine_tuned(method: str, language: str = "nl") -> TaggingNetwork:
    """Return the packaged encoder after a training on the mini suite, seed 1."""
    suite = load_suite("mini")
    needs = frozenset({"labelled", "parallel"})
    bench = NetworkBench(
        training_data(mini_data(language), needs, suite.recipe), suite.encoder, suite.recipe, seed=1
    )  # type: ignore[arg-type]
    return find(method).load()().fit(bench).network  # type: ignore[no-any-return]


@click.command(help=__doc__)
@click.option("--pairs", default=320, show_default=True, help="Sentence pairs, of all languages in turn.")
@click.option("--method", default="wca-hard", show_default=True, help="What the encoder is fine-tuned with.")
@click.option(
    "--into", type=click.Path(dir_okay=False, path_type=Path), help="Page between whose marks it goes."
)
def main(pairs: int, method: str, into: Path | None) -> None:
    text = mixed_pairs(pairs)
    results = []
    for model in (embedded_model(), fine_tuned(method)):
        costs = step_costs(model.float(), text, LAYERS)
        results.append(measure(costs, len(costs) // len(text)))
    source = "NTREX" if os.environ.get("WCABENCH_DATA") else "the embedded corpus"
    page = (
        f"{len(text)} pairs of {source}, English with {', '.join(LANGUAGES)}; "
        f"untouched / fine-tuned with {method} on mini en-nl, seed 1.\n\n{table(*results)}\n"
    )
    show_block(page, into)


if __name__ == "__main__":
    main()
