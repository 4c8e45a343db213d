"""bf16 matrix products as a processor that has them makes them, on one that has not."""

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
    # In inference mode these come whole.
    _aten.linear.default,
    _aten.matmul.default,
    _aten.scaled_dot_product_attention.default,
}


class RoundedProducts(TorchDispatchMode):
    """Within it, products of bf16 operands are made in float32 and rounded to bf16 once.

    That is what AMX and AVX512-BF16 compute: the product of two bf16 numbers is exact in float32, sums are float32, the
    result is bf16. Torch's own kernels do the same without them, an element at a time. Everything else, autocast and
    its casts and the other operations in bf16 included, is torch's own. Attention keeps its weights in float32 between
    its two products, where torch's kernel rounds them.
    """

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func not in PRODUCTS or not any(_is_bf16(value) for value in args):
            return func(*args, **kwargs)
        wide = [value.float() if _is_bf16(value) else value for value in args]
        named = {key: value.float() if _is_bf16(value) else value for key, value in kwargs.items()}
        found = func(*wide, **named)
        if isinstance(found, torch.Tensor):
            return found.bfloat16()
        # Of attention, the second of two is the logarithm of its sums, which is float32 in bf16 too.
        wanted = len(found) - 1 if len(found) == 2 else len(found)
        return tuple(value.bfloat16() if k < wanted else value for k, value in enumerate(found))


def _is_bf16(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.dtype == torch.bfloat16
