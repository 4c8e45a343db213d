"""The data of one language pair of a suite."""

from dataclasses import dataclass, field
from typing import Any

from wcabench.contract import Sentence, SentencePair, Words
from wcabench.data.slot_items import DictionaryEntry, Embeddings, ListedEntity, TranslatedSentence
from wcabench.errors import suggest


@dataclass(frozen=True)
class PairData:
    """All data of one language pair of a suite, after the label policy.

    Methods never see this object: they get only the slots that they declare (see `wcabench.nn.bench.NetworkBench`).

    Attributes:
        suite: the suite's name.
        pair: "en-nl".
        types: the entity types in use, sorted ("LOC", "MISC", "ORG", "PER").
        train: labelled source sentences.
        source_dev: labelled source sentences for model selection.
        source_test: labelled source sentences for the source score.
        target_dev: labelled target sentences; empty if the suite has none. Methods never get them.
        target_test: labelled target sentences for the target score. Methods never get them.
        target_text: unlabelled target sentences.
        parallel: sentence pairs, with the links that came with them.
        dictionary: entries of a bilingual word list; empty if the suite has none.
        sha256: name of each resource -> sha256 of its parsed content.
        notes: notes that every table of this pair must show ("parallel text is NTREX, not the paper's").
        mapped_to_o: types that are trained, and replaced by O in predictions for the target (policy "map").
        aligned: sentence pairs with gold word alignments, for the diagnostics only; empty if the suite has none.
            Methods never get them.
        translated: labelled source sentences with machine translations; empty if the suite has none.
        embeddings: static word vectors of both languages; None if the suite has none.
        entities: entries of an entity list; empty if the suite has none.
        monolingual: unlabelled source sentences; empty if the suite has none.
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
        """Return the content of a slot of `wcabench.contract.SLOTS`; a false value (empty or None) if it has none.

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
