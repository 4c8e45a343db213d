"""Batches of a pretraining; each depends only on the seed and the number of the step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wcabench.nn.randomness import generator
from wcabench.pretraining.settings import TextConfig, TrainingConfig
from wcabench.pretraining.text import Texts

Ids = list[int]


@dataclass(frozen=True)
class Batch:
    """The sentences of one step.

    Attributes:
        sequences: piece ids with special tokens; masked pieces are already replaced.
        groups: indices of the sequences that attend to each other: a single one, or the two sides of a pair.
        positions: (sequence, position) of each masked piece. [masked, 2]
        wanted: id of each masked piece. [masked]
        taught: (index of the sequence, language, number of the pair) of each pair that a teacher teaches. The two sides
            do not attend to each other; the next sequence is the translation in the first language.
    """

    sequences: list[Ids]
    groups: list[list[int]]
    positions: np.ndarray
    wanted: np.ndarray
    taught: list[tuple[int, str, int]]


class TokenisedText:
    """Sentences of one corpus as piece ids, stored in one array."""

    def __init__(self, tokenizer: Any, sentences: Iterable[str], max_length: int) -> None:
        id_lists = tokenizer(list(sentences), truncation=True, max_length=max_length)["input_ids"]
        self.offsets = np.cumsum([0, *map(len, id_lists)])
        self.ids = np.fromiter((i for ids in id_lists for i in ids), dtype=np.int32, count=self.offsets[-1])

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, number: int) -> Ids:
        return self.ids[self.offsets[number] : self.offsets[number + 1]].tolist()  # type: ignore[no-any-return]

    @property
    def mean_length(self) -> float:
        """Mean number of pieces of a sentence."""
        return float(self.offsets[-1]) / max(len(self), 1)


class Stream:
    """Holds all text of a pretraining, and makes the batch of any step."""

    def __init__(
        self, tokenizer: Any, texts: Texts, text: TextConfig, training: TrainingConfig, taught: float = 0.0
    ) -> None:
        """Tokenise all text; `taught` is the share of a batch's tokens in pairs for a teacher."""
        self.config = training
        self.taught = taught
        self.mask = int(tokenizer.mask_token_id)
        self.pad = int(tokenizer.pad_token_id)
        self.special = np.array(sorted(tokenizer.all_special_ids))
        pieces = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
        self.continues = np.array([piece.startswith("##") for piece in pieces])
        self.plain = {
            language: (TokenisedText(tokenizer, texts.sentences(language), text.max_length),)
            for language in texts.plain
        }
        self.pairs = {
            language: tuple(
                TokenisedText(tokenizer, (pair[side] for pair in pairs), text.max_length) for side in (0, 1)
            )
            for language, pairs in texts.pairs.items()
        }

    def batch(self, step: int) -> Batch:
        """Return the batch of a step (from 0): about `batch_tokens` pieces of plain sentences and of pairs."""
        rng = generator(self.config.seed, "batch", step)
        tokens = self.config.batch_tokens
        translated, taught = round(tokens * self.config.translated), round(tokens * self.taught)
        plain = self._draw(rng, tokens - translated - taught, self.plain)
        groups = [[self.plain[language][0][i]] for language, i in plain]
        groups += [
            [side[i] for side in self.pairs[language]]
            for language, i in self._draw(rng, translated, self.pairs)
        ]
        lessons = []
        for language, i in self._draw(rng, taught, self.pairs):
            lessons.append((sum(map(len, groups)), language, i))
            groups += [[side[i]] for side in self.pairs[language]]
        sequences = [ids for group in groups for ids in group]
        numbers, at = [], 0
        for group in groups:
            numbers.append(list(range(at, at + len(group))))
            at += len(group)
        return self._masked(rng, sequences, numbers, lessons)

    def _draw(
        self, rng: np.random.Generator, tokens: int, corpora: Mapping[str, tuple[TokenisedText, ...]]
    ) -> list[tuple[str, int]]:
        """Draw (language, number) of sentences or pairs with about `tokens` tokens, by the languages' shares."""
        shares = np.array([float(len(sides[0])) for sides in corpora.values()]) ** self.config.sampling
        lengths = np.array([sum(side.mean_length for side in sides) for sides in corpora.values()])
        number = max(1, round(tokens / float(lengths @ shares / shares.sum()))) if tokens else 0
        counts = rng.multinomial(number, shares / shares.sum())
        return [
            (language, int(i))
            for (language, sides), count in zip(corpora.items(), counts, strict=True)
            for i in rng.integers(len(sides[0]), size=count)
        ]

    def _masked(
        self,
        rng: np.random.Generator,
        sequences: list[Ids],
        groups: list[list[int]],
        taught: list[tuple[int, str, int]],
    ) -> Batch:
        """Mask whole words: 80% of their pieces become [MASK], 10% a random piece, 10% stay (Devlin et al. 2019)."""
        lengths = [len(ids) for ids in sequences]
        ids = np.concatenate([np.array(sequence) for sequence in sequences])
        owner = np.repeat(np.arange(len(sequences)), lengths)
        position = np.concatenate([np.arange(length) for length in lengths])
        word = np.cumsum(~self.continues[ids])
        drawn = rng.random(int(word[-1]) + 1) < self.config.masked
        chosen = drawn[word] & ~np.isin(ids, self.special)
        (at,) = chosen.nonzero()
        kind = rng.random(len(at))
        shown = ids.copy()
        shown[at[kind < 0.8]] = self.mask
        swapped = at[(kind >= 0.8) & (kind < 0.9)]
        shown[swapped] = rng.integers(len(self.special), len(self.continues), size=len(swapped))
        parts = np.split(shown, np.cumsum(lengths)[:-1])
        return Batch(
            [part.tolist() for part in parts], groups, np.stack([owner[at], position[at]], 1), ids[at], taught
        )
