"""The paper's Figure 1 for any sentence pair: similarity, plans and word links as heat maps."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wcabench.printable import printable
from wcabench.reports.figure_files import check_output, new_figure, save

if TYPE_CHECKING:
    from wcabench.measuring.sentence_alignment import SentenceAlignment

# Inches and points. Eleven target tokens fill a column of 8.5 cm with text of 6 points, so that it need not be scaled.
CELL = 0.125
GAP, TITLE, BAR = 0.1, 0.17, 0.06
POINTS = 6
LABEL = POINTS * 0.62 / 72  # width of a letter
# One hue from white to dark can be read in grey and by the colour-blind; no mass is as white as the paper.
COLOURS = "Blues"
NEAREST = "nearest-token"


def draw(alignment: "SentenceAlignment", path: Path, titles: dict[str, str]) -> None:
    """Write the figure in the format of the file's name. The same input gives the same file.

    Similarity has a scale of its own, with a dot on the nearest source token of each target token; the plans share one
    scale, from 0 to 1. Source tokens are printed at the left of each row of panels, target tokens below each column.

    Args:
        alignment: what is drawn.
        path: .png, .svg or .pdf.
        titles: name of a plan -> title of its panel.

    Raises:
        UserError: matplotlib is missing, another format, or a place that cannot be written.
    """
    check_output(path)
    plans = {name: plan for name, plan in alignment.plans.items() if name != NEAREST}
    matrices = {
        name: matrix.numpy() for name, matrix in {"similarity": alignment.similarity, **plans}.items()
    }
    figure = new_figure(1, 1)  # it is cut to what is drawn when it is saved
    heads = {name: titles.get(name, name) for name in matrices}
    widest = max(map(len, heads.values())) * LABEL
    layout = _Layout(figure, alignment, widest=widest, rows=-(-len(matrices) // 2))
    images: dict[bool, Any] = {}  # whether it is the similarity -> the last image of that kind
    for number, (name, values) in enumerate(matrices.items()):
        axis = layout.panel(number, heads[name])
        images[name == "similarity"] = _heat_map(axis, values, similarity=name == "similarity")
        _label(axis, alignment, left=number % 2 == 0, below=number + 2 >= len(matrices))
    lowest = max(map(len, alignment.target)) * LABEL + TITLE
    layout.legend(0, lowest, images[True], "cosine similarity\n(dot: nearest source token)")
    if False in images:
        layout.legend(1, lowest, images[False], "share of the target\ntoken's mass")
    save(figure, path, bbox_inches="tight", pad_inches=0.02)


class _Layout:
    """Positions of panels, two a row, and of legends, in inches."""

    def __init__(self, figure: Any, alignment: "SentenceAlignment", widest: float, rows: int) -> None:
        self.figure = figure
        self.width, self.height = CELL * len(alignment.target), CELL * len(alignment.source)
        self.pitch = max(self.width, widest) + GAP  # so wide that no title touches the next
        self.rows = rows

    def panel(self, number: int, title: str) -> Any:
        """An empty panel; they fill the rows from the top left."""
        row, column = divmod(number, 2)
        bottom = (self.rows - 1 - row) * (self.height + TITLE + GAP)
        axis = self.figure.add_axes((column * self.pitch, bottom, self.width, self.height))
        axis.set_title(printable(title), fontsize=POINTS, pad=3, parse_math=False)
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


def _label(axis: Any, alignment: "SentenceAlignment", *, left: bool, below: bool) -> None:
    """Draw the grid; print the source tokens at the left if `left`, and the target tokens below if `below`."""
    source, target = ([printable(token) for token in side] for side in (alignment.source, alignment.target))
    style = {"fontsize": POINTS, "parse_math": False}
    axis.set_xticks(range(len(target)), target if below else [], rotation=90, **style)
    axis.set_yticks(range(len(source)), source if left else [], **style)
    axis.set_xticks([at - 0.5 for at in range(1, len(target))], minor=True)
    axis.set_yticks([at - 0.5 for at in range(1, len(source))], minor=True)
    axis.grid(which="minor", color="0.88", linewidth=0.3)
    axis.tick_params(which="both", length=0, pad=1.5)
    for spine in axis.spines.values():
        spine.set_linewidth(0.4)
