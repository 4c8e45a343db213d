"""Simulates the bf16 matrix products of a processor that has them, on a processor without them."""

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

_aten = torch.ops.aten
PRODUCTS = {
    _aten.mm.default,
    _aten.bmm.default,
    _aten.addmm.default,
    _aten.baddbmm.default,
    _aten._scaled_dot_product_flash_attention_for_cpu.default,
    _aten._scaled_dot_product_flash_attention_for_cpu_backward.default,
    # In inference mode these are not decomposed.
    _aten.linear.default,
    _aten.matmul.default,
    _aten.scaled_dot_product_attention.default,
}


class RoundedProducts(TorchDispatchMode):
    """A context in which products of bf16 operands are computed in float32 and rounded to bf16 once.

    AMX and AVX512-BF16 compute the same: the product of two bf16 numbers is exact in float32, sums are in float32, and
    the result is in bf16. Torch's own kernels for other processors compute it element by element. All other operations,
    including autocast, remain torch's own. Attention keeps its weights in float32 between its two products, where
    torch's kernel rounds them.
    """

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func not in PRODUCTS or not any(_is_bf16(value) for value in args):
            return func(*args, **kwargs)
        wide = [value.float() if _is_bf16(value) else value for value in args]
        named = {key: value.float() if _is_bf16(value) else value for key, value in kwargs.items()}
        result = func(*wide, **named)
        if isinstance(result, torch.Tensor):
            return result.bfloat16()
        # The second of attention's two results, the logarithms of its sums, is always float32.
        rounded = len(result) - 1 if len(result) == 2 else len(result)
        return tuple(value.bfloat16() if k < rounded else value for k, value in enumerate(result))


def _is_bf16(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.dtype == torch.bfloat16
