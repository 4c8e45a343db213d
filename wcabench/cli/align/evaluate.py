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


PRED_OPTIONS = ("--pred-zero-based", "--pred-one-based")


def _counted_from(file: str, prefix: str) -> Callable[[F], F]:
    """--one-based and --zero-based of a file: the number of its first word; neither: as its format has it."""
    one_based, zero_based = (
        click.option(
            f"--{prefix}{name}-based",
            f"{prefix.replace('-', '_')}first_word",
            flag_value=number,
            type=int,
            help=help_text,
        )
        for name, number, help_text in (
            ("one", 1, f"{file} counts words from 1.  [default: as its format has it]"),
            ("zero", 0, f"{file} counts words from 0."),
        )
    )
    return lambda function: one_based(zero_based(function))


first_word_options = _counted_from("GOLD", "")


@click.command()
@click.argument("gold", type=INPUT_FILE)
@click.argument("pred", type=INPUT_FILE)
@first_word_options
@_counted_from("PRED", "pred-")
@text_option
@encoding_option
@json_option
def evaluate(
    gold: Path,
    pred: Path,
    first_word: int | None,
    pred_first_word: int | None,
    text: tuple[Path, Path] | None,
    encoding: str | None,
    as_json: bool,
) -> None:
    """Precision, recall and alignment error rate of the links in PRED against those in GOLD.

    Both are in Pharaoh format (0-0 1-2; possible links as 3?4 or 3p4), which counts words from 0, or in that of the
    shared tasks (sentence source target S|P, a link a line), which counts from 1. Links that PRED marks as possible
    count like its others. The interval is a bootstrap over sentences.
    """
    result = _evaluate(gold, pred, (first_word, pred_first_word), text, encoding)
    if as_json:
        echo_json(result)
    else:
        _print_table(result)


def _evaluate(
    gold: Path,
    pred: Path,
    first_words: tuple[int | None, int | None],
    text: tuple[Path, Path] | None,
    encoding: str | None,
) -> dict[str, Any]:
    """The score of a file of links, rates in percent."""
    from wcabench.data.text_files import read_lines
    from wcabench.words.link_files import paired_sentences, parse_link_file, refuse_no_link

    lengths = _lengths(*text, encoding) if text else None
    wanted = parse_link_file(gold, read_lines(gold, encoding), first=first_words[0], lengths=lengths)
    predicted = parse_link_file(
        pred, read_lines(pred, encoding), first=first_words[1], lengths=lengths, options=PRED_OPTIONS
    )
    refuse_no_link(gold, wanted)
    for path, file in ((gold, wanted), (pred, predicted)):
        if file.doubt:
            warn(f"{path}: {file.doubt}")
    sentences = paired_sentences(gold, wanted, pred, predicted)
    return _result(
        [links.possible for _, links in sentences],  # the sure ones among them: a system makes all its links
        [links.sure for links, _ in sentences],
        [links.possible for links, _ in sentences],
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
