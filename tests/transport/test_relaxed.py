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


def test_a_partial_plan_of_all_mass_is_the_exact_plan():
    costs, source, target = problems(20, seed=5)
    exact = solve(costs, source=source, target=target)
    whole = solve_partial(costs, 1.0, source=source, target=target)
    np.testing.assert_allclose(whole.cost, exact.cost, atol=1e-12)


def test_moving_less_costs_less_for_each_unit():
    costs, _, _ = problems(20, seed=6)
    prices = [solve_partial(costs, mass).cost / mass for mass in (0.1, 0.4, 0.8, 1.0)]
    assert (np.diff(prices, axis=0) > -1e-12).all()


@pytest.mark.parametrize(
    "solver", [lambda costs: solve_unbalanced(costs, 0.1, 1.0), lambda costs: solve_partial(costs, 0.5)]
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
        (lambda cost: solve_partial([cost], 0.0), r"mass 0.0 is not in \(0, 1\]"),
        (lambda cost: solve_partial([cost], 1.1), r"mass 1.1 is not in \(0, 1\]"),
        (lambda cost: solve_partial([cost * np.nan], 0.5), "cost 0"),
    ],
)
def test_what_no_relaxed_solver_can_do_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.ones((2, 3)))
