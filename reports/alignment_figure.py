"""The paper's Figure 1 for any sentence pair: similarity, plans and word links as heat maps side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wcabench.reports.figure_files import check_output, new_figure, save

if TYPE_CHECKING:
    from wcabench.measuring.sentence_alignment import SentenceAlignment

# Inches and points. Eleven target tokens fill a column of 8.5 cm with text of 6 points: no scaling, no loss.
CELL = 0.125
GAP, TITLE, BAR = 0.1, 0.17, 0.06
POINTS = 6
LABEL = POINTS * 0.62 / 72  # width of a letter
# One hue from white to dark: readable in grey and by the colour-blind, and nothing is white paper.
COLOURS = "Blues"
NEAREST = "nearest-token"


def draw(found: "SentenceAlignment", path: Path, titles: dict[str, str]) -> None:
    """Write the figure; its format is that of the file's name. The same input gives the same file.

    Similarity has a scale of its own, with a dot on the nearest source token of each target token; the plans share one
    scale, from 0 to 1. Source tokens stand at the left of each row of panels, target tokens below each column.

    Args:
        found: what is drawn.
        path: .png, .svg or .pdf.
        titles: name of a plan -> what stands above it.

    Raises:
        UserError: matplotlib is missing, another format, or a place that cannot be written.
    """
    check_output(path)
    plans = {name: plan for name, plan in found.plans.items() if name != NEAREST}
    panels = {name: one.numpy() for name, one in {"similarity": found.similarity, **plans}.items()}
    figure = new_figure(1, 1)  # its size is that of what is drawn
    heads = {name: titles.get(name, name) for name in panels}
    page = _Page(figure, found, widest=max(map(len, heads.values())) * LABEL, rows=-(-len(panels) // 2))
    images: dict[bool, Any] = {}
    for at, (name, values) in enumerate(panels.items()):
        axis = page.panel(at, heads[name])
        images[name == "similarity"] = _heat_map(axis, values, similarity=name == "similarity")
        _label(axis, found, left=at % 2 == 0, below=at + 2 >= len(panels))
    lowest = max(map(len, found.target)) * LABEL + TITLE
    page.legend(0, lowest, images[True], "cosine similarity\n(dot: nearest source token)")
    if False in images:
        page.legend(1, lowest, images[False], "share of the target\ntoken's mass")
    save(figure, path, bbox_inches="tight", pad_inches=0.02)


class _Page:
    """Places panels and legends, in inches: two panels a row."""

    def __init__(self, figure: Any, found: "SentenceAlignment", widest: float, rows: int) -> None:
        self.figure = figure
        self.width, self.height = CELL * len(found.target), CELL * len(found.source)
        self.pitch = max(self.width, widest) + GAP  # no title reaches into the next
        self.rows = rows

    def panel(self, at: int, title: str) -> Any:
        """An empty panel; they fill the rows from the top left."""
        row, column = divmod(at, 2)
        bottom = (self.rows - 1 - row) * (self.height + TITLE + GAP)
        axis = self.figure.add_axes((column * self.pitch, bottom, self.width, self.height))
        axis.set_title(title, fontsize=POINTS, pad=3)
        return axis

    def legend(self, column: int, below: float, image: Any, unit: str) -> None:
        """A colour scale under a column of panels, with its unit."""
        left, width = column * self.pitch, self.width
        bar = self.figure.colorbar(
            image,
            cax=self.figure.add_axes((left + 0.1 * width, -below - BAR, 0.8 * width, BAR)),
            orientation="horizontal",
        )
        bar.set_label(unit, fontsize=POINTS, labelpad=2)
        bar.ax.tick_params(labelsize=POINTS, length=2, pad=1)
        bar.outline.set_linewidth(0.4)


def _heat_map(axis: Any, values: Any, *, similarity: bool) -> Any:
    lowest = min(0.0, float(values.min())) if similarity else 0
    image = axis.imshow(values, cmap=COLOURS, vmin=lowest, vmax=1, aspect="auto")
    if similarity:
        axis.plot(range(values.shape[1]), values.argmax(0), "o", color="darkorange", markersize=2.5)
    return image


def _label(axis: Any, found: "SentenceAlignment", *, left: bool, below: bool) -> None:
    """Tokens where they are asked for, and a grid."""
    axis.set_xticks(range(len(found.target)), found.target if below else [], rotation=90, fontsize=POINTS)
    axis.set_yticks(range(len(found.source)), found.source if left else [], fontsize=POINTS)
    axis.set_xticks([at - 0.5 for at in range(1, len(found.target))], minor=True)
    axis.set_yticks([at - 0.5 for at in range(1, len(found.source))], minor=True)
    axis.grid(which="minor", color="0.88", linewidth=0.3)
    axis.tick_params(which="both", length=0, pad=1.5)
    for spine in axis.spines.values():
        spine.set_linewidth(0.4)
