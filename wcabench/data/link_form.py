"""How the word links of parallel text are written: order of the sides, and number of the first word."""

from dataclasses import dataclass
from typing import Literal

from wcabench.contract import Words
from wcabench.errors import UserError
from wcabench.words.pharaoh import parse_links
from wcabench.words.symmetrise import Links

LinksOrder = Literal["source-target", "target-source"]


@dataclass(frozen=True)
class LinkForm:
    """How the links of parallel text are written.

    Attributes:
        order: which side the first number of a link belongs to.
        first_word: number of the first word, 0 or 1; None is 0, with a doubt if no link has a word 0.
    """

    order: LinksOrder = "source-target"
    first_word: int | None = None

    def read(self, text: str, where: str, source: Words, target: Words) -> Links:
        """Parse the links of a sentence pair into (source index, target index) from 0, sorted.

        Raises:
            UserError: a link is malformed, or lies beyond its sentences.
        """
        first = self.first_word or 0
        links = [(i - first, j - first) for i, j in parse_links(text, where=where)]
        if self.order == "target-source":
            links = [(j, i) for i, j in links]
        for i, j in links:
            if not (0 <= i < len(source) and 0 <= j < len(target)):
                raise UserError(
                    f"{where}: link between source word {i + first} and target word {j + first}, but the sentences "
                    f"have {len(source)} and {len(target)} words (counted from {first}); correct it, turn links_order "
                    f"round, or set first_word = {1 - first}"
                )
        return tuple(sorted(links))
