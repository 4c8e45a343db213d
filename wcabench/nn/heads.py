"""Heads: they turn the states of words into a score for every tag, and scores into tags.

A head is chosen by a name ("linear", "crf", "bilstm-crf") or by its options (`BiLstmCrf(hidden=200)`), whose `build`
makes the module.
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
    """The linear head, and the base class of the others.

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
        """Score every tag: [words, width] -> [words, tags].

        Args:
            states: the words' states, sentence after sentence. [words, width]
            sizes: number of words of each sentence; None: all words are of one sentence.
        """
        logits: torch.Tensor = self.linear(self.dropout(states))
        return logits

    def loss(self, logits: torch.Tensor, classes: torch.Tensor, sizes: Sequence[int]) -> torch.Tensor:
        """Return the cross entropy, summed over the words.

        Args:
            logits: float32. [words, tags]
            classes: the true tags' numbers. [words]
            sizes: number of words of each sentence, or of each window of a long sentence.
        """
        return functional.cross_entropy(logits, classes, reduction="sum")

    def decode(self, scores: np.ndarray, how: str) -> list[int]:
        """Return the tags of one sentence, as class numbers.

        Args:
            scores: of each tag at each word; at least one word. [words, tags]
            how: `recipe.decode`: "argmax", or "viterbi" over legal IOB2 sequences.
        """
        if how == "argmax":
            best: list[int] = scores.argmax(1).tolist()
            return best
        return best_sequence(scores, *legal_transitions(self.tags))

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Return the probability of each tag at each word of one sentence; [words, tags] -> [words, tags]."""
        return torch.from_numpy(scores).softmax(-1).numpy()


class CrfHead(Head):
    """A linear layer and a conditional random field over its scores."""

    def __init__(self, width: int, tags: Sequence[str], dropout: float) -> None:
        super().__init__(width, tags, dropout)
        self.crf = LinearChainCrf(len(self.tags))

    def loss(self, logits: torch.Tensor, classes: torch.Tensor, sizes: Sequence[int]) -> torch.Tensor:
        """Return the negative log-likelihood of the true tag sequences, summed over sentences; see `Head.loss`."""
        kept = [size for size in sizes if size]
        if not kept:
            return logits.sum() * 0
        emissions = pad_sequence(list(torch.split(logits, kept)), batch_first=True)
        padded = pad_sequence(list(torch.split(classes, kept)), batch_first=True)
        return self.crf.negative_log_likelihood(emissions, padded, _mask(kept, logits.device))

    @torch.no_grad()
    def decode(self, scores: np.ndarray, how: str) -> list[int]:
        """Return the best sequence under the learned transitions; "viterbi" also forbids illegal IOB2 transitions."""
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
        """Return the marginal probability of each tag at each word."""
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
    """The options of one kind of head, as a frozen dataclass that builds it."""

    def build(self, width: int, tags: Sequence[str], dropout: float) -> Head:
        """Build a new head for states of size `width`; its weights are drawn from torch's global generator."""
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
        hidden: hidden units in each direction.
        layers: number of LSTM layers.
        dropout: dropout rate before the LSTM, between its layers, and after it.
    """

    hidden: int = 384
    layers: int = 2
    dropout: float = 0.5

    def build(self, width: int, tags: Sequence[str], dropout: float) -> Head:
        """See `HeadOptions`; `dropout` is ignored in favour of the dataclass's own field."""
        return BiLstmCrfHead(width, tags, self)


HEADS: dict[str, HeadOptions] = {"linear": Linear(), "crf": Crf(), "bilstm-crf": BiLstmCrf()}


def head_options(head: str | HeadOptions) -> HeadOptions:
    """Return the options of a head that is given by name; options are returned as they are.

    Raises:
        UserError: there is no head of that name.
    """
    if not isinstance(head, str):
        return head
    if head not in HEADS:
        raise suggest(head, list(HEADS), "head of a network")
    return HEADS[head]


def _mask(sizes: Sequence[int], device: torch.device) -> torch.Tensor:
    """Return a mask that is True for the words of each sentence, [sentences, longest]."""
    return torch.arange(max(sizes), device=device)[None] < torch.tensor(sizes, device=device)[:, None]
