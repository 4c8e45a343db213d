"""The paper's Figure 1 for any sentence pair: similarity, plans and word links as heat maps side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wcabench.errors import UserError

if TYPE_CHECKING:
    from wcabench.nn.sentence_alignment import SentenceAlignment

FORMATS = (".png", ".svg", ".pdf")
CELL = 0.16  # inches a token: its label in 7 points does not touch the next
POINTS = 7
# One hue from white to dark: readable in grey and by the colour-blind, and nothing is white paper.
COLOURS = "Blues"
NEAREST = "nearest-token"


def draw(found: "SentenceAlignment", path: Path, titles: dict[str, str]) -> None:
    """Write the figure; its format is that of the file's name.

    Similarity has a scale of its own, with a dot on the nearest source token of each target token; the plans share one
    scale, from 0 to 1.

    Args:
        found: what is drawn.
        path: .png, .svg or .pdf.
        titles: name of a plan -> what stands above it.

    Raises:
        UserError: matplotlib is missing, another format, or a place that cannot be written.
    """
    if path.suffix.lower() not in FORMATS:
        raise UserError(f"{path}: wanted a name that ends in {', '.join(FORMATS)}")
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UserError("figures need matplotlib: pip install 'wcabench[plots]'") from error
    plans = {name: plan for name, plan in found.plans.items() if name != NEAREST}
    panels = {name: one.numpy() for name, one in {"similarity": found.similarity, **plans}.items()}
    rows, columns = -(-len(panels) // 2), 2
    width = columns * (CELL * len(found.target) + 1.3) + 0.6
    height = rows * (CELL * len(found.source) + 1.2)
    figure = Figure(figsize=(width, height), layout="constrained", dpi=200)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes[len(panels) :]:
        axis.set_axis_off()
    plan_axes = []
    for axis, (name, values) in zip(axes, panels.items(), strict=False):
        if name == "similarity":
            image = axis.imshow(values, cmap=COLOURS, vmin=min(0.0, float(values.min())), vmax=1)
            axis.plot(range(len(found.target)), values.argmax(0), "o", color="darkorange", markersize=3)
            _legend(figure, image, [axis], "cosine similarity (dot: nearest)")
        else:
            image = axis.imshow(values, cmap=COLOURS, vmin=0, vmax=1)
            plan_axes.append(axis)
        axis.set_title(titles.get(name, name), fontsize=POINTS + 1)
        _label(axis, found)
    if plan_axes:
        _legend(figure, image, plan_axes, "share of the target token's mass")
    try:
        figure.savefig(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror or error}") from error


def _label(axis: Any, found: "SentenceAlignment") -> None:
    """Every token on both sides, target across the bottom."""
    axis.set_xticks(range(len(found.target)), found.target, rotation=90, fontsize=POINTS)
    axis.set_yticks(range(len(found.source)), found.source, fontsize=POINTS)
    axis.set_xticks([at - 0.5 for at in range(1, len(found.target))], minor=True)
    axis.set_yticks([at - 0.5 for at in range(1, len(found.source))], minor=True)
    axis.grid(which="minor", color="0.88", linewidth=0.4)
    axis.tick_params(which="both", length=0)


def _legend(figure: Any, image: Any, axes: list[Any], unit: str) -> None:
    bar = figure.colorbar(image, ax=axes, shrink=0.7, pad=0.01, aspect=30)
    bar.set_label(unit, fontsize=POINTS)
    bar.ax.tick_params(labelsize=POINTS - 1)
