import numpy as np
import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wcabench.transport import harden_columns, solve
from wcabench.transport.log_domain import sinkhorn_log


def problems(number: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    sizes = torch.randint(1, 24, (number, 2), generator=generator).tolist()
    return [torch.rand(n_s, n_t, generator=generator, dtype=dtype) * 2 for n_s, n_t in sizes]


def reference_sinkhorn(cost: np.ndarray, epsilon: float, iterations: int = 5_000) -> np.ndarray:
    """POT in float64 and the log domain, iterated far beyond the tolerance in test."""
    uniform = [np.full(n, 1 / n) for n in cost.shape]
    return ot.sinkhorn(
        *uniform, cost, epsilon, method="sinkhorn_log", numItermax=iterations, stopThr=1e-10, warn=False
    )


def test_exact_plans_reach_the_optimum_of_linear_programming():
    from scipy.optimize import linprog

    for cost in problems(40, dtype=torch.float64):
        n_s, n_t = cost.shape
        rows = np.kron(np.eye(n_s), np.ones(n_t))
        columns = np.kron(np.ones(n_s), np.eye(n_t))
        marginals = np.r_[np.full(n_s, 1 / n_s), np.full(n_t, 1 / n_t)]
        wanted = linprog(cost.numpy().ravel(), A_eq=np.r_[rows, columns], b_eq=marginals, method="highs").fun
        assert solve([cost]).cost[0] == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("epsilon", [0.5, 0.05, 0.02])
def test_entropic_plans_equal_the_float64_log_domain_reference(epsilon):
    costs = problems(12)
    found = solve(costs, epsilon=epsilon, tolerance=1e-9, max_iterations=50_000)
    for cost, plan in zip(costs, found.plans, strict=True):
        np.testing.assert_allclose(plan, reference_sinkhorn(cost.double().numpy(), epsilon), atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("epsilon", [0.1, 0.05, 0.01])
def test_entropic_plans_of_long_sentences_equal_the_float64_log_domain_reference(epsilon):
    generator = torch.Generator().manual_seed(5)
    compared = 0
    for _ in range(60):
        n_s, n_t = torch.randint(1, 121, (2,), generator=generator).tolist()
        source, target = (
            torch.nn.functional.normalize(torch.randn(n, 24, generator=generator), dim=-1) for n in (n_s, n_t)
        )
        cost = 1 - source @ target.T
        wanted = reference_sinkhorn(cost.double().numpy(), epsilon, iterations=20_000)
        if abs(wanted.sum(1) - 1 / n_s).sum() > 1e-7:  # the reference itself did not get there
            continue
        plan = solve([cost], epsilon=epsilon, tolerance=1e-9, max_iterations=100_000).plans[0]
        np.testing.assert_allclose(plan, wanted, rtol=0, atol=1e-5)
        compared += 1
    assert compared >= 50


@pytest.mark.parametrize("epsilon", [0.05, 0.005, 0.0005])
def test_the_batched_solver_is_finite_in_float32_however_small_epsilon_is(epsilon):
    plans, potentials, error, _ = sinkhorn_log(problems(40), epsilon, 1e-4, 200)
    for plan, f in zip(plans, potentials, strict=True):
        assert torch.isfinite(plan).all()
        assert torch.isfinite(f).all()
    assert torch.isfinite(error).all()


@pytest.mark.parametrize("epsilon", [0.5, 0.05])
def test_batched_torch_solver_equals_the_ragged_one(epsilon):
    costs = problems(30)
    ragged = solve(costs, epsilon=epsilon, tolerance=1e-6, max_iterations=5000)
    plans, potentials, error, _ = sinkhorn_log([c.double() for c in costs], epsilon, 1e-6, 5000)
    for a, b in zip(ragged.plans, plans, strict=True):
        torch.testing.assert_close(a.double(), b, atol=1e-5, rtol=0)
    assert float(error.max()) < 1e-6
    assert [len(p) for p in potentials] == [len(c) for c in costs]


@pytest.mark.parametrize("epsilon", [0.05, 0.005, 0.0005])
def test_plans_are_finite_and_columns_exact_however_small_epsilon_is(epsilon):
    found = solve(problems(40), epsilon=epsilon, max_iterations=200)
    for plan in found.plans:
        assert torch.isfinite(plan).all()
        torch.testing.assert_close(
            plan.sum(0), torch.full((plan.shape[1],), 1 / plan.shape[1]), atol=2e-6, rtol=0
        )


def test_marginals_are_met_within_the_tolerance_and_non_convergence_is_said():
    costs = problems(40)
    done = solve(costs, epsilon=0.05, tolerance=1e-4, max_iterations=5000)
    for plan, error in zip(done.plans, done.marginal_error, strict=True):
        measured = float((plan.sum(1) - 1 / len(plan)).abs().sum())
        assert measured == pytest.approx(error, abs=2e-6)
    assert done.converged.all()
    assert (done.marginal_error < 1e-4).all()
    hurried = solve(costs, epsilon=0.005, tolerance=1e-9, max_iterations=1)
    assert not hurried.converged.all()
    assert (hurried.iterations <= 1).all()


def test_hard_sinkhorn_is_nearest_neighbour_with_a_bias_per_source_token():
    """argmax_i T_ij = argmin_i (C_ij - f_i)."""
    costs = problems(60, seed=4)
    found = solve(costs, epsilon=0.05)
    for cost, plan, f in zip(costs, found.plans, found.source_potentials, strict=True):
        biased = cost.double() - f.double()[:, None]
        hard = harden_columns([plan])[0]
        chosen = biased.gather(0, hard.argmax(0)[None])[0]
        torch.testing.assert_close(chosen, biased.amin(0), atol=1e-6, rtol=0)


def test_identical_sentences_at_small_epsilon_couple_each_token_with_itself():
    states = torch.nn.functional.normalize(
        torch.randn(9, 16, generator=torch.Generator().manual_seed(1)), dim=-1
    )
    cost = 1 - states @ states.T
    for epsilon in (None, 0.01):
        plan = solve([cost], epsilon=epsilon).plans[0]
        torch.testing.assert_close(plan, torch.eye(9) / 9, atol=1e-4, rtol=0)
        assert float((plan * cost).sum()) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("shape", [(1, 7), (7, 1), (1, 1)])
@pytest.mark.parametrize("epsilon", [None, 0.05])
def test_one_token_takes_all_mass(shape, epsilon):
    cost = torch.rand(shape, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(solve([cost], epsilon=epsilon).plans[0], torch.full(shape, 1 / max(shape)))


def test_transport_splits_what_nearest_token_sends_to_a_hub():
    """The paper's Figure 1 as a 2x2 problem: both target tokens are nearest to the first source token."""
    cost = torch.tensor([[0.1, 0.2], [0.9, 0.3]])
    assert harden_columns([-cost])[0].argmax(0).tolist() == [0, 0]
    assert harden_columns([solve([cost]).plans[0]])[0].argmax(0).tolist() == [0, 1]


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 10_000))
@settings(max_examples=50)
def test_plans_do_not_depend_on_the_problems_beside_them(n_s, n_t, seed):
    generator = torch.Generator().manual_seed(seed)
    cost = torch.rand(n_s, n_t, generator=generator)
    others = [torch.rand(5, 30, generator=generator), torch.rand(30, 2, generator=generator)]
    alone = solve([cost], epsilon=0.05).plans[0]
    assert torch.equal(solve([others[0], cost, others[1]], epsilon=0.05).plans[1], alone)


@pytest.mark.parametrize(
    "cost",
    [torch.empty(0, 3), torch.tensor([[float("nan")]]), torch.tensor([[float("inf"), 1.0]]), torch.ones(3)],
)
def test_empty_or_non_finite_costs_are_refused(cost):
    with pytest.raises(ValueError, match="cost 1"):
        solve([torch.ones(2, 2), cost], epsilon=0.1)


def test_an_epsilon_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match="epsilon"):
        solve([torch.ones(2, 2)], epsilon=0.0)


def test_no_problems_give_no_plans():
    assert solve([], epsilon=0.1).plans == []
    assert solve([]).plans == []
