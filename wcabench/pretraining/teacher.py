"""Word-level distillation: each word is trained towards the start encoder's state of its English translation.

A sentence and its English translation are read separately. Each English word, and each foreign word that is linked to
one, is pulled to the state of that English word in the frozen start encoder. (Reimers and Gurevych 2020 do so for
whole sentences; Cao, Kitaev and Klein 2020 pull linked words of one multilingual encoder together.) All linked words
are taught, not only masked ones. So foreign words get states that a tagger trained on English can use.
"""

import logging
from typing import Any

import torch
from torch.nn import functional

from wcabench.nn.packing import layout, pack
from wcabench.pretraining.links import LinkedPair, link_words, word_cutter
from wcabench.pretraining.settings import Pretraining
from wcabench.pretraining.start_encoder import load_start
from wcabench.pretraining.stream import Batch
from wcabench.pretraining.text import Texts

log = logging.getLogger(__name__)
# Number of English sentences on which mean and spread of the teacher's states are measured.
SAMPLE = 500


class Teacher:
    """The frozen start encoder, and the word links of all pairs that it teaches."""

    def __init__(self, settings: Pretraining, tokenizer: Any, texts: Texts, device: str) -> None:
        """Link the words of all parallel text, and measure mean and spread of the teacher's states.

        Raises:
            UserError: the start encoder cannot be found or is damaged.
        """
        self.config = settings.teaching
        self.student = tokenizer
        self.most = settings.text.max_length
        self.device = device
        encoder: Any
        encoder, self.tokenizer = load_start(str(settings.start))
        encoder.encoder.layer = encoder.encoder.layer[: self.config.of]
        self.encoder = encoder.to(device).eval()
        cut = word_cutter(tokenizer)
        self.pairs = {language: link_words(pairs, cut) for language, pairs in texts.pairs.items()}
        every = [pair.first for pairs in self.pairs.values() for pair in pairs]
        sample = torch.cat(self._states(every[:: max(1, len(every) // SAMPLE)]))
        self.mean, self.spread = sample.mean(0), sample.std(0) + 1e-6
        log.info(
            "teacher: %d pairs, %d links",
            len(every),
            sum(len(p.links) for v in self.pairs.values() for p in v),
        )

    def head(self, width: int) -> torch.nn.Linear:
        """Return a linear map from the student's states to the teacher's; it starts as the identity at equal widths."""
        head = torch.nn.Linear(width, len(self.mean))
        if width == len(self.mean):
            torch.nn.init.eye_(head.weight)
            torch.nn.init.zeros_(head.bias)
        return head

    def loss(
        self, head: torch.nn.Linear, states: torch.Tensor, starts: torch.Tensor, batch: Batch
    ) -> torch.Tensor:
        """Return the mean squared error of the taught words, in units of the teacher's spread; 0 if none is taught.

        Args:
            head: the map that `head` returned.
            states: the student's states, flattened over lines. [positions, d]
            starts: index in `states` of each sequence's first piece. [sequences]
            batch: the batch; its `taught` pairs are used.
        """
        positions, wanted = self._lesson(batch)
        if not positions:
            return states.new_zeros(())
        at = torch.as_tensor(positions, device=self.device)
        mapped = head(states[starts[at[:, 0]] + at[:, 1]]).float()
        return functional.mse_loss(mapped, (wanted - self.mean) / self.spread)

    def _lesson(self, batch: Batch) -> tuple[list[tuple[int, int]], torch.Tensor]:
        """Return (sequence, position) of each taught word's first piece, and the teacher's states, [words, d]."""
        pairs = [self.pairs[language][number] for _, language, number in batch.taught]
        states = self._states([pair.first for pair in pairs]) if pairs else []
        positions, wanted = [], []
        for (sequence, _, _), pair, given in zip(batch.taught, pairs, states, strict=True):
            for at, word, source in self._taught(pair):
                if source < len(given):
                    positions.append((sequence + at, word))
                    wanted.append(given[source])
        return positions, torch.stack(wanted) if wanted else self.mean[:0]

    def _taught(self, pair: LinkedPair) -> list[tuple[int, int, int]]:
        """Return (side, position of a word's first piece, English word) of each taught word of a pair.

        Side 0 is the sentence, 1 its English translation.
        """
        own, first = (self._first_pieces(words) for words in (pair.words, pair.first))
        return [(0, own[j], i) for i, j in pair.links if j in own] + [(1, at, i) for i, at in first.items()]

    def _first_pieces(self, words: list[str]) -> dict[int, int]:
        """Return for each word the position of its first piece; words that are truncated are left out."""
        positions: dict[int, int] = {}
        ids = self.student(words, is_split_into_words=True, truncation=True, max_length=self.most).word_ids()
        for at, word in enumerate(ids):
            if word is not None:
                positions.setdefault(word, at)
        return positions

    @torch.no_grad()
    def _states(self, sentences: list[list[str]]) -> list[torch.Tensor]:
        """Return the teacher's word states of each sentence, [words, d]; words that are truncated are left out."""
        encodings = self.tokenizer(
            sentences,
            is_split_into_words=True,
            truncation=True,
            max_length=self.encoder.config.max_position_embeddings,
        )
        lengths = [len(ids) for ids in encodings["input_ids"]]
        packed = pack(
            encodings["input_ids"],
            layout(lengths, self.encoder.config.hidden_size),
            self.tokenizer.pad_token_id,
            self.device,
        )
        states = self.encoder(
            input_ids=packed.ids, attention_mask=packed.mask, position_ids=packed.positions
        ).last_hidden_state.flatten(0, 1)
        return [
            _word_means(states[start : start + length], encodings.word_ids(row))
            for row, (start, length) in enumerate(zip(packed.starts, lengths, strict=True))
        ]


def _word_means(states: torch.Tensor, words: list[int | None]) -> torch.Tensor:
    """Return the mean state of each word's pieces, [words, d]; `words` is the word of each piece."""
    at = torch.tensor([i for i, word in enumerate(words) if word is not None], device=states.device)
    owner = torch.tensor([word for word in words if word is not None], device=states.device)
    size = int(owner.max()) + 1 if len(owner) else 0
    sums = states.new_zeros(size, states.shape[1]).index_add_(0, owner, states[at])
    return sums / torch.bincount(owner, minlength=size).clamp(min=1)[:, None]
