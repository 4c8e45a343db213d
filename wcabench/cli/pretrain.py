"""`wcabench pretrain`: make a small multilingual encoder from text."""

from __future__ import annotations

import logging
from pathlib import Path

import click


@click.command()
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--text",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with mono.LANGUAGE.txt and parallel.LANGUAGE-en.tsv.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the checkpoint, the log and the encoder.",
)
@click.option(
    "--set",
    "changes",
    metavar="TABLE.KEY=VALUE",
    multiple=True,
    help="Set an option of 'text', 'vocabulary', 'model' or 'training'. Repeatable.",
)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
def pretrain(settings: Path, text: Path, out: Path, changes: tuple[str, ...], device: str) -> None:
    """Pretrain an encoder as a TOML file of SETTINGS says.

    Interrupt it as you like: the same command goes on from the last checkpoint.
    """
    from wcabench.config import assignments
    from wcabench.nn.precision import resolve_device
    from wcabench.pretraining.pretrain import pretrain as make
    from wcabench.pretraining.settings import read_settings

    chosen = read_settings(settings, assignments(changes))
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("wcabench").setLevel(logging.INFO)
    try:
        click.echo(make(chosen, text, out, resolve_device(device)))
    except ArithmeticError as error:
        raise click.ClickException(str(error)) from error
