"""Unbalanced and partial plans against POT's, and what must hold of them."""

import warnings

import numpy as np
import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wcabench.transport import solve, solve_partial, solve_unbalanced


def problems(number: int, seed: int = 0) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    costs = [2 * rng.random(rng.integers(1, 15, size=2)) for _ in range(number)]
    sides = [[rng.dirichlet(np.full(cost.shape[side], 2.0)) for cost in costs] for side in (0, 1)]
    return costs, *sides


@pytest.mark.parametrize(("epsilon", "weight"), [(0.5, 2.0), (0.1, 0.5)])
def test_unbalanced_plans_equal_those_of_pot(epsilon, weight):
    costs, source, target = problems(10)
    found = solve_unbalanced(costs, epsilon, weight, source=source, target=target, tolerance=1e-11)
    for cost, a, b, plan in zip(costs, source, target, found.plans, strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = ot.unbalanced.sinkhorn_unbalanced(
                a, b, cost, epsilon, weight, reg_type="kl", numItermax=5000, stopThr=1e-13
            )
        np.testing.assert_allclose(plan, wanted, atol=1e-9)
    assert found.converged.all()


@pytest.mark.parametrize("epsilon", [0.1, 0.005])
def test_unbalanced_plans_meet_the_conditions_of_an_optimum(epsilon):
    costs, source, target = problems(6, seed=1)
    weight = 0.3
    found = solve_unbalanced(costs, epsilon, weight, source=source, target=target, tolerance=1e-12)
    for cost, a, b, plan in zip(costs, source, target, found.plans, strict=True):
        seen = plan > 1e-200
        with np.errstate(divide="ignore"):
            slope = (
                cost
                + epsilon * np.log(plan / np.outer(a, b))
                + weight * (np.log(plan.sum(1) / a)[:, None] + np.log(plan.sum(0) / b))
            )
        np.testing.assert_allclose(slope[seen], 0, atol=1e-6)


def test_marginals_of_infinite_weight_give_the_balanced_plan():
    costs, source, target = problems(8, seed=2)
    wanted = solve(costs, source=source, target=target, epsilon=0.1, tolerance=1e-9)
    found = solve_unbalanced(costs, 0.1, np.inf, source=source, target=target, tolerance=1e-9)
    for a, b in zip(found.plans, wanted.plans, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-8)
    assert (found.marginal_error < 1e-8).all()


def test_a_token_that_nothing_resembles_keeps_little_of_its_weight():
    cost = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]])
    balanced = solve([cost], epsilon=0.05).plans[0]
    (plan,) = solve_unbalanced([cost], 0.05, 0.2).plans
    assert balanced[2].sum() == pytest.approx(1 / 3, abs=1e-4)
    assert plan[2].sum() < 0.01
    assert plan[:2].sum() > 0.6
    found = solve_unbalanced([cost], 0.05, 0.2)
    missing = np.abs(plan.sum(1) - 1 / 3).sum() + np.abs(plan.sum(0) - 1 / 2).sum()
    assert found.marginal_error[0] == pytest.approx(missing)


def test_less_weight_on_the_marginals_lets_more_mass_go():
    costs, _, _ = problems(6, seed=3)
    masses = [
        [plan.sum() for plan in solve_unbalanced(costs, 0.1, weight).plans] for weight in (0.1, 1.0, 10.0)
    ]
    assert (np.diff(masses, axis=0) > 0).all()


@settings(max_examples=60)
@given(
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    st.sampled_from([1e-3, 0.05, 10.0]),
    st.sampled_from([1e-3, 0.5, 1e3]),
    st.integers(0, 10_000),
)
def test_unbalanced_plans_are_finite_and_non_convergence_is_said(shape, epsilon, weight, seed):
    rng = np.random.default_rng(seed)
    cost = 2 * rng.random(shape)
    weights = rng.choice([0.0, 1e-20, 1.0], size=shape[0])
    weights[rng.integers(shape[0])] = 1.0
    found = solve_unbalanced([cost], epsilon, weight, source=[weights / weights.sum()], max_iterations=3)
    assert np.isfinite(found.plans[0]).all()
    assert np.isfinite([found.cost, found.marginal_error]).all()
    assert (found.plans[0][weights == 0] == 0).all()
    assert found.converged[0] or found.iterations[0] == 3


@settings(max_examples=60)
@given(
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    st.sampled_from([None, 1e-4, 0.05, 10.0]),
    st.sampled_from([1e-6, 0.25, 0.5, 0.999999]),
    st.integers(0, 10_000),
)
def test_partial_plans_are_finite_and_move_no_more_than_there_is(shape, epsilon, share, seed):
    rng = np.random.default_rng(seed)
    cost = 2 * rng.integers(0, 4, shape) / 3.0
    weights = rng.choice([0.0, 1e-20, 1.0], size=shape[0])
    weights[rng.integers(shape[0])] = 1.0
    weights = weights / weights.sum()
    found = solve_partial([cost], share, source=[weights], epsilon=epsilon, max_iterations=200)
    (plan,) = found.plans
    assert np.isfinite(plan).all()
    assert np.isfinite([found.cost, found.marginal_error]).all()
    assert (plan >= 0).all()
    assert (plan[weights == 0] == 0).all()
    assert plan.sum() == pytest.approx(share, abs=1e-9)
    assert (plan.sum(0) <= 1 / shape[1] + 1e-9).all()
    assert np.maximum(plan.sum(1) - weights, 0).sum() < (1e-4 if found.converged[0] else 2)


@pytest.mark.parametrize("mass", [0.2, 0.7, 1.0])
def test_partial_plans_reach_the_optimum_of_pot(mass):
    costs, source, target = problems(30, seed=4)
    found = solve_partial(costs, mass, source=source, target=target)
    for number, (cost, a, b, plan) in enumerate(zip(costs, source, target, found.plans, strict=True)):
        wanted = ot.partial.partial_wasserstein(a, b, cost, mass - 1e-15)
        assert found.cost[number] == pytest.approx((wanted * cost).sum(), abs=1e-9)
        assert plan.sum() == pytest.approx(mass, abs=1e-12)
        assert (plan >= 0).all()
        assert (plan.sum(1) <= a + 1e-12).all()
        assert (plan.sum(0) <= b + 1e-12).all()
        # Whatever is not moved is missing on both sides.
        assert found.marginal_error[number] == pytest.approx(2 * (1 - mass), abs=1e-12)


@pytest.mark.parametrize("share", [1.0, 1 - 1e-12])
def test_a_partial_plan_of_all_mass_is_the_exact_plan(share):
    costs, source, target = problems(20, seed=5)
    exact = solve(costs, source=source, target=target)
    whole = solve_partial(costs, share, source=source, target=target)
    np.testing.assert_allclose(whole.cost, exact.cost, atol=1e-10)


@pytest.mark.parametrize(("epsilon", "share"), [(0.5, 0.3), (0.1, 0.7), (0.1, 0.95), (0.02, 0.6)])
def test_entropic_partial_plans_equal_those_of_pot(epsilon, share):
    costs, source, target = problems(8, seed=8)
    found = solve_partial(
        costs, share, source=source, target=target, epsilon=epsilon, tolerance=1e-12, max_iterations=50_000
    )
    for cost, a, b, plan in zip(costs, source, target, found.plans, strict=True):
        wanted = ot.partial.entropic_partial_wasserstein(
            a, b, cost, epsilon, share, method="sinkhorn_log", numItermax=50_000, stopThr=1e-13
        )
        np.testing.assert_allclose(plan, wanted, atol=1e-7)
    assert found.converged.all()


@pytest.mark.parametrize("share", [0.4, 0.9])
def test_entropic_partial_plans_meet_the_conditions_of_an_optimum(share):
    """T_ij = exp((f_i + g_j + h - C_ij) / epsilon), f and g not above 0, and 0 where a token keeps some of its mass."""
    costs, source, target = problems(12, seed=9)
    epsilon = 0.1
    found = solve_partial(
        costs, share, source=source, target=target, epsilon=epsilon, tolerance=1e-12, max_iterations=50_000
    )
    for cost, a, b, plan in zip(costs, source, target, found.plans, strict=True):
        rows, columns = plan.sum(1), plan.sum(0)
        assert plan.sum() == pytest.approx(share, abs=1e-12)
        assert (rows <= a + 1e-9).all()
        assert (columns <= b + 1e-9).all()
        slope = cost + epsilon * np.log(plan)  # f_i + g_j + h
        keeps_row, keeps_column = rows < a - 1e-6, columns < b - 1e-6
        assert keeps_row.any()
        assert keeps_column.any()
        h = slope[np.ix_(keeps_row, keeps_column)]
        np.testing.assert_allclose(h, h.mean(), atol=1e-6)
        f, g = slope[:, keeps_column].mean(1) - h.mean(), slope[keeps_row].mean(0) - h.mean()
        np.testing.assert_allclose(slope, f[:, None] + g + h.mean(), atol=1e-6)
        assert (f < 1e-6).all()
        assert (g < 1e-6).all()


def test_an_entropic_partial_plan_of_nearly_all_mass_is_nearly_the_balanced_plan():
    costs, source, target = problems(8, seed=2)
    balanced = solve(costs, source=source, target=target, epsilon=0.1, tolerance=1e-9)
    for share, far in ((1.0, 1e-12), (1 - 1e-6, 1e-5)):
        partial = solve_partial(
            costs, share, source=source, target=target, epsilon=0.1, tolerance=1e-9, max_iterations=20_000
        )
        for one, other in zip(partial.plans, balanced.plans, strict=True):
            np.testing.assert_allclose(one, other, atol=far)


def test_with_little_entropy_a_partial_plan_costs_hardly_more_than_the_exact_one():
    costs, source, target = problems(8, seed=10)
    exact = solve_partial(costs, 0.7, source=source, target=target)
    for epsilon in (0.02, 0.005):
        entropic = solve_partial(
            costs, 0.7, source=source, target=target, epsilon=epsilon, tolerance=1e-8, max_iterations=100_000
        )
        excess = entropic.cost - exact.cost
        entropies = np.array([np.log(cost.size) for cost in costs])
        assert (excess > -1e-7).all()
        assert (excess < epsilon * entropies).all()


@pytest.mark.parametrize(("weight", "share"), [(np.inf, 1.0), (0.3, 1.0), (np.inf, 0.6), (np.inf, 0.999)])
@pytest.mark.parametrize("epsilon", [0.5, 0.02])
def test_the_kernel_and_the_log_domain_iterate_alike(epsilon, weight, share):
    from wcabench.transport.entropic import sinkhorn_ragged
    from wcabench.transport.entropic_log import sinkhorn_ragged_log
    from wcabench.transport.problems import Problems

    given = Problems.read(*problems(10, seed=11))
    results = []
    for iterate in (sinkhorn_ragged, sinkhorn_ragged_log):
        plans, potentials = np.empty_like(given.costs), np.empty(given.shapes[:, 0].sum())
        errors, counts, in_range = np.empty(10), np.empty(10, np.int64), np.zeros(10, bool)
        settings = epsilon, weight, share, 1e-7, 40
        iterate(
            given.costs,
            given.shapes,
            *given.weights(),
            *settings,
            plans,
            potentials,
            errors,
            counts,
            in_range,
        )
        assert in_range.all() == (iterate is sinkhorn_ragged)
        results.append((plans, errors, counts))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_moving_less_costs_less_for_each_unit():
    costs, _, _ = problems(20, seed=6)
    prices = [solve_partial(costs, mass).cost / mass for mass in (0.1, 0.4, 0.8, 1.0)]
    assert (np.diff(prices, axis=0) > -1e-12).all()


@pytest.mark.parametrize(
    "solver",
    [
        lambda costs: solve_unbalanced(costs, 0.1, 1.0),
        lambda costs: solve_partial(costs, 0.5),
        lambda costs: solve_partial(costs, 0.5, epsilon=0.1),
    ],
)
def test_relaxed_plans_come_back_in_the_kind_of_their_costs(solver):
    costs, _, _ = problems(3, seed=7)
    given_costs = [torch.from_numpy(cost).float() for cost in costs]
    for cost, plan, reference in zip(
        given_costs, solver(given_costs).plans, solver(costs).plans, strict=True
    ):
        assert (type(plan), plan.dtype, plan.shape) == (type(cost), cost.dtype, cost.shape)
        assert isinstance(reference, np.ndarray)
        np.testing.assert_allclose(plan, reference, atol=1e-5)
    assert solver([]).plans == []


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda cost: solve_unbalanced([cost], 0.0, 1.0), "epsilon 0.0 is not positive"),
        (lambda cost: solve_unbalanced([cost], 0.1, -1.0), "marginal_weight -1.0 is not positive"),
        (lambda cost: solve_unbalanced([cost - 3], 0.1, 1.0), "is below 0"),
        (lambda cost: solve_partial([cost], 0.0), r"share 0.0 is not in \(0, 1\]"),
        (lambda cost: solve_partial([cost], 0.5, epsilon=-1.0), "epsilon -1.0 is not positive"),
        (lambda cost: solve_partial([cost], 1.1), r"share 1.1 is not in \(0, 1\]"),
        (lambda cost: solve_partial([cost * np.nan], 0.5), "cost 0"),
    ],
)
def test_what_no_relaxed_solver_can_do_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.ones((2, 3)))
