"""Resolves the device and the precision "auto" on this machine."""

from typing import Literal

import torch


def resolve_device(device: str) -> str:
    """Resolve "auto" to "cuda" or "cpu"; any other name is returned as it is."""
    if device != "auto":
        return device
    return "cuda" if torch.cuda.is_available() else "cpu"


def resolve_precision(precision: Literal["auto", "bf16", "fp32"], device: str) -> Literal["bf16", "fp32"]:
    """Resolve "auto" to "bf16" where the processor multiplies bf16 matrices natively, else to "fp32".

    Args:
        precision: "auto", "bf16" or "fp32".
        device: "auto", "cpu" or "cuda".
    """
    if precision != "auto":
        return precision
    if torch.device(resolve_device(device)).type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    # AVX-512 without these extensions emulates bf16, which is slower than float32.
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return "bf16" if native else "fp32"
