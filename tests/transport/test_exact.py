"""Exact plans against POT's network simplex: the same optimum, exact marginals, on ordinary and degenerate problems."""

import numpy as np
import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wcabench.transport import solve


def cosine_cost(rng: np.random.Generator, n_s: int, n_t: int) -> np.ndarray:
    """Two noisy readings of some of the same tokens."""
    tokens = rng.normal(size=(max(n_s, n_t), 32))
    sides = [tokens[rng.integers(len(tokens), size=n)] + 0.7 * rng.normal(size=(n, 32)) for n in (n_s, n_t)]
    one, other = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in sides)
    return 1 - one @ other.T


def some_weights(rng: np.random.Generator, n: int) -> np.ndarray:
    """Weights of very different sizes, a third of them zero."""
    weights = rng.exponential(size=n) ** 3 * (rng.random(n) > 1 / 3)
    weights[rng.integers(n)] += 0.1
    return weights / weights.sum()


def check(
    costs: list[np.ndarray], source: list[np.ndarray] | None = None, target: list[np.ndarray] | None = None
) -> None:
    found = solve(costs, source=source, target=target)
    for number, cost in enumerate(costs):
        rows, columns = (
            np.full(n, 1 / n) if given is None else given[number]
            for n, given in zip(cost.shape, (source, target), strict=True)
        )
        plan = found.plans[number]
        assert plan.min() >= 0
        np.testing.assert_allclose(plan.sum(1), rows, rtol=0, atol=1e-12)
        np.testing.assert_allclose(plan.sum(0), columns, rtol=0, atol=1e-12)
        assert found.marginal_error[number] < 1e-12
        wanted = (ot.emd(rows, columns, cost, numItermax=1_000_000) * cost).sum()
        assert found.cost[number] == pytest.approx(wanted, rel=0, abs=1e-12)
        assert (plan * cost).sum() == pytest.approx(wanted, rel=0, abs=1e-12)


def test_plans_reach_the_optimum_of_the_network_simplex():
    rng = np.random.default_rng(1)
    check([cosine_cost(rng, *rng.integers(1, 48, size=2)) for _ in range(300)])


def test_plans_between_given_marginals_reach_the_optimum_of_the_network_simplex():
    rng = np.random.default_rng(3)
    costs = [cosine_cost(rng, *rng.integers(1, 48, size=2)) for _ in range(150)]
    source = [some_weights(rng, len(cost)) for cost in costs]
    target = [some_weights(rng, cost.shape[1]) for cost in costs]
    check(costs, source, target)
    check(costs, source)
    check(costs, target=target)


@pytest.mark.slow
@pytest.mark.parametrize("given", [False, True], ids=["uniform", "given"])
def test_ten_thousand_plans_of_1_to_200_tokens_reach_the_optimum_of_the_network_simplex(given):
    rng = np.random.default_rng(2)
    for batch in range(100):
        # Half of them of any length alike, half of any order of magnitude: short sentences beside long ones.
        sizes = rng.integers(1, 201, size=(100, 2))
        if batch % 2:
            sizes = np.exp(rng.uniform(0, np.log(200.99), size=(100, 2))).astype(int)
        costs = [cosine_cost(rng, n_s, n_t) for n_s, n_t in sizes]
        sides = [[some_weights(rng, n) for n in sizes[:, side]] for side in (0, 1)] if given else []
        check(costs, *sides)


DEGENERATE = pytest.mark.parametrize(
    "cost",
    [
        np.full((7, 5), 0.3),
        np.zeros((4, 4)),
        np.tile(np.random.default_rng(0).random((1, 9)), (6, 1)),  # identical source tokens
        np.tile(np.random.default_rng(0).random((9, 1)), (1, 6)),  # identical target tokens
        np.random.default_rng(0).random((1, 12)),
        np.random.default_rng(0).random((12, 1)),
        np.random.default_rng(0).random((2, 150)),
        np.random.default_rng(0).random((150, 2)),
        np.round(np.random.default_rng(0).random((20, 30)), 1),  # many ties
        1 - np.eye(8),
        np.array([[1e-9, 2.0], [2.0, 1e-9]]),
    ],
    ids=str,
)


@DEGENERATE
def test_degenerate_problems_reach_the_optimum(cost):
    check([cost])


@DEGENERATE
def test_degenerate_problems_with_given_marginals_reach_the_optimum(cost):
    rng = np.random.default_rng(4)
    for _ in range(5):
        check([cost], *([some_weights(rng, n)] for n in cost.shape))


@settings(max_examples=60)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_the_potentials_prove_that_the_plan_is_optimal(n_s, n_t, seed):
    rng = np.random.default_rng(seed)
    cost, rows, columns = rng.random((n_s, n_t)), some_weights(rng, n_s), some_weights(rng, n_t)
    found = solve([cost, cost], source=[np.full(n_s, 1 / n_s), rows], target=[np.full(n_t, 1 / n_t), columns])
    for number, (a, b) in enumerate(((None, None), (rows, columns))):
        f = found.source_potentials[number]
        g = (cost - f[:, None]).min(0)  # the best that is feasible beside f
        assert np.average(f, weights=a) + np.average(g, weights=b) == pytest.approx(
            found.cost[number], abs=1e-9
        )


def test_identical_sentences_are_coupled_token_by_token():
    tokens = np.linalg.cholesky(np.eye(9) + 0.1)
    cost = 1 - tokens @ tokens.T / np.outer(np.linalg.norm(tokens, axis=1), np.linalg.norm(tokens, axis=1))
    (plan,) = solve([torch.from_numpy(cost)]).plans
    np.testing.assert_array_equal(plan.numpy(), np.eye(9) / 9)
