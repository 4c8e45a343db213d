"""`wcabench align`: word alignments of a text, by the statistical aligner or by any coupling."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.choices import chosen_encoder, load_suite
from wcabench.cli.commands import ALIGN
from wcabench.cli.groups import CommandGroup, entry_items
from wcabench.cli.input_options import pair_form, pair_options
from wcabench.cli.options import (
    device_option,
    encoder_option,
    one_method_option,
    out_option,
    quiet_option,
    set_option_of,
)
from wcabench.cli.paths import INPUT_FILE, NamedPath
from wcabench.cli.stderr import log, warn
from wcabench.words.symmetrise import SYMMETRISATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from click.shell_completion import CompletionItem

    from wcabench.cli.align.fast_align import Files
    from wcabench.words.symmetrise import Links

Sides = list[tuple[tuple[str, ...], tuple[str, ...]]]
FASTALIGN = "fastalign"
_PATH = NamedPath(dir_okay=False)


def complete_source(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The first word after `align` names a command below it, or is a file."""
    from click.shell_completion import CompletionItem

    return [*entry_items(ALIGN, incomplete), CompletionItem(incomplete, type="file")]


@click.command(cls=CommandGroup, entries=ALIGN)
@click.argument("source", type=INPUT_FILE, shell_complete=complete_source)
@click.argument("target", type=INPUT_FILE, required=False)
@pair_options
@one_method_option(FASTALIGN, "Whose coupling links the words.")
@encoder_option
@click.option(
    "--direction",
    type=click.Choice(SYMMETRISATIONS),
    default="grow-diag-final-and",
    show_default=True,
    metavar="DIRECTION",
    help="forward: each target word has one source word at most; reverse: the other way; or both symmetrised by "
    f"{', '.join(SYMMETRISATIONS[:-2])}.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    help="Of a coupling: link all that hold this share of a token's mass, not the largest alone.",
)
@set_option_of("'encoder'", "'recipe'", "the method", example="wca-hard.epsilon=0.01")
@device_option
@out_option("File for the links; stdout by default.")
@click.option("--save-model", type=_PATH, help="Keep what fastalign learned in this file (safetensors).")
@click.option(
    "--model", type=INPUT_FILE, help="Link by a model that was kept; nothing is learned from the text."
)
@click.option(
    "--scores",
    type=_PATH,
    help="File for fastalign's scores: log-likelihood of the pair in nats a word, a tab, a probability a link.",
)
@quiet_option
def align(
    source: Path,
    target: Path | None,
    method: str,
    encoder: str | None,
    direction: str,
    threshold: float | None,
    settings: tuple[str, ...],
    device: str,
    out: Path | None,
    save_model: Path | None,
    model: Path | None,
    scores: Path | None,
    **text: Any,
) -> None:
    """Link the words of SOURCE with those of TARGET, its translation line by line; in Pharaoh format.

    Without TARGET, SOURCE holds both: a sentence, a tab (or |||), its translation. Words are parted by spaces. A line
    with an empty side gets an empty line.

    fastalign learns from this text alone, unless it gets a --model; the couplings read the states of an encoder, the
    embedded one if none is named.
    """
    from wcabench.cli.align.fast_align import Files, fast_align
    from wcabench.errors import UserError

    name, chosen, tables = _method(method, settings)
    files = Files(source, target, pair_form(text), out, save_model, model, scores)
    if name == FASTALIGN:
        if threshold is not None:
            raise UserError("--threshold is for the couplings; fastalign links the most probable word")
        fast_align(files, direction, chosen, options_given=FASTALIGN in tables)
        return
    if save_model or model or scores:
        raise UserError("--save-model, --model and --scores are for --method fastalign")
    _couple(files, chosen, encoder, direction, threshold, tables, device)


def _method(name: str, settings: tuple[str, ...]) -> tuple[str, Any, dict[str, dict[str, str]]]:
    """The method's own name, the method with its options, and all tables of --set."""
    from wcabench import registry
    from wcabench.config import assignments, build
    from wcabench.errors import UserError, suggest

    tables = assignments(settings)
    entry = registry.find(name)
    for table in tables:
        if table not in ("encoder", "recipe", entry.name):
            raise suggest(table, ["encoder", "recipe", entry.name], "table of --set")
    method = build(entry.load(), tables.get(entry.name, {}), entry.name)
    if not hasattr(method, "couple"):
        raise UserError(f"method '{entry.name}' couples no words; see the methods of `wcabench list methods`")
    return entry.name, method, tables


def _couple(
    files: Files,
    method: Any,
    encoder: str | None,
    direction: str,
    threshold: float | None,
    tables: dict[str, dict[str, str]],
    device: str,
) -> None:
    """Link the words by a coupling on an encoder's states."""
    from wcabench.cli.align.fast_align import echo_empty, show_links
    from wcabench.data.line_pairs import read_line_pairs

    pairs = read_line_pairs(files.source, files.target, files.form)
    links = _coupled(pairs, method, encoder, direction, threshold, tables, device)
    echo_empty(sum(not (source and target) for source, target in pairs), len(pairs))
    show_links(links, files.out)


def _coupled(
    pairs: Sides,
    method: Any,
    encoder: str | None,
    direction: str,
    threshold: float | None,
    tables: dict[str, dict[str, str]],
    device: str,
) -> Iterable[Links]:
    from wcabench.config import DEFAULT_SUITE, RecipeConfig
    from wcabench.contract import SentencePair
    from wcabench.measuring.word_links import coupling_links
    from wcabench.nn.precision import resolve_device
    from wcabench.nn.probe import open_encoder
    from wcabench.runs.plan import overlay
    from wcabench.words import symmetrise_links

    chosen = tables.get("recipe", {})
    recipe = overlay(RecipeConfig(), chosen, "recipe")
    config = overlay(chosen_encoder(load_suite(DEFAULT_SUITE), encoder), tables.get("encoder", {}), "encoder")
    model = open_encoder(config, recipe, resolve_device(device), limit_given="max_length" in chosen)
    kept = [SentencePair(source, target) for source, target in pairs if source and target]
    _echo_cut(model, kept)
    by_direction = coupling_links(method, model, kept, recipe, _report, threshold)
    links = iter([symmetrise_links(forward, reverse, direction) for forward, reverse in by_direction])
    return [next(links) if source and target else () for source, target in pairs]


def _echo_cut(model: Any, pairs: list[Any]) -> None:
    """Warn of pairs that are longer than the encoder's limit."""
    cut = sum(
        any(len(model.table.truncated(words).own) < len(words) for words in (pair.source, pair.target))
        for pair in pairs
    )
    if cut:
        warn(
            f"{cut} of {len(pairs)} pairs are longer than the encoder's limit of {model.table.max_length} pieces: "
            "words beyond it have no links"
        )


def _report(done: int, total: int) -> None:
    log(f"aligned {done} of {total} pairs")
