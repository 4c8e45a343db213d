"""The comparison of bf16 with float32 where the processor has no bf16 products."""

import re

import precision
import pytest
import torch
from rounded_products import RoundedProducts
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode


def gradients(model, states, *, rounded):
    """Output and gradients of a block under autocast, by the rounded products or torch's own bf16 kernels."""
    model.zero_grad()
    with RoundedProducts() if rounded else torch.enable_grad():
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = model(states)
        out.float().square().mean().backward()
    return out.float().detach(), [p.grad.clone() for p in model.parameters()]


def test_rounded_products_are_torchs_bf16_products_forward_and_backward():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(48, 64), nn.GELU(), nn.LayerNorm(64), nn.Linear(64, 32))
    states = torch.randn(24, 48)
    (out, found), (own, wanted) = (gradients(model, states, rounded=r) for r in (True, False))
    # One rounding of bf16 apart, where sums were made in another order.
    torch.testing.assert_close(out, own, rtol=2**-7, atol=2e-3)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=2**-5, atol=2e-4)
    exact = model(states).detach()
    assert (out - exact).abs().max() > 1e-4


def test_rounded_attention_is_torchs_bf16_attention():
    torch.manual_seed(0)
    q, k, v = (torch.randn(2, 4, 20, 16, dtype=torch.bfloat16, requires_grad=True) for _ in range(3))
    mask = torch.zeros(2, 1, 20, 20, dtype=torch.bfloat16)
    mask[..., 15:] = -torch.inf
    results = []
    for rounded in (True, False):
        for one in (q, k, v):
            one.grad = None
        with RoundedProducts() if rounded else torch.enable_grad():
            out = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
            out.float().square().sum().backward()
        assert out.dtype == q.grad.dtype == torch.bfloat16
        results.append([out.detach(), q.grad, k.grad, v.grad])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other, rtol=2**-5, atol=4e-2)


class Seen(TorchDispatchMode):
    """Notes the kernels that are called on bf16 tensors, by name."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if any(isinstance(one, torch.Tensor) and one.dtype == torch.bfloat16 for one in args):
            self.names.add(func.name())
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("mode", [torch.inference_mode, torch.enable_grad])
def test_no_product_is_left_to_torchs_bf16_kernels(mode):
    model = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True)
    with Seen() as seen, RoundedProducts(), mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        out = model(torch.randn(3, 9, 32))
        if out.requires_grad:
            out.float().sum().backward()
    assert "aten::gelu" in seen.names or "aten::relu" in seen.names
    assert not [name for name in seen.names if re.search("mm$|linear|matmul|attention", name)]


def test_products_of_float32_are_left_alone():
    torch.manual_seed(0)
    one, other = torch.randn(9, 7), torch.randn(7, 5)
    with RoundedProducts():
        found = one @ other
    assert found.dtype == torch.float32 and torch.equal(found, one @ other)


def test_the_table_gives_each_seed_and_the_mean_difference_beside_the_seeds_deviation():
    found = {
        1: {"fp32": {"target": 50.0, "source": 80.0}, "bf16": {"target": 51.0, "source": 79.5}},
        2: {"fp32": {"target": 54.0, "source": 82.0}, "bf16": {"target": 53.0, "source": 82.5}},
    }
    lines = precision.table(found, "en-nl").splitlines()
    assert lines[0].startswith("| seed | nl, fp32 | nl, bf16 | nl, difference | en, fp32 |")
    assert lines[2] == "| 1 | 50.00 | 51.00 | 1.00 | 80.00 | 79.50 | -0.50 |"
    assert "52.00 ± 2.83 | 52.00 ± 1.41 | 0.00 ± 1.41 | 81.00 ± 1.41" in lines[4]
