"""`wcabench align`: word alignments of a text, by the statistical aligner or by any coupling."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.options import DEFAULT_SUITE, chosen_encoder, encoder_option, load_suite, set_option
from wcabench.words.symmetrise import SYMMETRISATIONS

if TYPE_CHECKING:
    from wcabench.words.symmetrise import Links

Sides = list[tuple[tuple[str, ...], tuple[str, ...]]]
_PATH = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("source", type=_PATH)
@click.argument("target", type=_PATH, required=False)
@click.option(
    "--method", "-m", default="fastalign", show_default=True, help="Whose coupling links the words."
)
@encoder_option
@click.option(
    "--direction",
    type=click.Choice(SYMMETRISATIONS),
    default="grow-diag-final-and",
    show_default=True,
    help="forward: each target word has one source word at most; reverse: the other way; or both symmetrised.",
)
@set_option
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option("--out", type=_PATH, help="File for the links; stdout by default.")
def align(
    source: Path,
    target: Path | None,
    method: str,
    encoder: str | None,
    direction: str,
    settings: tuple[str, ...],
    device: str,
    out: Path | None,
) -> None:
    """Link the words of SOURCE with those of TARGET, its translation line by line; in Pharaoh format.

    Without TARGET, SOURCE holds both: a sentence, a tab, its translation. Words are parted by spaces. A line with an
    empty side gets an empty line.

    fastalign learns from this text alone; the couplings read the states of an encoder, the embedded one if none is
    named.
    """
    from wcabench.data.parallel import read_line_pairs
    from wcabench.words.pharaoh import format_links

    pairs = read_line_pairs(source, target)
    links = _links(pairs, method, encoder, direction, settings, device)
    empty = sum(not (one and other) for one, other in pairs)
    if empty:
        click.echo(f"{empty} of {len(pairs)} lines have an empty side: no links", err=True)
    text = "".join(format_links(one) + "\n" for one in links)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        from wcabench.errors import UserError

        raise UserError(f"{out}: cannot be written: {error.strerror or error}") from error


def _links(
    pairs: Sides, name: str, encoder: str | None, direction: str, settings: tuple[str, ...], device: str
) -> list[Links]:
    """The links of every line."""
    from wcabench import registry
    from wcabench.config import assignments, build
    from wcabench.errors import UserError, suggest

    tables = assignments(settings)
    entry = registry.find(name)
    for table in tables:
        if table not in ("encoder", "recipe", entry.name):
            raise suggest(table, ["encoder", "recipe", entry.name], "table of --set")
    method = build(entry.load(), tables.get(entry.name, {}), entry.name)
    if entry.name == "fastalign":
        return _statistical(pairs, method, direction)
    if not hasattr(method, "couple"):
        raise UserError(f"method '{entry.name}' couples no words; see the methods of `wcabench list methods`")
    return _coupled(pairs, method, encoder, direction, tables, device)


def _statistical(pairs: Sides, method: Any, direction: str) -> list[Links]:
    from wcabench.words import align as align_words

    return align_words(
        pairs, symmetrisation=direction, lowercase=method.lowercase, iterations=method.em_iterations
    )


def _coupled(
    pairs: Sides,
    method: Any,
    encoder: str | None,
    direction: str,
    tables: dict[str, dict[str, str]],
    device: str,
) -> list[Links]:
    from wcabench.config import RecipeConfig
    from wcabench.data.sentences import SentencePair
    from wcabench.nn.bench import cuda_or_cpu
    from wcabench.nn.model import TokenClassifier
    from wcabench.nn.word_links import coupling_links
    from wcabench.runs.plan import overlay
    from wcabench.words import symmetrise_links

    recipe = overlay(RecipeConfig(), tables.get("recipe", {}), "recipe")
    config = overlay(chosen_encoder(load_suite(DEFAULT_SUITE), encoder), tables.get("encoder", {}), "encoder")
    model = TokenClassifier(config, recipe, ["O"], cuda_or_cpu(device))
    kept = [SentencePair(one, other) for one, other in pairs if one and other]
    found = coupling_links(method, model, kept, recipe, _report)
    both = iter([symmetrise_links(forward, reverse, direction) for forward, reverse in found])
    return [next(both) if one and other else () for one, other in pairs]


def _report(done: int, total: int) -> None:
    click.echo(f"aligned {done} of {total} pairs", err=True)
