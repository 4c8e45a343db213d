"""`wcabench evaluate-alignment GOLD PRED`: how well a word alignment matches one made by hand."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.alignment_sweep import sweep_options
from wcabench.cli.options import echo_json, json_option

if TYPE_CHECKING:
    from wcabench.sweep.gold_files import GoldSet

_PATH = click.Path(dir_okay=False, path_type=Path)
_EVERYWHERE = ("sweep", "gold", "pred", "one_based", "text", "as_json")


@click.command("evaluate-alignment")
@click.argument("gold", type=_PATH, required=False)
@click.argument("pred", type=_PATH, required=False)
@click.option("--one-based", is_flag=True, help="GOLD counts words from 1.")
@click.option(
    "--text",
    nargs=2,
    type=_PATH,
    metavar="SOURCE TARGET",
    help="The sentences: links beyond them are refused.",
)
@json_option
@sweep_options
def evaluate_alignment(
    gold: Path | None,
    pred: Path | None,
    one_based: bool,
    text: tuple[Path, Path] | None,
    as_json: bool,
    sweep: bool,
    **options: Any,
) -> None:
    """Precision, recall and alignment error rate of the links in PRED against those in GOLD.

    PRED is in Pharaoh format (0-0 1-2), words from 0. GOLD is too, possible links as 3?4 or 3p4, or in that of the
    shared tasks (sentence source target S|P, a link a line). The interval is a bootstrap over sentences.

    With --sweep there is no PRED: methods are measured on gold sets, over directions, layers and epsilon; on your own
    with GOLD and --text.
    """
    if sweep:
        _sweep(gold, pred, one_based, text, {**options, "form": "json" if as_json else options["form"]})
        return
    _refuse_sweep_options(click.get_current_context())
    result = _evaluate(gold, pred, one_based, text)
    if as_json:
        echo_json(result)
    else:
        _print_table(result)


def _sweep(
    gold: Path | None,
    pred: Path | None,
    one_based: bool,
    text: tuple[Path, Path] | None,
    options: dict[str, Any],
) -> None:
    from wcabench.cli.alignment_sweep import sweep_report
    from wcabench.cli.sweep_output import show_sweep
    from wcabench.errors import require

    require(pred is None, "--sweep makes the links itself; leave PRED out")
    require((gold is None) == (text is None), "--sweep on a gold file of your own: give GOLD and --text")
    require(gold is None or not options["golds"], "GOLD or --gold, not both")
    show_sweep(sweep_report(_own(gold, text, one_based), options), options["form"], options["into"])


def _own(gold: Path | None, text: tuple[Path, Path] | None, one_based: bool) -> GoldSet | None:
    from wcabench.sweep.gold_sets import own_gold_set

    return own_gold_set(gold, *text, int(one_based)) if gold and text else None


def _refuse_sweep_options(ctx: click.Context) -> None:
    """A setting that would be passed over is refused."""
    from click.core import ParameterSource

    from wcabench.errors import UserError

    for parameter in ctx.command.params:
        name = str(parameter.name)
        given = ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if given and name not in _EVERYWHERE:
            raise UserError(f"{parameter.opts[0]} goes with --sweep")


def _evaluate(
    gold: Path | None, pred: Path | None, one_based: bool, text: tuple[Path, Path] | None
) -> dict[str, Any]:
    """The score of a file of links, rates in percent."""
    from wcabench.data.text_files import read_lines
    from wcabench.errors import UserError
    from wcabench.words.link_files import parse_link_file

    if gold is None or pred is None:
        raise UserError("which alignments? give GOLD and PRED, or --sweep")
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
