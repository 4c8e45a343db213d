"""The command line of `wcabench`."""

from __future__ import annotations

import errno
from typing import Any, NoReturn

import click

from wcabench import __version__
from wcabench.cli.commands import COMMANDS, SECTIONS
from wcabench.cli.groups import CALLED, Entry, LazyGroup
from wcabench.errors import INTERRUPTED, UserError


class RootGroup(LazyGroup):
    """`wcabench` itself: the sections of its help, and one form for every error."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; an output whose encoding lacks a sign gets another one in its place."""
        from wcabench.cli.output import open_closed_streams, replace_unencodable_signs
        from wcabench.output_files import inputs_kept

        open_closed_streams()
        replace_unencodable_signs()
        with inputs_kept():
            return super().main(*args, **kwargs)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """The context of a call; an option that `wcabench` does not have becomes an error of one line."""
        try:
            return super().make_context(*args, **kwargs)
        except click.ClickException as error:
            _raise_in_our_form(error, "wcabench")
        except OSError as error:
            _raise_for_stdout(error)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by section; a group names those in it."""
        width = max(map(len, self.entries))
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:{width}}", _summary(entries[name])) for name in entries])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a mistake of the user becomes one line and exit 2, Ctrl-C becomes exit 130."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            _raise_in_our_form(error, ctx.meta.get(CALLED, ctx.command_path))
        except UserError as error:
            _raise_in_our_form(error)
        except OSError as error:
            _raise_for_stdout(error)
        except KeyboardInterrupt:
            from wcabench.cli.stderr import warn

            warn("interrupted")
            ctx.exit(INTERRUPTED)


def _raise_for_stdout(error: OSError) -> NoReturn:
    """Raise an error that no command has handled: those of reading and writing are, so it is of stdout itself."""
    if error.errno == errno.EPIPE:
        raise error
    from wcabench.cli.output import drop_stdout

    drop_stdout()
    _raise_in_our_form(UserError(f"the output cannot be written: {error.strerror or error}"))


def _raise_in_our_form(error: Exception, command: str = "") -> NoReturn:
    """Raise an error of click or a `UserError` as click prints it for us."""
    from wcabench.cli.stderr import in_our_form

    ours = in_our_form(error, command)
    if ours is error:
        raise error
    raise ours from error


def _summary(entry: Entry) -> str:
    return " ".join([entry.summary, f"({', '.join(entry.members)})"]) if entry.members else entry.summary


@click.group(
    "wcabench", cls=RootGroup, entries=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="wcabench")
def main() -> None:
    """Re-run zero-shot cross-lingual NER by alignment on equal terms, and see which differences are real.

    Results go to stdout, the log to stderr. Exit codes: 0 done, 1 a cell failed, 2 a mistake in the input.
    """
