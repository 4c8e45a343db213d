"""One trial of an encoder before anything is run with it: what it is fit for, or the error that says why it is not."""

import ctypes
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.errors import UserError, require
from wcabench.nn.batches import padded
from wcabench.nn.encoder import load_encoder, load_tokenizer, position_limit
from wcabench.nn.identity import encoder_identity, shown
from wcabench.nn.network import Network
from wcabench.nn.packing import first_position, read_states, same_states, trial_pieces
from wcabench.nn.pieces import PieceTable


@dataclass(frozen=True)
class Probed:
    """What a trial found.

    Attributes:
        layers: transformer layers, after those that are cut off.
        width: d, of the states.
        pieces: rows of the embedding table.
        positions: pieces that it can read at most; None: no table of positions limits it.
        packed: whether several sentences can be read on one line.
    """

    layers: int
    width: int
    pieces: int
    positions: int | None
    packed: bool


# What was found of encoders that were tried in this process; no encoder is kept.
_tried: dict[tuple[str, int | None, bool, int, int], Probed] = {}


def probe_encoder(encoder: EncoderConfig, max_length: int) -> Probed:
    """Load an encoder, try it out, and forget it: a run that cannot succeed is refused before it starts.

    The result is kept in this process, by the encoder's content; the encoder is not.

    Args:
        encoder: as it is to be loaded.
        max_length: pieces of the longest sequence that it is to read.

    Raises:
        UserError: it cannot be loaded (see `load_tokenizer`, `load_encoder`), or not be used (see `try_out`).
    """
    key = (encoder_identity(encoder), encoder.layers, encoder.bidirectional, encoder.freeze, max_length)
    if key not in _tried:
        table = PieceTable(load_tokenizer(encoder), max_length)
        with torch.random.fork_rng([]):
            model = load_encoder(encoder)
            try:
                _tried[key] = _named(encoder, model, table, "cpu")
            finally:
                _free(model)
    return _tried[key]


def open_encoder(encoder: EncoderConfig, recipe: RecipeConfig, device: str, *, limit_given: bool) -> Network:
    """An encoder to read states from, loaded once and tried out.

    Args:
        encoder: which one.
        recipe: its precision and length limit.
        device: "cpu" or "cuda".
        limit_given: the user asked for this `recipe.max_length`. An encoder with fewer positions is then refused;
            otherwise the limit is what it has.

    Raises:
        UserError: as `probe_encoder`.
    """
    model = Network(encoder, recipe, ["O"], device, None)
    table = model.table
    if model.positions is not None and not limit_given:
        table.max_length = min(table.max_length, model.positions)
    _named(encoder, model.encoder, table, device)
    return model


@torch.no_grad()
def try_out(encoder: Any, table: PieceTable, device: str) -> Probed:
    """Read a few sentences with an encoder and compare: alone, side by side, in training, and of the greatest length.

    Args:
        encoder: left as it was.
        table: its pieces, and the greatest length.
        device: where it is.

    Raises:
        UserError: it cannot read such sentences, or reads one differently beside another.
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
    """Give the memory of a model back, whoever still refers to it."""
    model.to("meta")
    with suppress(AttributeError, OSError):  # another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)


def _named(encoder: EncoderConfig, model: Any, table: PieceTable, device: str) -> Probed:
    """`try_out`, its errors beginning with the encoder's name."""
    try:
        return try_out(model, table, device)
    except UserError as error:
        raise UserError(f"{shown(encoder)}: {error}") from error


def _around(table: PieceTable, pieces: Sequence[int]) -> list[int]:
    return [table.begin, *pieces, table.end]


def _compare(encoder: Any, sentences: list[list[int]], pad: int, device: str) -> None:
    """Read sentences alone, then side by side with padding."""
    alone = [read_states(encoder, torch.tensor([ids], device=device))[-1][0] for ids in sentences]
    ids, mask = padded(sentences, pad, device)
    together = read_states(encoder, ids, attention_mask=mask)[-1]
    require(
        all(same_states(row[: len(one)], one) for row, one in zip(together, alone, strict=True)),
        f"an encoder of type {encoder.config.model_type} cannot be used: it reads a sentence differently when another "
        "one is beside it",
    )


def _read_few_rows(encoder: Any, ids: list[int], table: PieceTable, first: int | None, device: str) -> None:
    """Read a sentence with the rows of its pieces alone in the embedding, as a training does.

    It goes wrong where another table than that of `get_input_embeddings` is read.
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
    """Read a sentence with dropout; the random numbers of torch are put back."""
    devices = [torch.device(device)] if device != "cpu" else []
    with torch.random.fork_rng(devices):
        encoder.train()
        read_states(encoder, torch.tensor([ids], device=device))
        encoder.eval()
