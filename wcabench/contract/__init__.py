"""All that the author of a method reads: what a method is, what it may see, and what it works with.

A method is a frozen dataclass with an `info` and one verb, `fit(bench) -> Tagger`. The `Bench` hands out the data that
`info.needs` declares (the slots), makes networks, and runs the one training loop over the method's objectives.
"""

from wcabench.contract.bench import Bench, Features, Languages, Links, Network, Order, Pool
from wcabench.contract.method import Method, MethodInfo, SavedTagger, Tagger
from wcabench.contract.sentences import Sentence, SentencePair, Side, Words
from wcabench.contract.slots import SLOTS, TIERS, Need, Slot, tier_of
from wcabench.contract.training import Objective, OwnParameters

__all__ = [
    "SLOTS",
    "TIERS",
    "Bench",
    "Features",
    "Languages",
    "Links",
    "Method",
    "MethodInfo",
    "Need",
    "Network",
    "Objective",
    "Order",
    "OwnParameters",
    "Pool",
    "SavedTagger",
    "Sentence",
    "SentencePair",
    "Side",
    "Slot",
    "Tagger",
    "Words",
    "tier_of",
]
