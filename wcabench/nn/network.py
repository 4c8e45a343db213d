"""The tagger's network: a pretrained encoder and a head."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.contract import Features, Side
from wcabench.errors import require
from wcabench.nn.batches import length_buckets, padded
from wcabench.nn.encoder import load_encoder, load_tokenizer, position_limit
from wcabench.nn.heads import Head, HeadOptions, head_options
from wcabench.nn.packing import first_position, layout, pack
from wcabench.nn.pieces import PieceTable
from wcabench.nn.precision import resolve_precision


@dataclass(frozen=True)
class Encoded:
    """Hidden states of some sequences, flattened over sequences and positions.

    Attributes:
        rows: indices of these sequences among the given ones.
        starts: for each of them, the index in `hidden` of its first piece; its other pieces follow.
        hidden: the states after each layer, embeddings first; each [positions, d]. Some positions are padding.
    """

    rows: list[int]
    starts: list[int]
    hidden: tuple[torch.Tensor, ...]


class TaggingNetwork(nn.Module):
    """An encoder, and a head that scores the tags of each word (section 2 of the paper).

    Attributes:
        table: maps words to pieces, for this encoder.
        tags: IOB2 tags in the order of the scores; "O" first.
        head: scores the tags; None in a network that only gives states.
        head_options: the options that the head was built from.
        features: computes what the head reads; None: the head reads the last layer's states.
        precision: "bf16" (autocast) or "fp32".
        width: d, the size of the encoder's states.
        positions: largest number of pieces that the encoder can read; None: no limit.
        first_position: position id of a sequence's first piece in packed input; None: the encoder cannot read packed
            input.
        pieces_read: number of pieces that the encoder has read so far, without padding.
    """

    def __init__(
        self,
        encoder: EncoderConfig,
        recipe: RecipeConfig,
        tags: Sequence[str],
        device: str,
        head: str | HeadOptions | None = "linear",
        *,
        features: Features | None = None,
        feature_width: int | None = None,
        train_encoder: bool = True,
    ) -> None:
        """Load the encoder; the head's weights are drawn from torch's global generator.

        Args:
            encoder: the encoder to load.
            recipe: gives precision and length limit.
            tags: IOB2 tags, "O" first.
            device: "cpu" or "cuda".
            head: a name of `wcabench.nn.heads`, or its options; None: no head.
            features: computes what the head reads from the states of all layers, in the loss and in the tagger; if it
                is a module, its parameters are trained too.
            feature_width: size of what `features` returns, where it is not d.
            train_encoder: False freezes the encoder and reads it without dropout.

        Raises:
            UserError: the encoder cannot be loaded, or the head is unknown.
        """
        super().__init__()
        self.tags = list(tags)
        self.device = device
        self.precision = resolve_precision(recipe.precision, device)
        self.train_encoder = train_encoder
        self.table = PieceTable(load_tokenizer(encoder), recipe.max_length)
        self.encoder = load_encoder(encoder)
        self.width = int(self.encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
        self.features = features
        self.head_options = None if head is None else head_options(head)
        self.head: Head | None = None
        if self.head_options is not None:
            self.head = self.head_options.build(feature_width or self.width, self.tags, encoder.dropout)
        self.vocabulary: torch.Tensor | None = None
        self.positions = position_limit(self.encoder)
        self.pieces_read = 0
        if not train_encoder:
            self.encoder.requires_grad_(False)
        self.to(device)
        self.first_position = first_position(
            self.encoder, recipe.max_length, self.table.begin, self.table.end, self.table.pad, device
        )

    @property
    def depth(self) -> int:
        """Number of transformer layers."""
        return int(self.encoder.config.num_hidden_layers)  # type: ignore[union-attr, arg-type]

    def train(self, mode: bool = True) -> "TaggingNetwork":
        """Switch dropout on or off; a frozen encoder is always read without dropout."""
        super().train(mode)
        if not self.train_encoder:
            self.encoder.eval()
        return self

    def trained_parameters(self) -> list[nn.Parameter]:
        """Return the parameters that training changes."""
        return [p for p in self.parameters() if p.requires_grad]

    def encode(self, sequences: Sequence[Sequence[int]]) -> Iterator[Encoded]:
        """Run the encoder over the sequences of a step: packed into one call where possible, else by length buckets.

        Args:
            sequences: piece ids, special tokens included.

        Raises:
            UserError: one is longer than the encoder has positions.
        """
        self._check_lengths(sequences)
        if self.first_position is None:
            yield from self.encode_buckets(sequences)
            return
        lines = layout([len(s) for s in sequences], self.width)
        packed = pack(sequences, lines, self.table.pad, self.device)
        self.pieces_read += sum(map(len, sequences))
        hidden = self._run(packed.ids, packed.mask, position_ids=packed.positions + self.first_position)
        yield Encoded(list(range(len(sequences))), packed.starts, hidden)

    def encode_buckets(
        self, sequences: Sequence[Sequence[int]], most: int | None = None
    ) -> Iterator[Encoded]:
        """Run the encoder over any number of sequences, one length bucket at a time.

        Args:
            sequences: piece ids, special tokens included.
            most: largest number of sequences in one call.

        Raises:
            UserError: one is longer than the encoder has positions.
        """
        self._check_lengths(sequences)
        self.pieces_read += sum(map(len, sequences))
        for rows in length_buckets([len(s) for s in sequences], most=most):
            ids, mask = padded([sequences[r] for r in rows], self.table.pad, self.device)
            longest = ids.shape[1]
            yield Encoded(rows, list(range(0, len(rows) * longest, longest)), self._run(ids, mask))

    def represent(self, encoded: Encoded, side: Side) -> torch.Tensor:
        """Return what the head reads at each position: the last layer's states, or `features` of all layers' states.

        Args:
            encoded: sequences of one language.
            side: the side of that language.
        """
        return encoded.hidden[-1] if self.features is None else self.features(encoded.hidden, side)

    def logits(self, states: torch.Tensor, sizes: Sequence[int] | None = None) -> torch.Tensor:
        """Scores of each tag, in float32: [words, d] -> [words, tags].

        Args:
            states: the words' states, sentence after sentence.
            sizes: number of words of each sentence, for heads that read sentences; None: all are of one sentence.
        """
        assert self.head is not None, "this network has no head"
        with self.autocast():
            scores: torch.Tensor = self.head(states, sizes)
        return scores.float()

    def _check_lengths(self, sequences: Sequence[Sequence[int]]) -> None:
        longest = max(map(len, sequences), default=0)
        require(
            self.positions is None or longest <= self.positions,
            f"a sentence of {longest} pieces, but the encoder has {self.positions} positions; give "
            f"--set recipe.max_length={self.positions}",
        )

    def _run(
        self, ids: torch.Tensor, mask: torch.Tensor, **positions: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        """Run the encoder: ids [lines, length] -> the states after each layer, each [lines * length, d]."""
        if self.vocabulary is not None:
            ids = self.vocabulary[ids]
        frozen = nullcontext() if self.train_encoder else torch.no_grad()
        with frozen, self.autocast():
            out: Any = self.encoder(
                input_ids=ids, attention_mask=mask, output_hidden_states=True, **positions, **self._no_cache
            )
        return tuple(states.flatten(0, 1) for states in out.hidden_states)

    def autocast(self) -> AbstractContextManager[Any]:
        """Return a context with bf16 matrix products if the precision is "bf16"; else an empty context."""
        if self.precision == "bf16":
            return torch.autocast(torch.device(self.device).type, dtype=torch.bfloat16)
        return nullcontext()

    @contextmanager
    def in_float32(self) -> Iterator[None]:
        """Use float32 inside the context, whatever the training precision, so that machines get the same numbers."""
        precision, self.precision = self.precision, "fp32"
        try:
            yield
        finally:
            self.precision = precision

    @property
    def _no_cache(self) -> dict[str, bool]:
        return {"use_cache": False} if hasattr(self.encoder.config, "use_cache") else {}
