"""`wcabench align sweep`: methods on gold word alignments, over directions, layers and epsilon."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.align.evaluate import first_word_options, text_option
from wcabench.cli.align.sweep_output import BEGIN, END, show_sweep
from wcabench.cli.choices import chosen_encoder, data_source, load_suite
from wcabench.cli.completion import complete_method
from wcabench.cli.input_options import encoding_option
from wcabench.cli.options import (
    data_dir_option,
    device_option,
    encoder_option,
    format_option,
    quiet_option,
    set_option_of,
)
from wcabench.cli.paths import INPUT_FILE, NamedPath
from wcabench.cli.stderr import log, warn
from wcabench.words.symmetrise import SYMMETRISATIONS

if TYPE_CHECKING:
    from wcabench.nn.network import TaggingNetwork
    from wcabench.reports.table import ResultsReport
    from wcabench.sweep.gold_files import GoldSet
    from wcabench.sweep.settings import Choice
    from wcabench.sweep.sweep import Outcome

FORMATS = ("terminal", "markdown", "json")
EXACT = ("exact", "none")
_PATH = NamedPath(dir_okay=False)


@click.command()
@click.argument("own", metavar="[GOLD]", type=INPUT_FILE, required=False)
@first_word_options
@text_option
@encoding_option
@click.option(
    "--gold",
    "golds",
    multiple=True,
    help="A gold set: de-en, en-fr, ro-en, mini-en-nl, mini (all of it), all. Repeatable.  [default: all]",
)
@click.option(
    "--method",
    "-m",
    "methods",
    multiple=True,
    shell_complete=complete_method,
    help="fastalign, a coupling, eflomal. Repeatable.  [default: all that are installed]",
)
@click.option(
    "--direction",
    "directions",
    type=click.Choice(SYMMETRISATIONS),
    multiple=True,
    metavar="DIRECTION",
    help=f"{', '.join(SYMMETRISATIONS)}. Repeatable.  [default: all for fastalign; forward, reverse and intersect for "
    "the others]",
)
@click.option(
    "--layer",
    "layers",
    multiple=True,
    metavar="LAYERS",
    help="What a coupling reads: 8, last-4, 9-12; 0 is the embeddings. Repeatable.  [default: the method's own, and "
    "each layer]",
)
@click.option(
    "--epsilon",
    "epsilons",
    multiple=True,
    help="A number, or exact. Repeatable.  [default: the method's own, 0.1, 0.01, exact]",
)
@click.option("--threshold", type=click.FloatRange(0, 1, min_open=True), help="Of wca-soft.  [default: 0.3]")
@encoder_option
@set_option_of("'encoder'", "'recipe'", "a method", example="encoder.layers=6")
@data_dir_option
@device_option
@format_option(FORMATS)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--details", is_flag=True, help="Precision, recall and interval of every setting.")
@click.option(
    "--into", type=_PATH, help=f"Put the Markdown between the lines {BEGIN} and {END} of this file."
)
@quiet_option
def sweep(
    own: Path | None,
    first_word: int | None,
    text: tuple[Path, Path] | None,
    encoding: str | None,
    form: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Alignment error rate of methods on gold word alignments, over directions, layers and epsilon.

    Methods are measured on the gold sets of --gold, or on your own: GOLD with --text, as in `wcabench align evaluate`.
    """
    from wcabench.errors import require
    from wcabench.sweep.gold_sets import own_gold_set

    require((own is None) == (text is None), "a gold file of your own: give GOLD and --text SOURCE TARGET")
    require(own is None or not options["golds"], "GOLD or --gold, not both")
    gold = own_gold_set(own, *text, first_word, encoding) if own and text else None
    show_sweep(sweep_report(gold, options), "json" if as_json else form, options["into"])


def sweep_report(own: GoldSet | None, options: dict[str, Any]) -> ResultsReport:
    """Run the sweep and make its tables.

    Args:
        own: the user's own gold set; None takes those of `--gold`.
        options: of the command, by the names of its parameters.
    """
    from wcabench.config import RecipeConfig, assignments
    from wcabench.reports.alignment_tables import alignment_report, sampled_note
    from wcabench.runs.plan import overlay
    from wcabench.sweep.settings import STATISTICAL, check_settings

    tables = assignments(options["settings"])
    choice = _choice(options, tables)
    golds = [own] if own else _gold_sets(options)
    # In float32, so that any processor gives the same table.
    recipe = overlay(RecipeConfig(precision="fp32"), tables.get("recipe", {}), "recipe")
    model, encoder = None, ""
    if any(name not in STATISTICAL for name in choice.methods):
        limit_given = "max_length" in tables.get("recipe", {})
        model, encoder = _encoder(options, tables.get("encoder", {}), recipe, limit_given)
        check_settings(choice, model.depth)
    outcomes, notes = _outcomes(golds, choice, model, recipe)
    notes += sampled_note(choice.methods)
    return alignment_report(golds, outcomes, encoder, details=options["details"], notes=notes)


def _choice(options: dict[str, Any], tables: dict[str, dict[str, str]]) -> Choice:
    from wcabench.errors import suggest
    from wcabench.sweep.settings import THRESHOLD, Choice, check_method, default_methods

    methods = [check_method(name) for name in options["methods"]] or default_methods()
    for table in tables:
        if table not in ("encoder", "recipe", *methods):
            raise suggest(table, ["encoder", "recipe", *methods], "table of --set")
    return Choice(
        methods=tuple(dict.fromkeys(methods)),
        directions=tuple(dict.fromkeys(options["directions"])),
        layers=tuple(dict.fromkeys(options["layers"])),
        epsilons=tuple(dict.fromkeys(map(_epsilon, options["epsilons"]))),
        threshold=options["threshold"] or THRESHOLD,
        options=tables,
    )


def _epsilon(text: str) -> float | None:
    from wcabench.config import convert

    if text.lower() in EXACT:
        return None
    value: float = convert(text, float, "--epsilon (a number, or exact)")
    return value


def _gold_sets(options: dict[str, Any]) -> list[GoldSet]:
    """The gold sets whose data is here; for each other one a warning says what is missing."""
    from wcabench.errors import UserError
    from wcabench.sweep.gold_sets import chosen_names, load_gold_set

    source = data_source(options["data_dir"], offline=True)
    gold_sets = []
    for name in chosen_names(options["golds"] or ("all",)):
        gold = load_gold_set(name, source)
        if isinstance(gold, str):
            warn(gold)
        else:
            gold_sets.append(gold)
    if not gold_sets:
        raise UserError("no gold set is there; --gold mini needs no data")
    return gold_sets


def _encoder(
    options: dict[str, Any], table: dict[str, str], recipe: Any, limit_given: bool
) -> tuple[TaggingNetwork, str]:
    """The encoder, and its description for the table's heading."""
    import dataclasses

    from wcabench.config import DEFAULT_SUITE
    from wcabench.nn.identity import encoder_identity, encoder_name
    from wcabench.nn.precision import resolve_device
    from wcabench.nn.probe import open_encoder
    from wcabench.reports.captions import describe_encoder
    from wcabench.runs.plan import overlay

    config = overlay(chosen_encoder(load_suite(DEFAULT_SUITE), options["encoder"]), table, "encoder")
    facts = {
        **dataclasses.asdict(config),
        "identity": encoder_identity(config),
        "freeze": -1,  # nothing is trained
        "dropout": type(config).dropout,
    }
    model = open_encoder(config, recipe, resolve_device(options["device"]), limit_given=limit_given)
    return model, describe_encoder(encoder_name(config), facts)


def _outcomes(
    golds: list[GoldSet], choice: Choice, model: TaggingNetwork | None, recipe: Any
) -> tuple[list[Outcome], list[str]]:
    from wcabench.sweep.sweep import GoldCosts
    from wcabench.sweep.sweep import sweep as measure

    outcomes: list[Outcome] = []
    notes = []
    for number, gold in enumerate(golds, start=1):
        costs = GoldCosts(gold, model, recipe) if model else None
        at = f"[{number}/{len(golds)}]"
        outcomes += measure(gold, choice, costs, lambda line, at=at: log(f"{at} {line}"))  # type: ignore[misc]
        if costs and costs.cut:
            notes.append(
                f"{gold.name}: {costs.cut} of {len(gold.pairs)} pairs are longer than the encoder's limit of "
                f"{recipe.max_length} pieces; a coupling links no word beyond it."
            )
    return outcomes, notes
