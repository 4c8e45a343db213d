"""Figures as files: PNG, SVG or PDF by the ending of the name; the same figure gives the same bytes."""

from io import BytesIO
from pathlib import Path
from typing import Any

from wcabench.errors import UserError
from wcabench.output_files import write_bytes

FORMATS = (".png", ".svg", ".pdf")
DPI = 300


def check_output(path: Path) -> None:
    """Check that a figure can be drawn and written there, before any work is done for it.

    Raises:
        UserError: the name does not end as a format does, or matplotlib is missing.
    """
    if path.suffix.lower() not in FORMATS:
        raise UserError(f"{path}: wanted a name that ends in {', '.join(FORMATS)}")
    require_matplotlib()


def require_matplotlib() -> Any:
    """The class of matplotlib's figures.

    Raises:
        UserError: matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UserError("figures need matplotlib: pip install matplotlib") from error
    return Figure


def new_figure(width: float, height: float) -> Any:
    """An empty figure; width and height in inches.

    Raises:
        UserError: matplotlib is missing.
    """
    return require_matplotlib()(figsize=(width, height), dpi=DPI)


def save(figure: Any, path: Path, **how: Any) -> None:
    """Write a figure without dates or random ids: the same figure gives the same bytes.

    Args:
        figure: of matplotlib's.
        path: .png, .svg or .pdf; missing folders are made.
        how: what else `Figure.savefig` takes.

    Raises:
        UserError: another format, or the file cannot be written.
    """
    check_output(path)
    from matplotlib import rc_context

    form = path.suffix.lower()
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(form)
    drawn = BytesIO()
    # Type 42: fonts of Type 3, the default, are refused by some publishers.
    with rc_context({"svg.hashsalt": "wcabench", "pdf.fonttype": 42}):
        figure.savefig(drawn, format=form.removeprefix("."), metadata=undated, **how)
    write_bytes(path, drawn.getvalue())
