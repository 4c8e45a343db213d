"""The command line: one small module a command, imported when the command is used."""

import errno
import importlib
import os
import sys
from typing import Any

import click

from wcabench import __version__
from wcabench.errors import UserError, suggest

COMMANDS = {
    "run": ("wcabench.cli.run:run", "Run methods on language pairs over seeds; finished cells are skipped."),
    "report": ("wcabench.cli.report:report", "Print the table of a results folder, with its significance."),
    "plot": ("wcabench.cli.plot:plot", "Draw F1, losses, differences, cost or alignment error of results."),
    "compare": (
        "wcabench.cli.compare:compare",
        "Compare two methods: difference, entity types, sentences.",
    ),
    "diagnose": (
        "wcabench.cli.diagnose:diagnose",
        "Show how methods couple, and what becomes of words and entities.",
    ),
    "score": ("wcabench.cli.score:score", "Score a file of predicted tags against the gold tags."),
    "align": (
        "wcabench.cli.align:align",
        "Align the words of a text, by a coupling or the statistical aligner.",
    ),
    "evaluate-alignment": (
        "wcabench.cli.evaluate_alignment:evaluate_alignment",
        "Precision, recall and error rate of a word alignment.",
    ),
    "show-alignment": (
        "wcabench.cli.show_alignment:show_alignment",
        "Show how each method couples the tokens of one sentence pair.",
    ),
    "prepare": ("wcabench.cli.prepare:prepare", "Fetch and check everything that a run needs."),
    "list": ("wcabench.cli.listing:list_group", "List methods, their options, pairs, suites or results."),
    "status": ("wcabench.cli.status:status", "Say what is done, what failed, and what is to do."),
    "show": ("wcabench.cli.show:show", "Show all about one cell."),
    "rerun": (
        "wcabench.cli.rerun:rerun",
        "Run the cells of a signature, or one cell, with the same settings.",
    ),
    "verify": ("wcabench.cli.verify:verify", "Run a cell again and say whether its numbers are the same."),
    "merge": ("wcabench.cli.merge:merge", "Copy the finished cells of other results folders into one."),
    "rescore": (
        "wcabench.cli.rescore:rescore",
        "Count the stored predictions of cells again by today's scorers.",
    ),
    "export-results": (
        "wcabench.cli.export_results:export_results",
        "Write results into one file to publish.",
    ),
    "import-results": (
        "wcabench.cli.import_results:import_results",
        "Check a file of results and copy its cells.",
    ),
    "pretrain": ("wcabench.cli.pretrain:pretrain", "Pretrain a small multilingual encoder from text."),
    "new": ("wcabench.cli.new:new", "Begin a method of your own from a working project."),
    "check": ("wcabench.cli.check:check", "Check that a method keeps its contract with the bench."),
    "doctor": ("wcabench.cli.doctor:doctor", "Check the installation, the device, the data and the encoder."),
}


class UserErrorMessage(click.ClickException):
    """A `UserError` on its way out: one line on stderr, exit 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Print it."""
        click.echo(f"error: {self.message}", file=file, err=file is None)


def _drop_stdout() -> None:
    """Let nothing more go to a stdout that cannot be written, or Python would try again at its exit."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 (a device)
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the way through a piece of work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command, imported now."""
        if name not in COMMANDS:
            raise UserErrorMessage(str(suggest(name, list(COMMANDS), "command")))
        module, _, attribute = COMMANDS[name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; the user's mistakes become one line and exit 2, Ctrl-C becomes exit 130."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            raise UserErrorMessage(str(error)) from error
        except OSError as error:
            # What a command reads and writes is handled where it is done; what is left is stdout itself.
            if error.errno == errno.EPIPE:
                raise
            _drop_stdout()
            raise UserErrorMessage(f"the output cannot be written: {error.strerror or error}") from error
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(130)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="wcabench")
def main() -> None:
    """Re-run zero-shot cross-lingual NER by alignment on equal terms, and see which differences are real.

    Results go to stdout, the log to stderr. Exit codes: 0 done, 1 a cell failed, 2 a mistake in the input.
    """
