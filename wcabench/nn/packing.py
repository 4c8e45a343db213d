"""Packs several sequences into one line of the encoder's input, so that a training step is one call without padding.

A line holds whole sequences one after another. The attention mask lets a sequence see only itself, and its positions
start from 0 again, so its states are the same as when it is read alone. Length buckets also pad little, but need one
call for each bucket; each call adds up weight gradients again and has matrix products that are too small to be fast.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from wcabench.errors import UserError, require
from wcabench.nn.encoder_files import one_line

# A line of this many times the states' width costs twice its tokens, because of attention. Measured on CPU cores; like
# the line lengths below it changes speed only, never a result.
ATTENTION_COST = 2
# Line lengths that are tried, as multiples of the longest sequence.
STRETCHES = (1.0, 1.25, 1.5, 2.0, 3.0, 4.0)


@dataclass(frozen=True)
class Packed:
    """Sequences packed into lines.

    Attributes:
        ids: piece ids, padded at the end of a line. [lines, length]
        mask: added to attention scores: 0 where a piece attends, the lowest float elsewhere. Padding attends to
            padding, so that every row attends to something. [lines, 1, length, length], float32
        positions: index of each piece in its own sequence, from 0. [lines, length]
        starts: for each sequence, the index of its first piece in the flattened lines.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    positions: torch.Tensor
    starts: list[int]


def fill_lines(lengths: Sequence[int], length: int) -> list[list[int]]:
    """Distribute sequences over lines of at most `length` tokens, the longest first, each to the fullest line it fits.

    This is best-fit decreasing, which needs at most 11/9 of the least number of lines plus four (Johnson et al. 1974).

    Returns:
        the lines, each a list of indices into `lengths`.
    """
    lines: list[list[int]] = []
    room: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        fitting = [k for k, free in enumerate(room) if free >= lengths[i]]
        if fitting:
            k = min(fitting, key=room.__getitem__)
        else:
            k = len(lines)
            lines.append([])
            room.append(length)
        lines[k].append(i)
        room[k] -= lengths[i]
    return lines


def layout(lengths: Sequence[int], width: int) -> list[list[int]]:
    """Return the lines (as `fill_lines`) whose length costs least, counting tokens and attention.

    Args:
        lengths: number of tokens of each sequence.
        width: size of the encoder's states.
    """
    longest = max(lengths)

    def cost(lines: list[list[int]]) -> float:
        length = max(sum(lengths[i] for i in line) for line in lines)
        return len(lines) * length * (1 + length / (ATTENTION_COST * width))

    return min((fill_lines(lengths, int(longest * stretch)) for stretch in STRETCHES), key=cost)


def pack(
    sequences: Sequence[Sequence[int]],
    lines: Sequence[Sequence[int]],
    pad: int,
    device: str,
    groups: Sequence[int] | None = None,
) -> Packed:
    """Pack sequences of piece ids into lines.

    Args:
        sequences: piece ids.
        lines: indices of the sequences of each line, as `layout` returns them.
        pad: id of the padding piece.
        device: device of the tensors.
        groups: group of each sequence. Sequences of one group attend to each other and must be on one line. None: each
            sequence attends only to itself.
    """
    groups = range(len(sequences)) if groups is None else groups
    length = max(sum(len(sequences[i]) for i in line) for line in lines)
    ids = torch.full((len(lines), length), pad)
    positions = torch.zeros((len(lines), length), dtype=torch.long)
    owner = torch.full((len(lines), length), -1)
    starts = [0] * len(sequences)
    for row, line in enumerate(lines):
        at = 0
        for i in line:
            stop = at + len(sequences[i])
            ids[row, at:stop] = torch.as_tensor(sequences[i])
            positions[row, at:stop] = torch.arange(stop - at)
            owner[row, at:stop] = groups[i]
            starts[i] = row * length + at
            at = stop
    own = owner[:, None, :, None] == owner[:, None, None, :]
    mask = torch.zeros(own.shape).masked_fill_(~own, torch.finfo(torch.float32).min)
    ids, mask, positions = (x.to(device, non_blocking=True) for x in (ids, mask, positions))
    return Packed(ids, mask, positions, starts)


@torch.no_grad()
def first_position(encoder: Any, max_length: int, begin: int, end: int, pad: int, device: str) -> int | None:
    """Return the position id of a sequence's first piece, if this encoder can read packed lines; else None.

    Detected by a trial run that compares packed with single sequences, because configurations do not declare whether
    an architecture accepts a mask for each line and explicit positions. Encoders with relative positions, or with an
    attention window shorter than a line, read length buckets instead.

    Args:
        encoder: the encoder that is tried, without dropout.
        max_length: number of pieces of the longest sequence.
        begin: id of the piece before a sequence.
        end: id of the piece after it.
        pad: id of the padding piece.
        device: the encoder's device.

    Raises:
        UserError: the encoder cannot read sequences of piece ids.
    """
    window = getattr(encoder.config, "sliding_window", None)
    if window is not None and window < 2 * max_length:
        return None
    training = encoder.training
    encoder.eval()
    try:
        probes = [[begin, *middle, end] for middle in trial_pieces(encoder, (5, 3))]
        packed = pack(probes, [[0, 1]], pad, device)
        wanted = torch.cat([read_states(encoder, torch.tensor([p], device=device))[-1][0] for p in probes])
        for start in (0, pad + 1):  # RoBERTa counts positions from its padding index + 1
            try:
                states = encoder(
                    input_ids=packed.ids, attention_mask=packed.mask, position_ids=packed.positions + start
                ).last_hidden_state[0]
            except Exception:  # noqa: S112 (architectures raise different errors on such a mask or such positions)
                continue
            if same_states(states, wanted):
                return start
        return None
    finally:
        encoder.train(training)


def trial_pieces(encoder: Any, lengths: Sequence[int]) -> list[list[int]]:
    """Return sequences of these lengths for trial runs, with piece ids from the middle of the vocabulary.

    Raises:
        UserError: the encoder has no table of embeddings.
    """
    try:
        rows = encoder.get_input_embeddings().num_embeddings
    except (AttributeError, NotImplementedError) as error:
        raise UserError(
            f"an encoder of type {_kind(encoder)} cannot be used: it has no table with an embedding for each piece"
        ) from error
    numbers = iter(range(rows // 2, rows // 2 + sum(lengths)))
    return [[next(numbers) % rows for _ in range(length)] for length in lengths]


def read_states(encoder: Any, ids: torch.Tensor, **settings: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Read sequences in a trial run; return the states after each layer, embeddings first, [sequences, length, d].

    Args:
        encoder: the encoder, in training mode or not.
        ids: piece ids. [sequences, length]
        settings: further tensors that the encoder takes, such as an attention mask.

    Raises:
        UserError: the encoder cannot read them, does not give a state for each piece, or gives states that are NaN or
            infinite.
    """
    cache = {"use_cache": False} if hasattr(encoder.config, "use_cache") else {}
    try:
        out = encoder(input_ids=ids, output_hidden_states=True, **settings, **cache)
        states, last = tuple(out.hidden_states), out.last_hidden_state
    except Exception as error:  # architectures raise different errors
        raise UserError(
            f"an encoder of type {_kind(encoder)} cannot be used: reading a sentence of {ids.shape[1]} pieces failed: "
            f"{one_line(error)}"
        ) from error
    wanted = (*ids.shape, encoder.config.hidden_size)
    require(
        len(states) == encoder.config.num_hidden_layers + 1
        and all(s.shape == wanted for s in (*states, last)),
        f"an encoder of type {_kind(encoder)} cannot be used: it does not give a state of width "
        f"{encoder.config.hidden_size} for each piece after each of {encoder.config.num_hidden_layers} layers",
    )
    require(bool(torch.isfinite(last).all()), "its states of an ordinary sentence are NaN or infinite")
    return states


def same_states(states: torch.Tensor, wanted: torch.Tensor) -> bool:
    """Whether two readings of the same pieces agree up to rounding; both [positions, d]."""
    return bool(torch.allclose(states, wanted, rtol=0, atol=1e-3 * float(wanted.abs().max())))


def _kind(encoder: Any) -> str:
    return str(getattr(encoder.config, "model_type", type(encoder).__name__))
