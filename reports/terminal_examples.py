"""Examples in the terminal: entities in brackets with their type, wrong ones starred, right and wrong ones coloured."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wcabench.printable import printable
from wcabench.reports.side_by_side import Example, PairExamples
from wcabench.scoring.spans import Span

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

RIGHT, WRONG = "green", "red"
STAR = "*"


def print_examples(examples: PairExamples, labels: tuple[str, str], console: "Console") -> None:
    """Print the examples of one pair under a heading; nothing where none was asked for."""
    from rich.text import Text

    if not examples.shown and not examples.notes:
        return
    console.print()
    if examples.shown:
        heading = f"Examples on {examples.pair}, seed {examples.shown[0].seed}"
        console.print(Text(printable(heading), style="bold"))
    for example in examples.shown:
        console.print()
        _print_example(example, labels, console)
    if examples.shown:
        console.print()
        legend = f"[TYPE words]: an entity. {STAR}: an entity that is not in the gold."
        console.print(Text(legend, style="dim"))
    for note in examples.notes:
        console.print(Text(printable(f"{examples.pair}: {note}"), style="dim" if examples.shown else ""))


def _print_example(example: Example, labels: tuple[str, str], console: "Console") -> None:
    from rich.table import Table
    from rich.text import Text

    a, b = example.errors
    line = f"sentence {example.number}: errors {labels[0]} {a}, {labels[1]} {b}"
    console.print(Text(printable(line), style="italic"))
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(overflow="fold", max_width=max(console.width // 4, 8))
    grid.add_column(overflow="fold")
    grid.add_row(Text("gold"), bracketed(example.words, example.gold, example.gold))
    for label, predicted in zip(labels, example.predicted, strict=True):
        grid.add_row(Text(printable(label)), bracketed(example.words, predicted, example.gold))
    console.print(grid)


def bracketed(words: Sequence[str], entities: Sequence[Span], gold: Sequence[Span]) -> "Text":
    """A sentence with its entities in brackets: "[PER Mira] lives in [ORG Oldwick]*".

    Args:
        words: the sentence.
        entities: those to be shown, from left to right.
        gold: the right ones; the others are starred.
    """
    from rich.text import Text

    text, at = Text(), 0
    for span in entities:
        text.append("".join(f"{printable(word)} " for word in words[at : span.start]))
        wrong = span not in gold
        inside = " ".join(map(printable, words[span.start : span.end]))
        text.append(
            f"[{printable(span.type)} {inside}]{STAR if wrong else ''}", style=WRONG if wrong else RIGHT
        )
        text.append(" ")
        at = span.end
    text.append(" ".join(map(printable, words[at:])))
    text.rstrip()
    return text
