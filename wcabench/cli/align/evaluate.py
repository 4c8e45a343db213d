"""`wcabench align evaluate GOLD PRED`: how well a word alignment matches one made by hand."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from wcabench.cli.options import json_option
from wcabench.cli.output import echo_json

_PATH = click.Path(dir_okay=False, path_type=Path)
one_based_option = click.option("--one-based", is_flag=True, help="GOLD counts words from 1.")
text_option = click.option(
    "--text",
    nargs=2,
    type=_PATH,
    metavar="SOURCE TARGET",
    help="The sentences: links beyond them are refused.",
)


@click.command()
@click.argument("gold", type=_PATH)
@click.argument("pred", type=_PATH)
@one_based_option
@text_option
@json_option
def evaluate(gold: Path, pred: Path, one_based: bool, text: tuple[Path, Path] | None, as_json: bool) -> None:
    """Precision, recall and alignment error rate of the links in PRED against those in GOLD.

    PRED is in Pharaoh format (0-0 1-2), words from 0. GOLD is too, possible links as 3?4 or 3p4, or in that of the
    shared tasks (sentence source target S|P, a link a line). The interval is a bootstrap over sentences.
    """
    result = _evaluate(gold, pred, one_based, text)
    if as_json:
        echo_json(result)
    else:
        _print_table(result)


def _evaluate(gold: Path, pred: Path, one_based: bool, text: tuple[Path, Path] | None) -> dict[str, Any]:
    """The score of a file of links, rates in percent."""
    from wcabench.data.text_files import read_lines
    from wcabench.errors import UserError
    from wcabench.words.link_files import parse_link_file

    lengths = _lengths(*text) if text else None
    wanted = parse_link_file(gold, read_lines(gold), first=int(one_based), lengths=lengths)
    found = parse_link_file(pred, read_lines(pred), lengths=lengths)
    if len(found) != len(wanted):
        raise UserError(
            f"{pred}: {len(found)} sentences, but {len(wanted)} in {gold}; wanted a line for each, empty where "
            "nothing is linked"
        )
    return _result(
        [one.sure for one in found], [one.sure for one in wanted], [one.possible for one in wanted]
    )


def _result(predicted: list[Any], sure: list[Any], possible: list[Any]) -> dict[str, Any]:
    """Rates in percent."""
    from wcabench.words.alignment_error_rate import error_rate_interval, score_counts, sentence_counts

    counts = sentence_counts(predicted, sure, possible)
    score = asdict(score_counts(counts.sum(0)))
    rates = {name: 100 * score[name] for name in ("precision", "recall", "error_rate")}
    interval = [100 * bound for bound in error_rate_interval(counts)]
    return {**score, **rates, "error_rate_interval": interval, "sentences": len(counts)}


def _lengths(source: Path, target: Path) -> list[tuple[int, int]]:
    from wcabench.data.parallel import read_line_pairs

    return [(len(one), len(other)) for one, other in read_line_pairs(source, target)]


def _print_table(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    low, high = result["error_rate_interval"]
    sentences = f"95% interval over {result['sentences']} sentences"
    caption = f"percent; AER: alignment error rate (Och & Ney 2003), {sentences}"
    table = Table("precision", "recall", "AER", "interval", "predicted", "sure", caption=caption)
    table.add_row(
        *(f"{result[name]:.2f}" for name in ("precision", "recall", "error_rate")),
        f"{low:.2f} to {high:.2f}",
        str(result["predicted"]),
        str(result["sure"]),
    )
    Console(highlight=False).print(table)
