"""`wcabench align`: word alignments of a text, by the statistical aligner or by any coupling."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.options import DEFAULT_SUITE, chosen_encoder, encoder_option, load_suite, set_option
from wcabench.words.symmetrise import SYMMETRISATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wcabench.cli.fast_align import Files
    from wcabench.words.symmetrise import Links

Sides = list[tuple[tuple[str, ...], tuple[str, ...]]]
FASTALIGN = "fastalign"
_PATH = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("source", type=_PATH)
@click.argument("target", type=_PATH, required=False)
@click.option("--method", "-m", default=FASTALIGN, show_default=True, help="Whose coupling links the words.")
@encoder_option
@click.option(
    "--direction",
    type=click.Choice(SYMMETRISATIONS),
    default="grow-diag-final-and",
    show_default=True,
    help="forward: each target word has one source word at most; reverse: the other way; or both symmetrised.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    help="Of a coupling: link all that hold this share of a token's mass, not the largest alone.",
)
@set_option
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option("--out", type=_PATH, help="File for the links; stdout by default.")
@click.option("--save-model", type=_PATH, help="Keep what fastalign learned in this file (safetensors).")
@click.option("--model", type=_PATH, help="Link by a model that was kept; nothing is learned from the text.")
@click.option(
    "--scores",
    type=_PATH,
    help="File for fastalign's scores: log-likelihood of the pair in nats a word, a tab, a probability a link.",
)
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
) -> None:
    """Link the words of SOURCE with those of TARGET, its translation line by line; in Pharaoh format.

    Without TARGET, SOURCE holds both: a sentence, a tab, its translation. Words are parted by spaces. A line with an
    empty side gets an empty line.

    fastalign learns from this text alone, unless it gets a --model; the couplings read the states of an encoder, the
    embedded one if none is named.
    """
    from wcabench.cli.fast_align import Files, fast_align
    from wcabench.errors import UserError

    name, chosen, tables = _method(method, settings)
    files = Files(source, target, out, save_model, model, scores)
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
    from wcabench.cli.fast_align import echo_empty, write_lines
    from wcabench.data.parallel import read_line_pairs
    from wcabench.words.pharaoh import format_links

    pairs = read_line_pairs(files.source, files.target)
    links = _coupled(pairs, method, encoder, direction, threshold, tables, device)
    echo_empty(sum(not (one and other) for one, other in pairs), len(pairs))
    write_lines(map(format_links, links), files.out)


def _coupled(
    pairs: Sides,
    method: Any,
    encoder: str | None,
    direction: str,
    threshold: float | None,
    tables: dict[str, dict[str, str]],
    device: str,
) -> Iterable[Links]:
    from wcabench.config import RecipeConfig
    from wcabench.data.sentences import SentencePair
    from wcabench.nn.bench import cuda_or_cpu
    from wcabench.nn.probe import open_encoder
    from wcabench.nn.word_links import coupling_links
    from wcabench.runs.plan import overlay
    from wcabench.words import symmetrise_links

    chosen = tables.get("recipe", {})
    recipe = overlay(RecipeConfig(), chosen, "recipe")
    config = overlay(chosen_encoder(load_suite(DEFAULT_SUITE), encoder), tables.get("encoder", {}), "encoder")
    model = open_encoder(config, recipe, cuda_or_cpu(device), limit_given="max_length" in chosen)
    kept = [SentencePair(one, other) for one, other in pairs if one and other]
    _echo_cut(model, kept)
    found = coupling_links(method, model, kept, recipe, _report, threshold)
    both = iter([symmetrise_links(forward, reverse, direction) for forward, reverse in found])
    return [next(both) if one and other else () for one, other in pairs]


def _echo_cut(model: Any, pairs: list[Any]) -> None:
    """Say how many pairs the encoder reads in part."""
    cut = sum(
        any(len(model.table.truncated(words).own) < len(words) for words in (pair.source, pair.target))
        for pair in pairs
    )
    if cut:
        click.echo(
            f"{cut} of {len(pairs)} pairs are longer than the encoder's limit of {model.table.max_length} pieces: "
            "words beyond it have no links",
            err=True,
        )


def _report(done: int, total: int) -> None:
    click.echo(f"aligned {done} of {total} pairs", err=True)
