"""The diagnostics that are printed, by table, each with what it is and what a good value is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One diagnostic.

    Attributes:
        name: in a cell's record.
        heading: of its column.
        legend: what it is and what a good value is, one line.
        percent: whether it is a share, printed in percent with one decimal, instead of two decimals.
        beside: another diagnostic, a share, that is printed under it, and the words after that.
    """

    name: str
    heading: str
    legend: str
    percent: bool = True
    beside: tuple[str, str] | None = None


COUPLING = (
    Column("source_reached", "reached %", "source tokens that some target token goes to; high is good"),
    Column(
        "largest_fan_in",
        "fan-in",
        "target tokens that go to the busiest source token of a sentence; near 1 is good, many are a hub",
        percent=False,
    ),
    Column(
        "plan_entropy",
        "entropy",
        "of a target token's mass, in nats, and as a share of the largest there can be; 0 is one partner",
        percent=False,
        beside=("plan_entropy_relative", "of max"),
    ),
    Column(
        "source_marginal_error",
        "source err",
        "mass of the source tokens that is not where a transport plan has it, 0 to 2; 0 is a plan",
        percent=False,
    ),
    Column(
        "target_marginal_error",
        "target err",
        "the same of the target tokens; 0: each takes part alike",
        percent=False,
    ),
)
WORDS = (
    Column("alignment_error_rate", "AER %", "alignment error rate against gold word links; low is good"),
    Column(
        "fast_align_agreement",
        "fast_align %",
        "F1 of the word links with fast_align's intersection; no goal in itself",
    ),
    Column(
        "cosine_within_sentence",
        "cosine",
        "of two different tokens of a sentence, last layer; near 1 is a collapse",
        percent=False,
    ),
)
ENTITIES = (
    Column(
        "entities_exact", "exact %", "entities whose words are linked to just those of the translated one"
    ),
    Column("entities_lost", "lost %", "entities of which no word is linked; low is good"),
    Column("entities_split", "split %", "entities whose linked words have a gap; low is good"),
    Column("entities_merged", "merged %", "entities that share a linked word with another; low is good"),
)
TABLES = {
    "coupling": ("Coupling of tokens", COUPLING),
    "words": ("Word links and states", WORDS),
    "entities": ("Source entities carried over by the links", ENTITIES),
}
