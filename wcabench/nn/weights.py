"""Checks an encoder's weights against its files: none missing, none left over, none NaN or infinite."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import nn

from wcabench.errors import require
from wcabench.nn.encoder_files import printable

# Weights that no state depends on.
_POOLER = re.compile(r"(^|\.)(pooler|pooled_projection)\.")
# Found in older checkpoints: tables that the library computes itself, and a leftover of mDeBERTa's generator.
_RECOMPUTED = re.compile(
    r"(^|\.)(position_ids|token_type_ids|inv_freq|masked_bias|attn\.bias|embeddings\._weight)$"
    r"|(^|\.)word_embeddings\._weight$"
)
# A model with more parameters than this many times the numbers in its files cannot be the saved one.
MOST_TIMES = 8
SHOWN = 3


def check_size(model: nn.Module, files: Iterable[Path]) -> None:
    """Refuse a model that is far larger than its weight files, before memory is allocated for it.

    Args:
        model: the model without weights, on the device "meta".
        files: its safetensors files.

    Raises:
        UserError: the model is too large, or the files hold integers.
        SafetensorError: a file is damaged.
    """
    held = 0
    for file in files:
        with safe_open(file, "pt") as tensors:
            for name in tensors.keys():  # noqa: SIM118 (it is no mapping)
                part = tensors.get_slice(name)
                shape = part.get_shape()
                held += _product(shape)
                kind = part.get_dtype()
                require(
                    not name.endswith("weight") or not kind.startswith(("I", "U", "BOOL")),
                    f"its weight {name} holds {kind}, not floating-point numbers; quantised weights are not read",
                )
    wanted = sum(parameter.numel() for parameter in model.parameters())
    require(
        wanted <= MOST_TIMES * held,
        f"its config.json describes a model of {wanted} numbers, and its weights are {held}",
    )


def check_loaded(model: nn.Module, part: nn.Module, info: Mapping[str, Any]) -> None:
    """Refuse an encoder with randomly initialised weights, or whose files hold weights that it does not use.

    Weights of heads beside the encoder (for language modelling or another task) and of the pooler are ignored.

    Args:
        model: the loaded model.
        part: the part of the model that is used; it may be all of it.
        info: the loading report of transformers (`output_loading_info`).

    Raises:
        UserError: such weights were found; some of them are named.
    """
    own = {id(tensor) for tensor in (*part.parameters(), *part.buffers())}
    tensors = [*model.named_parameters(remove_duplicate=False), *model.named_buffers(remove_duplicate=False)]
    names = {name for name, tensor in tensors if id(tensor) in own}
    mismatched = [str(key[0]) for key in info["mismatched_keys"]]
    require(not mismatched, f"weights of another shape than its config.json says: {first_few(mismatched)}")
    missing = [name for name in info["missing_keys"] if name in names and not _POOLER.search(name)]
    require(
        not missing,
        f"{len(missing)} of its {len(names)} weights are in no file and would be random: {first_few(missing)}; "
        "nothing is run on random weights",
    )
    prefixes = {name.split(".")[0] for name in names}
    base = f"{getattr(model, 'base_model_prefix', '')}."
    unexpected = [
        name
        for name in info["unexpected_keys"]
        if name.removeprefix(base).split(".")[0] in prefixes
        and not _POOLER.search(name)
        and not _RECOMPUTED.search(name)
    ]
    require(
        not unexpected,
        f"{len(unexpected)} weights of its files have no place in the model that its config.json describes: "
        f"{first_few(unexpected)}",
    )


def check_finite(part: nn.Module) -> None:
    """Refuse weights that are NaN or infinite.

    Raises:
        UserError: such weights were found; some of them are named.
    """
    wrong = [
        name
        for name, tensor in (*part.named_parameters(), *part.named_buffers())
        if tensor.is_floating_point() and tensor.numel() and not _finite(tensor)
    ]
    require(not wrong, f"weights that are NaN or infinite: {first_few(wrong)}")


def _finite(tensor: torch.Tensor) -> bool:
    least, most = torch.aminmax(tensor.detach())
    return bool(torch.isfinite(least) & torch.isfinite(most))


def first_few(names: Iterable[str]) -> str:
    """Return the first few names as text, and how many more there are."""
    every = sorted(map(printable, names))
    more = len(every) - SHOWN
    return ", ".join(every[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _product(shape: Iterable[int]) -> int:
    result = 1
    for size in shape:
        result *= size
    return result
