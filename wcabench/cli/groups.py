"""Groups of commands that know their commands by name and import one when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from wcabench.errors import UserError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Key in the metadata of the click context: the words of the command that is called.
CALLED = "wcabench.called"


class Entry:
    """A command that is not imported yet. A plain class, since every call of `wcabench` creates all entries.

    Attributes:
        summary: one line for the help of the group it is in.
        target: "module:attribute" of the command; empty for a group that only holds other commands.
        members: the commands below it, by name.
        about: what the help of a group without a target begins with; the summary by default.
    """

    def __init__(
        self, summary: str, target: str = "", members: Mapping[str, Entry] | None = None, about: str = ""
    ) -> None:
        self.summary, self.target, self.members, self.about = summary, target, members or {}, about or summary

    def load(self, name: str) -> click.Command:
        """Import the command; a group without a target of its own is made here."""
        if not self.target:
            return LazyGroup(name=name, entries=self.members, help=self.about)
        module, _, attribute = self.target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


class LazyGroup(click.Group):
    """A group that imports a command when it is used, and none for its help or for completion.

    Args:
        entries: the commands by name, in the order in which the help lists them.
    """

    def __init__(self, *args: Any, entries: Mapping[str, Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, imported now; None where there is none."""
        return self.entries[name].load(name) if name in self.entries else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first word names; return its name, the command and the words after it.

        Raises:
            UserError: there is no such command; the nearest is offered.
        """
        command = self.get_command(ctx, args[0])
        if command is None and not ctx.resilient_parsing:
            raise self._unknown(ctx, args[0])
        ctx.meta[CALLED] = f"{ctx.command_path} {args[0]}"
        return args[0] if command else None, command, args[1:]

    def _unknown(self, ctx: click.Context, name: str) -> UserError:
        paths: dict[str, list[str]] = {}  # last word of a command -> all commands that end in it
        for path in command_paths(self.entries):
            paths.setdefault(path.rpartition(" ")[2], []).append(f"`{ctx.command_path} {path}`")
        near = nearest(name, paths, 0.5)
        hint = f"did you mean {' or '.join(paths[near])}? " if near else ""
        return UserError(f"unknown command '{name}': {hint}`{ctx.command_path} --help` lists all")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self.entries.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands, then the completions that click gives for any command."""
        names = entry_items(self.entries, incomplete)
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]


class CommandGroup(LazyGroup):
    """A command with arguments of its own that has commands below it, as `align SOURCE TARGET` and `align show`.

    The first word decides: if it names a command below, that is called; all else are the command's own arguments.
    """

    allow_extra_args = False
    allow_interspersed_args = True

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The command's own arguments; those below it are listed under the options."""
        return click.Command.collect_usage_pieces(self, ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command's own arguments, or leave all words to the command below that the first one names.

        Raises:
            UserError: the first word is no file and nearly the name of a command below.
        """
        from pathlib import Path

        if args and args[0] in self.entries:
            ctx.args = list(args)
            return ctx.args
        if args and not ctx.resilient_parsing and not Path(args[0]).exists():
            near = nearest(args[0], self.entries, 0.7)
            if near:
                raise UserError(f"{args[0]}: no such file; did you mean `{ctx.command_path} {near}`?")
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command below that was named, or this one."""
        if not ctx.args:
            return click.Command.invoke(self, ctx)
        name, command, words = self.resolve_command(ctx, ctx.args)
        assert command is not None
        # With the parent of this context: its own would put SOURCE [TARGET] into the name of the command.
        with command.make_context(f"{ctx.info_name} {name}", words, parent=ctx.parent) as below:
            return command.invoke(below)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands below, each with the name of this one before it."""
        with formatter.section("Commands below it"):
            formatter.write_dl(
                [(f"{self.name} {name}", entry.summary) for name, entry in self.entries.items()]
            )


def command_paths(entries: Mapping[str, Entry]) -> Iterator[str]:
    """Every command that can be called, as the words after `wcabench`: "run", "store merge"."""
    for name, entry in entries.items():
        if entry.target:
            yield name
        yield from (f"{name} {path}" for path in command_paths(entry.members))


def nearest(name: str, known: Iterable[str], cutoff: float) -> str | None:
    """The known name that is most similar to this one; None if no similarity reaches the cutoff (0 to 1)."""
    import difflib

    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)), None)


def entry_items(entries: Mapping[str, Entry], incomplete: str) -> list[CompletionItem]:
    """The names that begin with what is typed, for the shell's completion."""
    from click.shell_completion import CompletionItem

    return [
        CompletionItem(name, help=entry.summary)
        for name, entry in entries.items()
        if name.startswith(incomplete)
    ]
