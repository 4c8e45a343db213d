"""All that one language pair of a suite holds."""

from dataclasses import dataclass
from typing import Any

from wcabench.contract import Sentence, SentencePair, Words


@dataclass(frozen=True)
class PairData:
    """All that one language pair of a suite holds, after the label policy.

    Methods never see this object: they get the parts they declared (see `wcabench.nn.bench.Bench`).

    Attributes:
        suite: the suite's name.
        pair: "en-nl".
        types: entity types in use, sorted ("LOC", "MISC", "ORG", "PER"), after the label policy.
        train: labelled source sentences.
        source_dev: labelled source sentences for model selection.
        source_test: labelled source sentences for the source score.
        target_dev: labelled target sentences; empty where the corpus has none. Never given to a method.
        target_test: labelled target sentences: what a cell is scored on. Never given to a method.
        target_text: unlabelled target sentences.
        parallel: sentence pairs, target language and its translation.
        dictionary: (source word, target word) entries; empty where the suite names none.
        sha256: name of each resource -> sha256 of its parsed content.
        notes: what every table made of this pair must say ("parallel text is NTREX, not the paper's").
        mapped_to_o: types that are trained with and read as O where predicted for the target (policy "map").
        aligned: sentence pairs with word alignments made by hand, for the diagnostics alone; empty where the suite
            names none. Never given to a method.
    """

    suite: str
    pair: str
    types: tuple[str, ...]
    train: list[Sentence]
    source_dev: list[Sentence]
    source_test: list[Sentence]
    target_dev: list[Sentence]
    target_test: list[Sentence]
    target_text: list[Words]
    parallel: list[SentencePair]
    dictionary: list[tuple[str, str]]
    sha256: dict[str, str]
    notes: tuple[str, ...] = ()
    mapped_to_o: tuple[str, ...] = ()
    aligned: tuple[SentencePair, ...] = ()

    def slot(self, need: str) -> list[Any]:
        """What answers a method's need: "labelled", "parallel", "target-text" or "dictionary"; empty: there is none."""
        slots: dict[str, list[Any]] = {
            "labelled": self.train,
            "parallel": self.parallel,
            "target-text": self.target_text,
            "dictionary": self.dictionary,
        }
        return slots[need]
