"""Options for the layout of files of tokens, tags and sentence pairs, named as the keys of a suite's resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from wcabench.data.column_lines import ColumnForm
    from wcabench.data.line_pairs import PairForm

F = TypeVar("F", bound=Callable[..., Any])
COMMENTS = ("auto", "skip", "none")
SCHEMES = ("iob1", "iob2", "iobes", "bilou")
encoding_option = click.option(
    "--encoding", help="Of the files, such as latin-1 or utf-16.  [default: UTF-8]"
)
token_column_option = click.option(
    "--token-column",
    type=int,
    help="Column of the words in a column file, from 0; -1 is the last.  [default: the first]",
)
comments_option = click.option(
    "--comments",
    type=click.Choice(COMMENTS),
    default="auto",
    show_default=True,
    help="Lines of a column file that begin with #: found out, all skipped, or all read as words.",
)


def pair_options(function: F) -> F:
    """The options of a text of sentence pairs."""
    options = [
        click.option(
            "--layout",
            type=click.Choice(["lines", "columns"]),
            default="lines",
            show_default=True,
            help="Of two files: a sentence a line, or column files, whose tags are not looked at.",
        ),
        click.option("--source-column", type=int, help="Of one file, column of the source sentence, from 0."),
        click.option("--target-column", type=int, help="Of one file, column of the target sentence, from 0."),
        token_column_option,
        comments_option,
        encoding_option,
    ]
    for option in reversed(options):
        function = option(function)
    return function


def column_form(token_column: int | None, comments: Any, encoding: str | None) -> ColumnForm:
    """The values of the options of a column file as a `ColumnForm`."""
    from wcabench.data.column_lines import ColumnForm

    return ColumnForm(token_column, comments, encoding=encoding)


def pair_form(options: dict[str, Any]) -> PairForm:
    """The values of `pair_options` as a `PairForm`.

    Raises:
        UserError: an option that goes with another layout.
    """
    from wcabench.data.line_pairs import PairColumns, PairForm
    from wcabench.errors import require

    layout, columns = options["layout"], PairColumns(options["source_column"], options["target_column"])
    tokens = column_form(options["token_column"], options["comments"], options["encoding"])
    in_columns = layout == "columns"
    require(
        in_columns or (tokens.token_column is None and tokens.comments == "auto"),
        "--token-column and --comments go with --layout columns",
    )
    require(
        not in_columns or columns == PairColumns(),
        "--source-column and --target-column go with one file of sentences, not with --layout columns",
    )
    return PairForm(layout, columns, tokens, options["encoding"])
