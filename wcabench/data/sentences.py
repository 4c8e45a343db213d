"""All that one language pair of a suite holds."""

from dataclasses import dataclass, field
from typing import Any

from wcabench.contract import Sentence, SentencePair, Words
from wcabench.data.slot_items import DictionaryEntry, Embeddings, ListedEntity, TranslatedSentence
from wcabench.errors import suggest


@dataclass(frozen=True)
class PairData:
    """All that one language pair of a suite holds, after the label policy.

    Methods never see this object: they get the slots that they declared (see `wcabench.nn.bench.Bench`).

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
        parallel: sentence pairs, target language and its translation, with the links that came with them.
        dictionary: entries; empty where the suite names none.
        sha256: name of each resource -> sha256 of its parsed content.
        notes: what every table made of this pair must say ("parallel text is NTREX, not the paper's").
        mapped_to_o: types that are trained with and read as O where predicted for the target (policy "map").
        aligned: sentence pairs with word alignments made by hand, for the diagnostics alone; empty where the suite
            names none. Never given to a method.
        translated: labelled source sentences with their machine translations; empty where the suite names none.
        embeddings: static word vectors of both languages; None where the suite names none.
        entities: entries of an entity list; empty where the suite names none.
        monolingual: unlabelled source sentences; empty where the suite names none.
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
    dictionary: list[DictionaryEntry]
    sha256: dict[str, str]
    notes: tuple[str, ...] = ()
    mapped_to_o: tuple[str, ...] = ()
    aligned: tuple[SentencePair, ...] = ()
    translated: list[TranslatedSentence] = field(default_factory=list)
    embeddings: Embeddings | None = None
    entities: list[ListedEntity] = field(default_factory=list)
    monolingual: list[Words] = field(default_factory=list)

    def slot(self, name: str) -> Any:
        """What a slot of `wcabench.contract.SLOTS` holds; something false where there is nothing.

        Raises:
            UserError: there is no such slot; the nearest is offered.
        """
        links = [pair.links for pair in self.parallel]
        slots: dict[str, Any] = {
            "labelled": self.train,
            "source-dev": self.source_dev,
            "parallel": [SentencePair(pair.source, pair.target) for pair in self.parallel],
            "links": links if any(own is not None for own in links) else [],
            "target-text": self.target_text,
            "dictionary": self.dictionary,
            "translated": self.translated,
            "embeddings": self.embeddings,
            "entities": self.entities,
            "monolingual": self.monolingual,
        }
        if name not in slots:
            raise suggest(name, list(slots), "slot")
        return slots[name]
