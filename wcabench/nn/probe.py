"""Tries an encoder out before anything is run with it: its properties, or the error that says why it is unusable."""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import torch

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.errors import UserError, require
from wcabench.nn.batches import padded
from wcabench.nn.encoder import load_encoder, load_tokenizer, position_limit
from wcabench.nn.identity import encoder_identity, shown
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.packing import first_position, read_states, same_states, trial_pieces
from wcabench.nn.pieces import PieceTable


@dataclass(frozen=True)
class Probed:
    """Properties of an encoder that was tried out.

    Attributes:
        layers: number of transformer layers, without those that are cut off.
        width: d, the size of the states.
        pieces: number of rows of the embedding table.
        positions: largest number of pieces that it can read; None: no limit.
        packed: whether it can read several sentences packed into one line.
    """

    layers: int
    width: int
    pieces: int
    positions: int | None
    packed: bool


# Properties of the encoders that were tried in this process; the encoders themselves are not kept.
_tried: dict[tuple[str, int | None, bool, int, int], Probed] = {}


def probe_encoder(encoder: EncoderConfig, max_length: int) -> Probed:
    """Load an encoder, try it out, and free it again, so that a run that cannot succeed is refused before it starts.

    The result is cached in this process by the encoder's content.

    Args:
        encoder: the encoder, with its options.
        max_length: number of pieces of the longest sequence that it must read.

    Raises:
        UserError: it cannot be loaded (see `load_tokenizer`, `load_encoder`) or used (see `try_out`).
    """
    key = (encoder_identity(encoder), encoder.layers, encoder.bidirectional, encoder.freeze, max_length)
    if key not in _tried:
        table = PieceTable(load_tokenizer(encoder), max_length)
        with torch.random.fork_rng([]):
            model = load_encoder(encoder)
            try:
                with _named(encoder):
                    _tried[key] = try_out(model, table, "cpu")
            finally:
                _free(model)
    return _tried[key]


def open_encoder(
    encoder: EncoderConfig, recipe: RecipeConfig, device: str, *, limit_given: bool
) -> TaggingNetwork:
    """Load an encoder to read states from, and try it out.

    Args:
        encoder: the encoder to load.
        recipe: gives precision and length limit.
        device: "cpu" or "cuda".
        limit_given: whether the user set `recipe.max_length`. If so, an encoder with fewer positions is refused; else
            the limit is lowered to its positions.

    Raises:
        UserError: as `probe_encoder`.
    """
    with _named(encoder):
        model = TaggingNetwork(encoder, recipe, ["O"], device, None)
        table = model.table
        if model.positions is not None and not limit_given:
            table.max_length = min(table.max_length, model.positions)
        try_out(model.encoder, table, device)
    return model


@torch.no_grad()
def try_out(encoder: Any, table: PieceTable, device: str) -> Probed:
    """Read sentences with an encoder alone, beside each other, in training mode, and of the greatest length.

    Args:
        encoder: the encoder; it is left as it was.
        table: gives its pieces and the greatest length.
        device: the encoder's device.

    Raises:
        UserError: the encoder cannot read such sentences, or a sentence has other states beside another sentence, or
            all pieces have the same state.
    """
    limit = position_limit(encoder)
    require(
        limit is None or table.max_length <= limit,
        f"recipe.max_length: {table.max_length} is more than the {limit} positions that it has; give "
        f"--set recipe.max_length={limit}",
    )
    training = encoder.training
    encoder.eval()
    try:
        _compare(
            encoder, [_around(table, pieces) for pieces in trial_pieces(encoder, (5, 3))], table.pad, device
        )
        _tell_apart(encoder, table, device)
        (longest,) = trial_pieces(encoder, (table.max_length - 2,))
        read_states(encoder, torch.tensor([_around(table, longest)], device=device))
        _read_in_training(encoder, longest[:5], device)
        first = first_position(encoder, table.max_length, table.begin, table.end, table.pad, device)
        _read_few_rows(encoder, _around(table, longest[:5]), table, first, device)
    finally:
        encoder.train(training)
    config = encoder.config
    rows = encoder.get_input_embeddings().num_embeddings
    return Probed(config.num_hidden_layers, config.hidden_size, rows, limit, first is not None)


def _free(model: torch.nn.Module) -> None:
    """Free a model's memory, even if references to the model remain."""
    model.to("meta")
    with suppress(AttributeError, OSError):  # another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def _named(encoder: EncoderConfig) -> Iterator[None]:
    """Errors inside the context begin with the encoder's name."""
    try:
        yield
    except UserError as error:
        text = str(error)
        raise UserError(text if text.startswith("encoder") else f"{shown(encoder)}: {text}") from error


def _around(table: PieceTable, pieces: Sequence[int]) -> list[int]:
    return [table.begin, *pieces, table.end]


def _compare(encoder: Any, sentences: list[list[int]], pad: int, device: str) -> None:
    """Refuse an encoder that reads sentences differently alone and in a padded batch."""
    alone = [read_states(encoder, torch.tensor([ids], device=device))[-1][0] for ids in sentences]
    ids, mask = padded(sentences, pad, device)
    together = read_states(encoder, ids, attention_mask=mask)[-1]
    require(
        all(same_states(row[: len(states)], states) for row, states in zip(together, alone, strict=True)),
        f"an encoder of type {encoder.config.model_type} cannot be used: it reads a sentence differently when another "
        "one is beside it",
    )


def _tell_apart(encoder: Any, table: PieceTable, device: str) -> None:
    """Refuse an encoder that gives every piece the same state, such as one whose weights are all zero."""
    states = [
        read_states(encoder, torch.tensor([_around(table, [piece])], device=device))[-1][0]
        for piece in trial_pieces(encoder, (8,))[0]
    ]
    require(
        not all(torch.equal(other, states[0]) for other in states[1:]),
        "it gives every piece the same state, so its weights are no trained ones; fetch or save them again",
    )


def _read_few_rows(encoder: Any, ids: list[int], table: PieceTable, first: int | None, device: str) -> None:
    """Read a sentence with an embedding table that holds only the rows in use, as training does.

    An encoder that reads another table than that of `get_input_embeddings` is refused.
    """
    embedding = encoder.get_input_embeddings()
    weight, padding, size = embedding.weight, embedding.padding_idx, embedding.num_embeddings
    rows = sorted({*ids, table.pad, 0 if padding is None else padding})
    given = [rows.index(number) for number in ids]
    positions = {} if first is None else {"position_ids": torch.arange(len(ids), device=device)[None] + first}
    wanted = read_states(encoder, torch.tensor([ids], device=device))[-1][0]
    try:
        embedding.weight, embedding.num_embeddings = torch.nn.Parameter(weight[rows]), len(rows)
        embedding.padding_idx = None if padding is None else rows.index(padding)
        states = read_states(encoder, torch.tensor([given], device=device), **positions)[-1][0]
    finally:
        embedding.weight, embedding.padding_idx, embedding.num_embeddings = weight, padding, size
    require(
        same_states(states, wanted),
        f"an encoder of type {encoder.config.model_type} cannot be used: its states do not come from its table of "
        "embeddings alone",
    )


def _read_in_training(encoder: Any, ids: list[int], device: str) -> None:
    """Read a sentence with dropout; torch's random state is restored."""
    devices = [torch.device(device)] if device != "cpu" else []
    with torch.random.fork_rng(devices):
        encoder.train()
        read_states(encoder, torch.tensor([ids], device=device))
        encoder.eval()
