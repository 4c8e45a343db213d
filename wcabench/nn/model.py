"""The tagger's network: a pretrained encoder and one linear layer."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.errors import require
from wcabench.nn.batches import length_buckets, padded
from wcabench.nn.encoder import load_encoder, load_tokenizer, position_limit
from wcabench.nn.packing import first_position, layout, pack
from wcabench.nn.pieces import PieceTable


@dataclass(frozen=True)
class Encoded:
    """Hidden states of some sequences.

    Attributes:
        rows: which of the given sequences these are.
        starts: for each of them, the place of its first piece; its others follow.
        hidden: the states after each layer, embeddings first; each [places, d]. Some places are padding.
    """

    rows: list[int]
    starts: list[int]
    hidden: tuple[torch.Tensor, ...]


class TokenClassifier(nn.Module):
    """Encoder, dropout, one linear layer over all token states (section 2 of the paper).

    Attributes:
        table: words to pieces, for this encoder.
        tags: IOB2 tags in the order of the logits; "O" first.
        precision: "bf16" (autocast) or "fp32".
        width: d, of the states.
        positions: pieces that the encoder can read at most; None: it has no such limit.
        first_position: the encoder's number for a sequence's first place in packed input; None: it cannot be packed.
    """

    def __init__(
        self, encoder: EncoderConfig, recipe: RecipeConfig, tags: Sequence[str], device: str
    ) -> None:
        super().__init__()
        self.tags = list(tags)
        self.device = device
        self.precision = resolve_precision(recipe.precision, device)
        self.table = PieceTable(load_tokenizer(encoder), recipe.max_length)
        self.encoder = load_encoder(encoder)
        self.dropout = nn.Dropout(encoder.dropout)
        self.width = int(self.encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]
        self.linear = nn.Linear(self.width, len(self.tags))
        nn.init.normal_(self.linear.weight, std=0.02)
        nn.init.zeros_(self.linear.bias)
        self.vocabulary: torch.Tensor | None = None
        self.positions = position_limit(self.encoder)
        self.to(device)
        self.first_position = first_position(
            self.encoder, recipe.max_length, self.table.begin, self.table.end, self.table.pad, device
        )

    @property
    def depth(self) -> int:
        """Number of transformer layers."""
        return int(self.encoder.config.num_hidden_layers)  # type: ignore[union-attr, arg-type]

    def encode(self, sequences: Sequence[Sequence[int]]) -> Iterator[Encoded]:
        """Run the encoder over the sequences of a step: packed into one call where it can be, else by length buckets.

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
        for rows in length_buckets([len(s) for s in sequences], most=most):
            ids, mask = padded([sequences[r] for r in rows], self.table.pad, self.device)
            longest = ids.shape[1]
            yield Encoded(rows, list(range(0, len(rows) * longest, longest)), self._run(ids, mask))

    def _check_lengths(self, sequences: Sequence[Sequence[int]]) -> None:
        longest = max(map(len, sequences), default=0)
        require(
            self.positions is None or longest <= self.positions,
            f"a sentence of {longest} pieces, but the encoder has {self.positions} positions; give "
            f"--set recipe.max_length={self.positions}",
        )

    def _run(self, ids: torch.Tensor, mask: torch.Tensor, **places: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """ids: [lines, length] -> the states after each layer, each [lines * length, d]."""
        if self.vocabulary is not None:
            ids = self.vocabulary[ids]
        with self.autocast():
            out: Any = self.encoder(
                input_ids=ids, attention_mask=mask, output_hidden_states=True, **places, **self._no_cache
            )
        return tuple(states.flatten(0, 1) for states in out.hidden_states)

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        """[..., d] -> [..., tags], float32."""
        with self.autocast():
            out: torch.Tensor = self.linear(self.dropout(states))
        return out.float()

    def autocast(self) -> AbstractContextManager[Any]:
        """bf16 matrix products where the precision says so; nothing otherwise."""
        if self.precision == "bf16":
            return torch.autocast(torch.device(self.device).type, dtype=torch.bfloat16)
        return nullcontext()

    @contextmanager
    def in_float32(self) -> Iterator[None]:
        """Full precision meanwhile, whatever the model was trained in: numbers that machines can share."""
        precision, self.precision = self.precision, "fp32"
        try:
            yield
        finally:
            self.precision = precision

    @property
    def _no_cache(self) -> dict[str, bool]:
        return {"use_cache": False} if hasattr(self.encoder.config, "use_cache") else {}


def resolve_precision(precision: str, device: str) -> str:
    """ "auto" as "bf16" or "fp32": bf16 only where the processor multiplies matrices in it."""
    if precision != "auto":
        return precision
    if torch.device(device).type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    # AVX-512 alone emulates bf16 and is slower in it than in float32.
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return "bf16" if native else "fp32"
