"""`wcabench score GOLD PRED`: the scorer of the benchmark on column files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.input_options import (
    SCHEMES,
    column_form,
    comments_option,
    encoding_option,
    token_column_option,
)
from wcabench.cli.options import json_option
from wcabench.cli.output import echo_json, echo_table
from wcabench.cli.paths import INPUT_FILE
from wcabench.cli.stderr import warn

if TYPE_CHECKING:
    from wcabench.data.scored_files import ScoredFiles

NUMBERS = ("precision", "recall", "F1", "tp", "predicted", "gold")


@click.command()
@click.argument("gold", type=INPUT_FILE)
@click.argument("pred", type=INPUT_FILE, required=False)
@token_column_option
@click.option("--tag-column", type=int, help="Column of the gold tags, from 0.  [default: the last]")
@click.option("--pred-token-column", type=int, help="Column of the words in PRED.  [default: as in GOLD]")
@click.option("--pred-tag-column", type=int, help="Column of the predicted tags.  [default: the last]")
@click.option("--scheme", type=click.Choice(SCHEMES), help="Of the gold tags.  [default: found out]")
@click.option(
    "--pred-scheme",
    type=click.Choice([*SCHEMES, "raw"]),
    help="Of the predicted tags; raw: as they stand.  [default: found out]",
)
@comments_option
@encoding_option
@json_option
def score(gold: Path, pred: Path | None, as_json: bool, **options: Any) -> None:
    """Score the tags of PRED against those of GOLD by entities.

    Both are column files: one token a line, its tag in the last column, a blank line between sentences. Without PRED,
    GOLD holds both, the gold tags in the last column but one and the predicted tags in the last, as conlleval reads
    them.

    Tags may be IOB1, IOB2, IOBES or BILOU. Predicted tags in IOB2 are read as they stand: the strict score reads an
    I-X that continues no X as O, the lenient one (conlleval's) lets it start an entity.
    """
    files = _read(gold, pred, options)
    for note in files.notes:
        warn(note)
    result = _result(files, pred or gold)
    if as_json:
        echo_json(result)
    else:
        _print_table(result)


def _read(gold: Path, pred: Path | None, options: dict[str, Any]) -> ScoredFiles:
    from wcabench.data.scored_files import TaggedForm, read_scored_file, read_scored_files
    from wcabench.errors import require

    in_pred = options["pred_token_column"]
    require(
        pred is not None or in_pred is None,
        "--pred-token-column is of PRED; one file has one column of words",
    )
    columns = [
        column_form(column, options["comments"], options["encoding"])
        for column in (options["token_column"], options["token_column"] if in_pred is None else in_pred)
    ]
    tags = [
        default if options[name] is None else options[name]
        for name, default in (("tag_column", -2 if pred is None else -1), ("pred_tag_column", -1))
    ]
    form = TaggedForm(columns[0], tags[0], options["scheme"])
    pred_form = TaggedForm(columns[1], tags[1], options["pred_scheme"])
    return (
        read_scored_file(gold, form, pred_form)
        if pred is None
        else read_scored_files(gold, pred, form, pred_form)
    )


def _result(files: ScoredFiles, pred: Path) -> dict[str, Any]:
    """The strict scores and the F1 of every other scorer, in the shape of `score --json`."""
    from wcabench.errors import UserError
    from wcabench.scoring.scorer import SCORERS, all_scores

    tags = [sentence.tags for sentence in files.gold], [sentence.tags for sentence in files.predicted]
    try:
        counts = {scorer: scorer.count(*tags) for scorer in SCORERS}
    except UserError as error:  # gold is IOB2 by now, so it is the prediction's tag
        raise UserError(f"{pred}: {error}") from error
    return all_scores(counts)


def _print_table(result: dict[str, Any]) -> None:
    """Print a row for each type and one for the micro average; the caption has the F1 of every other scorer."""
    from wcabench.scoring.scorer import OTHER_SCORERS, STRICT

    others = [
        f"{scorer.name} ({scorer.convention}) F1 {result[scorer.name]['f1']:.2f}" for scorer in OTHER_SCORERS
    ]
    rows = []
    for name, row in [*result["per_type"].items(), ("micro", result["micro"])]:
        percents = [f"{row[key]:.2f}" for key in ("precision", "recall", "f1")]
        rows.append([name, *percents, *(str(row[key]) for key in ("tp", "predicted", "gold"))])
    echo_table(
        ("type", *NUMBERS),
        rows,
        numbers=NUMBERS,
        caption="; ".join([f"entities by {STRICT.convention}, percent", *others]),
        total=True,
    )
