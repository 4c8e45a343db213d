"""Plans that POT solves: the same as ours, said to be what they are."""

import numpy as np
import pytest
import torch

from wcabench.transport import solve, solve_partial, solve_unbalanced

PRECISE = {"tolerance": 1e-10, "max_iterations": 50_000}
KINDS = {
    "exact": solve,
    "entropic": lambda costs, **rest: solve(costs, epsilon=0.1, **PRECISE, **rest),
    "unbalanced": lambda costs, **rest: solve_unbalanced(costs, 0.1, 0.5, **PRECISE, **rest),
    "unbalanced, infinite weight": lambda costs, **rest: solve_unbalanced(
        costs, 0.1, np.inf, **PRECISE, **rest
    ),
    "partial": lambda costs, **rest: solve_partial(costs, 0.7, **rest),
    "entropic partial": lambda costs, **rest: solve_partial(costs, 0.7, epsilon=0.1, **PRECISE, **rest),
    "partial, all mass": lambda costs, **rest: solve_partial(costs, 1.0, **rest),
}


def problems(number: int = 8, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [2 * rng.random(rng.integers(1, 12, size=2)) for _ in range(number)]


def weights(costs: list[np.ndarray], side: int) -> list[np.ndarray]:
    """Some tokens of each sentence weigh nothing."""
    rng = np.random.default_rng(side)
    drawn = [rng.choice([0.0, 1.0, 2.0], size=cost.shape[side]) for cost in costs]
    for one in drawn:
        one[0] = 1.0
    return [one / one.sum() for one in drawn]


@pytest.mark.parametrize("kind", KINDS)
def test_both_solvers_find_the_same_plans(kind):
    costs = problems()
    rest = {"source": weights(costs, 0), "target": weights(costs, 1)}
    ours, pots = KINDS[kind](costs, **rest), KINDS[kind](costs, **rest, solver="pot")
    for one, other in zip(ours.plans, pots.plans, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-7)
    np.testing.assert_allclose(ours.cost, pots.cost, atol=1e-7)
    np.testing.assert_allclose(ours.marginal_error, pots.marginal_error, atol=1e-6)
    assert pots.converged.all()


@pytest.mark.parametrize("kind", KINDS)
def test_plans_of_pot_come_back_in_the_kind_of_their_costs(kind):
    costs = [torch.from_numpy(cost).float() for cost in problems(3)]
    found = KINDS[kind](costs, solver="pot")
    for cost, plan in zip(costs, found.plans, strict=True):
        assert (type(plan), plan.dtype, plan.shape) == (type(cost), cost.dtype, cost.shape)
    assert KINDS[kind]([], solver="pot").plans == []


@pytest.mark.parametrize("kind", ["entropic", "unbalanced", "entropic partial"])
def test_a_plan_of_pot_that_is_not_there_yet_is_said_not_to_be(kind):
    call = {
        "entropic": lambda costs: solve(costs, epsilon=0.01, max_iterations=3, solver="pot"),
        "unbalanced": lambda costs: solve_unbalanced(costs, 0.01, 1.0, max_iterations=3, solver="pot"),
        "entropic partial": lambda costs: solve_partial(
            costs, 0.7, epsilon=0.01, max_iterations=3, solver="pot"
        ),
    }[kind]
    found = call([np.random.default_rng(1).random((9, 7))])
    assert not found.converged[0]
    assert found.iterations[0] == 3
    assert np.isfinite(found.plans[0]).all()


def test_marginals_of_a_solved_balanced_plan_are_those_of_ours():
    """The target sums are exact, and the source sums within the tolerance."""
    costs = problems(seed=3)
    found = solve(costs, epsilon=0.05, tolerance=1e-4, max_iterations=5000, solver="pot")
    for plan, error in zip(found.plans, found.marginal_error, strict=True):
        np.testing.assert_allclose(plan.sum(0), 1 / plan.shape[1], atol=1e-12)
        assert np.abs(plan.sum(1) - 1 / len(plan)).sum() == pytest.approx(error, abs=1e-12)
        assert error < 1e-4


def test_a_plan_that_is_not_finite_is_refused_and_its_problem_named(monkeypatch):
    plans = iter([np.full((2, 3), 1 / 6), np.full((2, 3), np.nan)])
    monkeypatch.setattr("ot.emd", lambda *_, **__: (next(plans), {"warning": None}))
    with pytest.raises(ValueError, match="problem 1: POT's plan is not finite"):
        solve([np.ones((2, 3)), np.ones((2, 3))], solver="pot")


def test_how_exact_plans_of_pot_were_found_is_left_open():
    found = solve(problems(2), solver="pot")
    assert found.iterations is None
    assert found.source_potentials is None


@pytest.mark.parametrize(
    "call",
    [
        lambda cost: solve([cost], solver="lp"),
        lambda cost: solve_unbalanced([cost], 0.1, 1.0, solver="lp"),
        lambda cost: solve_partial([cost], 0.5, solver="lp"),
    ],
)
def test_another_solver_is_refused(call):
    with pytest.raises(ValueError, match="solver 'lp': there are own and pot"):
        call(np.ones((2, 3)))
