"""Heads: what turns the states of words into a score for every tag, and scores into tags.

A head is named by its options ("linear", "crf", "bilstm-crf", or `BiLstmCrf(hidden=200)`); `build` makes the module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from wcabench.errors import suggest
from wcabench.nn.crf import LinearChainCrf
from wcabench.nn.labels import best_sequence, legal_transitions


class Head(nn.Module):
    """The linear head, and what the others share with it.

    Attributes:
        tags: IOB2 tags in the order of the scores.
    """

    def __init__(self, width: int, tags: Sequence[str], dropout: float) -> None:
        super().__init__()
        self.tags = list(tags)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(width, len(self.tags))
        nn.init.normal_(self.linear.weight, std=0.02)
        nn.init.zeros_(self.linear.bias)

    def forward(self, states: torch.Tensor, sizes: Sequence[int] | None = None) -> torch.Tensor:
        """[words, width] -> [words, tags]; `sizes` are the words of each sentence, None: all are of one."""
        logits: torch.Tensor = self.linear(self.dropout(states))
        return logits

    def loss(self, logits: torch.Tensor, classes: torch.Tensor, sizes: Sequence[int]) -> torch.Tensor:
        """Cross entropy, summed over the words.

        Args:
            logits: float32. [words, tags]
            classes: the true tags' numbers. [words]
            sizes: words of each sentence, or of each window of a long one.
        """
        return functional.cross_entropy(logits, classes, reduction="sum")

    def decode(self, scores: np.ndarray, how: str) -> list[int]:
        """The tags of one sentence, as class numbers.

        Args:
            scores: of each tag at each word; at least one word. [words, tags]
            how: `recipe.decode`: "argmax", or "viterbi" over legal IOB2 sequences.
        """
        if how == "argmax":
            best: list[int] = scores.argmax(1).tolist()
            return best
        return best_sequence(scores, *legal_transitions(self.tags))

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Probability of each tag at each word of one sentence; scores and probabilities are [words, tags]."""
        return torch.from_numpy(scores).softmax(-1).numpy()


class CrfHead(Head):
    """A linear layer, and a conditional random field over its scores."""

    def __init__(self, width: int, tags: Sequence[str], dropout: float) -> None:
        super().__init__(width, tags, dropout)
        self.crf = LinearChainCrf(len(self.tags))

    def loss(self, logits: torch.Tensor, classes: torch.Tensor, sizes: Sequence[int]) -> torch.Tensor:
        """Negative log-likelihood of the true tag sequences, summed over the sentences; see `Head.loss`."""
        kept = [size for size in sizes if size]
        if not kept:
            return logits.sum() * 0
        emissions = pad_sequence(list(torch.split(logits, kept)), batch_first=True)
        padded = pad_sequence(list(torch.split(classes, kept)), batch_first=True)
        return self.crf.negative_log_likelihood(emissions, padded, _mask(kept, logits.device))

    @torch.no_grad()
    def decode(self, scores: np.ndarray, how: str) -> list[int]:
        """The best sequence under the learned transitions; "viterbi" forbids illegal ones besides."""
        transitions = self.crf.transitions.float().cpu().numpy()
        starts = self.crf.starts.float().cpu().numpy()
        if how == "viterbi":
            legal, legal_starts = legal_transitions(self.tags)
            transitions, starts = transitions + legal, starts + legal_starts
        scores = scores.copy()
        scores[-1] += self.crf.ends.float().cpu().numpy()
        return best_sequence(scores, transitions, starts)

    @torch.no_grad()
    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Marginal probability of each tag at each word."""
        emissions = torch.from_numpy(scores).to(self.crf.transitions.device)
        return self.crf.marginals(emissions).cpu().numpy()


class BiLstmCrfHead(CrfHead):
    """A bidirectional LSTM over the states of a sentence's words, then a CRF (Lample et al. 2016)."""

    def __init__(self, width: int, tags: Sequence[str], options: BiLstmCrf) -> None:
        super().__init__(2 * options.hidden, tags, options.dropout)
        between = options.dropout if options.layers > 1 else 0.0
        self.lstm = nn.LSTM(width, options.hidden, options.layers, bidirectional=True, dropout=between)

    def forward(self, states: torch.Tensor, sizes: Sequence[int] | None = None) -> torch.Tensor:
        """See `Head.forward`."""
        kept = [len(states)] if sizes is None else [size for size in sizes if size]
        if not len(states):
            return super().forward(states.new_zeros(0, self.linear.in_features))
        padded = pad_sequence(list(torch.split(self.dropout(states), kept)))
        packed = pack_padded_sequence(padded, torch.tensor(kept), enforce_sorted=False)
        read, _ = pad_packed_sequence(self.lstm(packed)[0])
        return super().forward(torch.cat([read[:size, i] for i, size in enumerate(kept)]))


class HeadOptions(Protocol):
    """Says which head, and with what options; a frozen dataclass."""

    def build(self, width: int, tags: Sequence[str], dropout: float) -> Head:
        """A new head for states of that width; its weights come from torch's global generator."""
        ...


@dataclass(frozen=True)
class Linear:
    """One linear layer, as in section 2 of the paper."""

    def build(self, width: int, tags: Sequence[str], dropout: float) -> Head:
        """See `HeadOptions`."""
        return Head(width, tags, dropout)


@dataclass(frozen=True)
class Crf:
    """One linear layer and a CRF."""

    def build(self, width: int, tags: Sequence[str], dropout: float) -> Head:
        """See `HeadOptions`."""
        return CrfHead(width, tags, dropout)


@dataclass(frozen=True)
class BiLstmCrf:
    """A bidirectional LSTM and a CRF; the defaults are those of joint-align's code (Wang et al. 2020).

    Attributes:
        hidden: units a direction.
        layers: of the LSTM.
        dropout: before the LSTM, between its layers, and after it.
    """

    hidden: int = 384
    layers: int = 2
    dropout: float = 0.5

    def build(self, width: int, tags: Sequence[str], dropout: float) -> Head:
        """See `HeadOptions`; the dropout is its own."""
        return BiLstmCrfHead(width, tags, self)


HEADS: dict[str, HeadOptions] = {"linear": Linear(), "crf": Crf(), "bilstm-crf": BiLstmCrf()}


def head_options(head: str | HeadOptions) -> HeadOptions:
    """The options that a name stands for.

    Raises:
        UserError: no head of that name.
    """
    if not isinstance(head, str):
        return head
    if head not in HEADS:
        raise suggest(head, list(HEADS), "head of a network")
    return HEADS[head]


def _mask(sizes: Sequence[int], device: torch.device) -> torch.Tensor:
    """True for the words of each sentence, [sentences, longest]."""
    return torch.arange(max(sizes), device=device)[None] < torch.tensor(sizes, device=device)[:, None]
