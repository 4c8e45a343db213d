"""Figures as files: PNG, SVG or PDF by the ending of the name, and the same bytes for the same figure."""

from pathlib import Path
from typing import Any

from wcabench.errors import UserError

FORMATS = (".png", ".svg", ".pdf")
DPI = 300


def check_name(path: Path) -> None:
    """Refuse a name whose ending is that of no format.

    Raises:
        UserError: it is.
    """
    if path.suffix.lower() not in FORMATS:
        raise UserError(f"{path}: wanted a name that ends in {', '.join(FORMATS)}")


def new_figure(width: float, height: float) -> Any:
    """An empty figure of matplotlib's.

    Args:
        width: in inches.
        height: in inches.

    Raises:
        UserError: matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UserError("figures need matplotlib: pip install 'wcabench[plots]'") from error
    return Figure(figsize=(width, height), dpi=DPI)


def save(figure: Any, path: Path, **how: Any) -> None:
    """Write a figure without a date or random names: made again, it differs only where it looks different.

    Args:
        figure: of matplotlib's.
        path: .png, .svg or .pdf; missing folders are made.
        how: what else `Figure.savefig` takes.

    Raises:
        UserError: another format, or a place that cannot be written.
    """
    check_name(path)
    from matplotlib import rc_context

    # Type 42: outlines of Type 3, the default, are refused by some publishers.
    fixed = {"svg.hashsalt": "wcabench", "pdf.fonttype": 42}
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix.lower())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with rc_context(fixed):
            figure.savefig(path, metadata=undated, **how)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror or error}") from error
