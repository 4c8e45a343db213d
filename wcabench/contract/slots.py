"""The slots: the kinds of data that a method may declare in `MethodInfo.needs`, in one table.

A new slot is one line here, one reader in `wcabench.data` and one property of the bench.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Need = Literal[
    "labelled",
    "source-dev",
    "target-text",
    "monolingual",
    "dictionary",
    "embeddings",
    "entities",
    "parallel",
    "links",
    "translated",
]
Tier = Literal["labelled", "target-text", "dictionary", "parallel", "external"]


@dataclass(frozen=True)
class Slot:
    """One kind of data.

    Attributes:
        name: the slot's name in `needs`, in keys and in JSON; the bench's property has `_` for `-`.
        holds: what the slot contains.
        given_by: the entry of a suite's file that gives the data.
        tier: the tier of a method that uses the slot.
        said: the words that a table uses for the slot.
        target_side: whether the slot depends on the target language; a method without such a slot has one model for
            all targets.
    """

    name: Need
    holds: str
    given_by: str
    tier: Tier
    said: str
    target_side: bool = True


_TABLE = (
    Slot("labelled", "labelled source sentences", "[source] train", "labelled", "English labels", False),
    Slot(
        "source-dev", "labelled source sentences, held out", "[source] dev", "labelled", "English dev", False
    ),
    Slot(
        "monolingual", "raw source sentences", "[source] monolingual", "labelled", "raw English text", False
    ),
    Slot(
        "target-text",
        "raw target sentences; those of the parallel text where the suite names none",
        "[pairs.X.target] text",
        "target-text",
        "target text",
    ),
    Slot(
        "dictionary",
        "(source word, target word, weight) entries",
        "[pairs.X] dictionary",
        "dictionary",
        "dictionary",
    ),
    Slot(
        "embeddings",
        "static word vectors of both languages",
        "[pairs.X.embeddings]",
        "dictionary",
        "static word vectors",
    ),
    Slot(
        "entities",
        "(type, words, language) of an entity list",
        "[pairs.X] entities",
        "dictionary",
        "entity list",
    ),
    Slot("parallel", "sentence pairs", "[pairs.X.parallel]", "parallel", "parallel text"),
    Slot(
        "links",
        "word alignments that came with the parallel text",
        "[pairs.X.parallel] links_column or links_path",
        "parallel",
        "given word links",
    ),
    Slot(
        "translated",
        "labelled source sentences with their machine translation into the target",
        "[pairs.X.translated]",
        "parallel",
        "translated training data",
    ),
)
SLOTS: dict[str, Slot] = {slot.name: slot for slot in _TABLE}
# Ordered from the least data that a method may see to the most.
TIERS: tuple[Tier, ...] = get_args(Tier)


def tier_of(needs: Iterable[str]) -> Tier:
    """Return the tier of a method with these needs: the highest tier of its slots; "labelled" without any."""
    return max((SLOTS[need].tier for need in needs), key=TIERS.index, default="labelled")
