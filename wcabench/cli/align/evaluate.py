"""`wcabench align evaluate GOLD PRED`: how well a word alignment matches one made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click

from wcabench.cli.input_options import encoding_option
from wcabench.cli.options import json_option
from wcabench.cli.output import echo_json, echo_table
from wcabench.cli.paths import INPUT_FILE
from wcabench.cli.stderr import warn

F = TypeVar("F", bound=Callable[..., Any])
text_option = click.option(
    "--text",
    nargs=2,
    type=INPUT_FILE,
    metavar="SOURCE TARGET",
    help="The sentences: links beyond them are refused.",
)


def first_word_options(function: F) -> F:
    """--one-based and --zero-based: the number of the first word in GOLD; neither: as its format has it."""
    one_based, zero_based = (
        click.option(f"--{name}-based", "first_word", flag_value=number, type=int, help=help_text)
        for name, number, help_text in (
            ("one", 1, "GOLD counts words from 1.  [default: as its format has it]"),
            ("zero", 0, "GOLD counts words from 0."),
        )
    )
    return one_based(zero_based(function))


@click.command()
@click.argument("gold", type=INPUT_FILE)
@click.argument("pred", type=INPUT_FILE)
@first_word_options
@text_option
@encoding_option
@json_option
def evaluate(
    gold: Path,
    pred: Path,
    first_word: int | None,
    text: tuple[Path, Path] | None,
    encoding: str | None,
    as_json: bool,
) -> None:
    """Precision, recall and alignment error rate of the links in PRED against those in GOLD.

    Both are in Pharaoh format (0-0 1-2; possible links as 3?4 or 3p4), which counts words from 0, or in that of the
    shared tasks (sentence source target S|P, a link a line), which counts from 1. The interval is a bootstrap over
    sentences.
    """
    result = _evaluate(gold, pred, first_word, text, encoding)
    if as_json:
        echo_json(result)
    else:
        _print_table(result)


def _evaluate(
    gold: Path, pred: Path, first_word: int | None, text: tuple[Path, Path] | None, encoding: str | None
) -> dict[str, Any]:
    """The score of a file of links, rates in percent."""
    from wcabench.data.text_files import read_lines
    from wcabench.errors import UserError
    from wcabench.words.link_files import parse_link_file

    lengths = _lengths(*text, encoding) if text else None
    wanted = parse_link_file(gold, read_lines(gold, encoding), first=first_word, lengths=lengths)
    predicted = parse_link_file(pred, read_lines(pred, encoding), lengths=lengths)
    for path, file in ((gold, wanted), (pred, predicted)):
        if file.doubt:
            warn(f"{path}: {file.doubt}")
    if len(predicted.sentences) != len(wanted.sentences):
        raise UserError(
            f"{pred}: {len(predicted.sentences)} sentences, but {len(wanted.sentences)} in {gold}; wanted a line for "
            "each, empty where nothing is linked"
        )
    return _result(
        [links.sure for links in predicted.sentences],
        [links.sure for links in wanted.sentences],
        [links.possible for links in wanted.sentences],
    )


def _result(predicted: list[Any], sure: list[Any], possible: list[Any]) -> dict[str, Any]:
    """Rates in percent."""
    from wcabench.words.alignment_error_rate import error_rate_interval, score_counts, sentence_counts

    counts = sentence_counts(predicted, sure, possible)
    score = asdict(score_counts(counts.sum(0)))
    rates = {name: 100 * score[name] for name in ("precision", "recall", "error_rate")}
    interval = [100 * bound for bound in error_rate_interval(counts)]
    return {**score, **rates, "error_rate_interval": interval, "sentences": len(counts)}


def _lengths(source: Path, target: Path, encoding: str | None) -> list[tuple[int, int]]:
    from wcabench.data.line_pairs import PairForm, iter_line_pairs

    pairs = iter_line_pairs(source, target, PairForm(encoding=encoding))
    return [(len(source_words), len(target_words)) for source_words, target_words in pairs]


def _print_table(result: dict[str, Any]) -> None:
    low, high = result["error_rate_interval"]
    sentences = f"95% interval over {result['sentences']} sentences"
    caption = f"percent; AER: alignment error rate (Och & Ney 2003), {sentences}"
    columns = ("precision", "recall", "AER", "interval", "predicted", "sure")
    row = (
        *(f"{result[name]:.2f}" for name in ("precision", "recall", "error_rate")),
        f"{low:.2f} to {high:.2f}",
        str(result["predicted"]),
        str(result["sure"]),
    )
    echo_table(columns, [row], numbers=columns, caption=caption)
