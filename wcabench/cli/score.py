"""`wcabench score GOLD PRED`: the scorer of the benchmark on two column files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.options import json_option

if TYPE_CHECKING:
    from wcabench.contract import Sentence

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("gold", type=_PATH)
@click.argument("pred", type=_PATH)
@json_option
def score(gold: Path, pred: Path, as_json: bool) -> None:
    """Score the tags of PRED against those of GOLD by entities.

    Both are column files: one token a line, its tag in the last column, a blank line between sentences. GOLD
    may be IOB1, IOB2 or IOBES. PRED must be IOB2 and is read as it stands: the strict score reads an I-X that
    continues no X as O, the lenient one (conlleval's) lets it start an entity.
    """
    result = _result(gold, pred)
    if as_json:
        click.echo(json.dumps(result))
    else:
        _print_table(result)


def _result(gold: Path, pred: Path) -> dict[str, Any]:
    """Strict scores with the lenient F1, in the shape of `score --json`."""
    from wcabench.data.columns import read_columns
    from wcabench.errors import UserError
    from wcabench.scoring.scorer import SCORERS, all_scores

    gold_sentences, pred_sentences = read_columns(gold), read_columns(pred, scheme="raw")
    _check_same_tokens(gold, gold_sentences, pred, pred_sentences)
    tags = [one.tags for one in gold_sentences], [one.tags for one in pred_sentences]
    try:
        counts = {scorer: scorer.count(*tags) for scorer in SCORERS}
    except UserError as error:  # gold is IOB2 by now, so it is the prediction's tag
        raise UserError(f"{pred}: {error}") from error
    return all_scores(counts)


def _check_same_tokens(gold: Path, of_gold: list[Sentence], pred: Path, of_pred: list[Sentence]) -> None:
    """Refuse files that do not hold the same tokens in the same sentences."""
    from wcabench.errors import UserError

    for number, (one, other) in enumerate(zip(of_gold, of_pred, strict=False), start=1):
        if one.words == other.words:
            continue
        pairs = enumerate(zip(one.words, other.words, strict=False), start=1)
        for at, (word, found) in pairs:
            if word != found:
                raise UserError(
                    f"{pred}: sentence {number}, word {at} is '{found}' but '{word}' in {gold}: "
                    "both files must hold the same tokens"
                )
        raise UserError(
            f"{pred}: sentence {number} has {len(other.words)} words but {len(one.words)} in {gold}: "
            "both files must hold the same tokens"
        )
    if len(of_gold) != len(of_pred):
        raise UserError(
            f"{pred}: {len(of_pred)} sentences but {len(of_gold)} in {gold}: they must be the same"
        )


def _print_table(result: dict[str, Any]) -> None:
    """Types and the micro average, one a row; below, the lenient F1."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    lenient = result["lenient"]["f1"]
    table = Table("type", caption=f"strict IOB2 entities, percent; lenient (conlleval) F1 {lenient:.2f}")
    for name in ("precision", "recall", "F1", "tp", "predicted", "gold"):
        table.add_column(name, justify="right")
    for name, row in [*result["per_type"].items(), ("micro", result["micro"])]:
        if name == "micro":
            table.add_section()
        percents = [f"{row[key]:.2f}" for key in ("precision", "recall", "f1")]
        table.add_row(escape(name), *percents, *(str(row[key]) for key in ("tp", "predicted", "gold")))
    Console(highlight=False).print(table)
