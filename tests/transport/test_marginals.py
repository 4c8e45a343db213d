"""Given marginals, and the kinds of arrays that `solve` takes."""

import numpy as np
import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wcabench.transport import solve
from wcabench.transport.solvers import entropic_batched

KINDS = [
    lambda cost: cost,
    lambda cost: cost.astype(np.float32),
    torch.from_numpy,
    lambda cost: torch.from_numpy(cost).float(),
]


def problems(number: int, seed: int = 0) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """Costs, and weights of which none is zero."""
    rng = np.random.default_rng(seed)
    costs = [2 * rng.random(rng.integers(1, 24, size=2)) for _ in range(number)]
    sides = [[rng.dirichlet(np.full(cost.shape[side], 2.0)) for cost in costs] for side in (0, 1)]
    return costs, *sides


@pytest.mark.parametrize("epsilon", [0.5, 0.05])
def test_entropic_plans_between_given_marginals_equal_the_float64_log_domain_reference(epsilon):
    costs, source, target = problems(12)
    found = solve(costs, source=source, target=target, epsilon=epsilon, tolerance=1e-9, max_iterations=50_000)
    for cost, a, b, plan in zip(costs, source, target, found.plans, strict=True):
        wanted = ot.sinkhorn(
            a, b, cost, epsilon, method="sinkhorn_log", numItermax=5_000, stopThr=1e-10, warn=False
        )
        np.testing.assert_allclose(plan, wanted, atol=1e-5)


@pytest.mark.parametrize("epsilon", [None, 0.5, 0.05])
def test_tokens_of_weight_zero_change_nothing_for_the_others(epsilon):
    costs, source, target = problems(20)
    more = [np.pad(cost, ((1, 0), (0, 2)), constant_values=0.01) for cost in costs]
    found = solve(
        more,
        source=[np.r_[0, a] for a in source],
        target=[np.r_[b, 0, 0] for b in target],
        epsilon=epsilon,
        tolerance=1e-10,
    )
    alone = solve(costs, source=source, target=target, epsilon=epsilon, tolerance=1e-10)
    for with_them, without in zip(found.plans, alone.plans, strict=True):
        assert with_them[0].sum() == with_them[:, -2:].sum() == 0
        np.testing.assert_allclose(with_them[1:, :-2], without, atol=1e-8)
    if epsilon is None:
        assert all(np.isfinite(f).all() for f in found.source_potentials)
    else:
        assert all(f[0] == -np.inf and np.isfinite(f[1:]).all() for f in found.source_potentials)


def test_the_batched_solver_takes_the_same_marginals():
    costs, source, target = problems(20, seed=1)
    source[3] = np.r_[0, source[3][1:] / source[3][1:].sum()] if len(source[3]) > 1 else source[3]
    ragged = solve(costs, source=source, target=target, epsilon=0.05, tolerance=1e-7)
    batched = entropic_batched([torch.from_numpy(c) for c in costs], source, target, 0.05, 1e-7, 2000)
    for a, b in zip(ragged.plans, batched.plans, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    np.testing.assert_allclose(ragged.cost, batched.cost, atol=1e-6)
    assert batched.converged.all()


@pytest.mark.parametrize("epsilon", [None, 0.05])
@pytest.mark.parametrize("kind", KINDS, ids=["float64 array", "float32 array", "float64", "float32"])
def test_plans_come_back_in_the_kind_of_their_costs(kind, epsilon):
    costs, source, target = problems(6)
    given_costs = [kind(cost) for cost in costs]
    found = solve(given_costs, source=source, target=target, epsilon=epsilon)
    wanted = solve(costs, source=source, target=target, epsilon=epsilon)
    for cost, plan, f, reference in zip(
        given_costs, found.plans, found.source_potentials, wanted.plans, strict=True
    ):
        assert (type(plan), plan.dtype, plan.shape) == (type(cost), cost.dtype, cost.shape)
        assert type(f) is type(cost)
        if epsilon is not None:  # of an exact plan, rounded costs may have another
            np.testing.assert_allclose(plan, reference, atol=1e-5)
    np.testing.assert_allclose(found.cost, wanted.cost, atol=1e-6)


def test_weights_may_be_tensors_or_lists_and_costs_may_need_a_gradient():
    cost = torch.tensor([[0.0, 1.0], [1.0, 0.0]], requires_grad=True)
    found = solve([cost], source=[torch.tensor([0.25, 0.75])], target=[[0.5, 0.5]])
    torch.testing.assert_close(found.plans[0], torch.tensor([[0.25, 0.0], [0.25, 0.5]]))
    assert not found.plans[0].requires_grad


@settings(max_examples=80)
@given(
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    st.floats(1e-8, 1e3),
    st.sampled_from([None, 1e-3, 0.05, 100.0]),
    st.integers(0, 10_000),
)
def test_nothing_is_ever_nan(shape, size, epsilon, seed):
    rng = np.random.default_rng(seed)
    cost = size * rng.choice([-1.0, 0.0, 1e-9, 1.0], size=shape)
    sides = []
    for n in shape:
        weights = rng.choice([0.0, 1e-300, 1e-20, 1.0], size=n)
        weights[rng.integers(n)] = 1.0
        sides.append([weights / weights.sum()])
    found = solve([cost], source=sides[0], target=sides[1], epsilon=epsilon, max_iterations=50)
    assert np.isfinite(found.plans[0]).all()
    assert np.isfinite([found.cost, found.marginal_error]).all()
    assert not np.isnan(found.source_potentials[0]).any()
    np.testing.assert_allclose(found.plans[0].sum(0), sides[1][0], atol=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"source": [[0.5, 0.5]]}, "source weights: 1 vectors for 2 problems"),
        ({"source": [[0.5, 0.5], [1.0]]}, r"source weights of problem 1: wanted 2, one a token, got shape \(1,\)"),
        ({"target": [[0.5, 0.5, 0], [-1, 2, 0]]}, "target weights of problem 1: a weight is negative"),
        ({"target": [[0.5, 0.5, 0], [np.nan, 1, 0]]}, "target weights of problem 1: a weight is negative or not"),
        ({"target": [[0.5, 0.4, 0], [1, 0, 0]]}, "target weights of problem 0: they sum to 0.9"),
        ({"tolerance": 0.0}, "tolerance 0.0 is not positive"),
        ({"max_iterations": 0}, "max_iterations 0 is not positive"),
        ({"epsilon": 1e-12}, "rounding would decide"),
    ],
)  # fmt: skip
def test_what_cannot_be_solved_is_refused_in_one_line(options, message):
    with pytest.raises(ValueError, match=message) as error:
        solve([np.ones((2, 3)), np.ones((2, 3))], **options)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        ([np.ones((2, 3), dtype=int)], "cost 0: wanted a NumPy array or torch tensor of float32 or float64"),
        ([torch.ones(2, 3, dtype=torch.bfloat16)], "got torch.bfloat16"),
        ([[[1.0]]], "got list"),
        ([np.ones((2, 3)), torch.ones(2, 3)], "cost 1: torch.float32 beside float64"),
        ([np.full((2, 2), 1e200)], "too large"),
    ],
)
def test_costs_of_another_kind_are_refused(costs, message):
    with pytest.raises(ValueError, match=message):
        solve(costs)
