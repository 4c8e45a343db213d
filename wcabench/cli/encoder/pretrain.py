"""`wcabench encoder pretrain`: make a small multilingual encoder from text."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from wcabench.cli.options import device_option, out_option, quiet_option, set_option_of
from wcabench.cli.output import echo_lines
from wcabench.cli.paths import INPUT_FILE, NamedPath
from wcabench.cli.stderr import ErrorMessage, is_quiet
from wcabench.printable import printable


class _OneLine(logging.Formatter):
    """Makes text of others in a message printable, such as the languages that files are named by."""

    def format(self, record: logging.LogRecord) -> str:
        """The message as one line."""
        return printable(super().format(record))


@click.command()
@click.argument("settings", type=INPUT_FILE)
@click.option(
    "--text",
    required=True,
    type=NamedPath(exists=True, file_okay=False),
    help="Folder with mono.LANGUAGE.txt and parallel.LANGUAGE-en.tsv.",
)
@out_option("Folder for the checkpoint, the log and the encoder.", folder=True, required=True)
@set_option_of(
    "'text'", "'vocabulary'", "'model'", "'training'", example="training.steps=100", name="changes"
)
@device_option
@quiet_option
def pretrain(settings: Path, text: Path, out: Path, changes: tuple[str, ...], device: str) -> None:
    """Pretrain an encoder as a TOML file of SETTINGS says.

    Interrupt it as you like: the same command goes on from the last checkpoint.
    """
    from wcabench.config import assignments
    from wcabench.nn.precision import resolve_device
    from wcabench.pretraining.pretrain import pretrain as make
    from wcabench.pretraining.settings import read_settings

    chosen = read_settings(settings, assignments(changes))
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine("%(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("wcabench").setLevel(logging.WARNING if is_quiet() else logging.INFO)
    try:
        echo_lines(make(chosen, text, out, resolve_device(device)))
    except ArithmeticError as error:
        raise ErrorMessage(str(error), exit_code=1) from error
