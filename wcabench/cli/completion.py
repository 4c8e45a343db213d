"""Shell completion: names of methods, pairs and suites, and keys of cells. Nothing heavy is imported.

Each function is the `shell_complete` of an option or argument: it gets the context with all that stands on the line
so far, and returns what begins with the word that is being typed. A mistake on the line completes nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wcabench.errors import UserError
from wcabench.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import click
    from click.shell_completion import CompletionItem

ALL = "all"
LEVELS = ("suite", "pair", "method")  # of folders in a results folder


def complete_method(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the installed methods."""
    from wcabench import registry

    try:
        return _items(list(registry.entries()), incomplete)
    except UserError:
        return []


def complete_methods(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the installed methods, and `all`."""
    return [*complete_method(ctx, param, incomplete), *_items([ALL], incomplete)]


def complete_pair(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Pairs of the suite that the line names, or else of the default suite."""
    return _items(_pairs(ctx), incomplete)


def complete_pairs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Pairs of the suite, and `all`."""
    pairs = _pairs(ctx)
    return _items([*pairs, ALL] if pairs else [], incomplete)


def complete_suite(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the packaged suites, and files."""
    from click.shell_completion import CompletionItem

    from wcabench.data.suites import suite_names

    return [*_items(suite_names(), incomplete), CompletionItem(incomplete, type="file")]


def complete_folder(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Folders, for an option that also takes other values."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="dir")]


def complete_cell(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Keys of the cells in the line's results folder; shells that show help texts show suite, pair and method."""
    from click.shell_completion import CompletionItem

    root = _results(ctx)
    return [
        CompletionItem(key, help=" ".join(folder.relative_to(root).parts[:-1]))
        for key, folder in _stored(root)
        if key.startswith(incomplete.lower())
    ]


def complete_stored(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the suites, pairs or methods in the results folder; the option's name decides which."""
    level = next(
        (n for n, name in enumerate(LEVELS) if str(param.name).startswith(name)), LEVELS.index("method")
    )
    root = _results(ctx)
    names = {folder.relative_to(root).parts[level] for _, folder in _stored(root)}
    return _items(sorted(names), incomplete)


def complete_table(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The tables of `--set`: encoder, recipe, data and the methods."""
    from wcabench.config import TABLES

    return [*_items(list(TABLES), incomplete), *complete_method(ctx, param, incomplete)]


def _pairs(ctx: click.Context) -> tuple[str, ...]:
    from wcabench.config import DEFAULT_SUITE
    from wcabench.data.suites import load_suite

    try:
        return load_suite(str(ctx.params.get("suite") or DEFAULT_SUITE)).pairs
    except UserError:
        return ()


def _results(ctx: click.Context) -> Path:
    """The folder that the cells of the line are looked for in: `rerun --from` or `--results`."""
    return Path(ctx.params.get("store") or ctx.params.get("results") or "results")


def _stored(root: Path) -> Iterator[tuple[str, Path]]:
    from wcabench.runs.store import Store

    return Store(root).keys()


def _items(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    # A line break in a name, which a foreign folder may have, would make two completions of it.
    return [CompletionItem(name) for name in names if name.startswith(incomplete) and printable(name) == name]
