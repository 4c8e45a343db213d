"""Solvers of the transport problems of training steps: 32 pairs, with one problem for each layer."""

from collections.abc import Callable

import numpy as np
import peers
import pytest
import torch
from interleaving import ROUNDS, compare, cpu_seconds, in_turn

from wcabench.transport import harden_columns, solve, solve_partial, solve_unbalanced

pytestmark = pytest.mark.benchmark(timer=cpu_seconds)


@pytest.fixture(scope="session")
def arrays(steps) -> list[list[np.ndarray]]:
    """The problems as float64 arrays, with which POT is fastest."""
    return [[cost.double().numpy() for cost in step] for step in steps]


@pytest.fixture(scope="session")
def rectangles(arrays) -> list[peers.Padded]:
    return [peers.Padded(step) for step in arrays]


def entropic(epsilon: float) -> Callable[[list[torch.Tensor]], object]:
    return lambda costs: solve(costs, epsilon=epsilon, tolerance=1e-4, max_iterations=peers.ITERATIONS)


def accuracy(ours: list, theirs: list) -> str:
    return f"L1 error {peers.row_error(ours):.0e}, peer {peers.row_error(theirs):.0e}"


def test_exact_plans_beside_a_loop_over_emd(benchmark, steps, arrays):
    for step, given in zip(steps[:3], arrays[:3], strict=True):
        wanted = [(plan * cost).sum() for plan, cost in zip(peers.emd_loop(given), given, strict=True)]
        np.testing.assert_allclose(solve(step).cost, wanted, rtol=0, atol=1e-12)
    compare(
        benchmark, "exact", "`ot.emd` loop", in_turn(solve, steps), in_turn(peers.emd_loop, arrays),
        note="the same optimum",
    )  # fmt: skip


@pytest.mark.parametrize("epsilon", [0.1, 0.05, 0.01])
def test_entropic_plans_beside_a_loop_over_sinkhorn(benchmark, steps, arrays, epsilon):
    note = accuracy(entropic(epsilon)(steps[0]).plans, peers.sinkhorn_loop(arrays[0], epsilon))
    compare(
        benchmark, f"entropic {epsilon}", "`ot.sinkhorn` loop", in_turn(entropic(epsilon), steps),
        in_turn(lambda costs: peers.sinkhorn_loop(costs, epsilon), arrays), note=note,
    )  # fmt: skip


def test_entropic_plans_of_small_epsilon_beside_exact_ones_of_pot(benchmark, steps, arrays):
    compare(
        benchmark, "entropic 0.01", "`ot.emd` loop", in_turn(entropic(0.01), steps),
        in_turn(peers.emd_loop, arrays), note="another problem: is the entropic plan worth its time?",
    )  # fmt: skip


@pytest.mark.parametrize("method", ["sinkhorn", "log_sinkhorn"])
def test_entropic_plans_beside_the_padded_batches_of_pot(benchmark, steps, rectangles, method):
    theirs = rectangles[0].plans(peers.pot_batch(rectangles[0], 0.05, method))
    compare(
        benchmark, "entropic 0.05", f"`ot.batch.solve_batch`, {method}", in_turn(entropic(0.05), steps),
        in_turn(lambda step: peers.pot_batch(step, 0.05, method), rectangles),
        note=accuracy(entropic(0.05)(steps[0]).plans, theirs),
    )  # fmt: skip


def test_entropic_plans_beside_geomloss(benchmark, steps, rectangles):
    pytest.importorskip("geomloss.ot")
    theirs = rectangles[0].plans(peers.geomloss_batch(rectangles[0], 0.05, 100))
    compare(
        benchmark, "entropic 0.05", "geomloss, 100 iterations", in_turn(entropic(0.05), steps),
        in_turn(lambda step: peers.geomloss_batch(step, 0.05, 100), rectangles),
        note=accuracy(entropic(0.05)(steps[0]).plans, theirs),
    )  # fmt: skip


def test_entropic_plans_beside_ott(benchmark, steps, rectangles):
    pytest.importorskip("ott")
    call = peers.ott_batch(rectangles[0], 0.05)
    note = accuracy(entropic(0.05)(steps[0]).plans, rectangles[0].plans(np.asarray(call())))
    compare(
        benchmark, "entropic 0.05", "ott-jax, vmap", lambda: entropic(0.05)(steps[0]), call,
        note=note + "; compiled before",
    )  # fmt: skip


def test_unbalanced_plans_beside_a_loop_over_pot(benchmark, steps, arrays):
    compare(
        benchmark, "unbalanced 0.05", "`ot.unbalanced` loop",
        in_turn(lambda costs: solve_unbalanced(costs, 0.05, 1.0), steps),
        in_turn(lambda costs: peers.unbalanced_loop(costs, 0.05, 1.0), arrays),
    )  # fmt: skip


def test_partial_plans_beside_a_loop_over_pot(benchmark, steps, arrays):
    for step, given in zip(steps[:3], arrays[:3], strict=True):
        wanted = [
            (plan * cost).sum() for plan, cost in zip(peers.partial_loop(given, 0.9), given, strict=True)
        ]
        np.testing.assert_allclose(solve_partial(step, 0.9).cost, wanted, rtol=0, atol=1e-9)
    compare(
        benchmark, "partial 0.9, exact", "`ot.partial` loop",
        in_turn(lambda costs: solve_partial(costs, 0.9), steps),
        in_turn(lambda costs: peers.partial_loop(costs, 0.9), arrays), note="the same optimum",
    )  # fmt: skip


@pytest.mark.parametrize("method", ["sinkhorn", "sinkhorn_log"])
def test_entropic_partial_plans_beside_a_loop_over_pot(benchmark, steps, arrays, method):
    def excess(plans: list) -> float:
        """Return how much mass the source tokens give beyond their weights, L1, as mean over the plans."""
        over = [np.maximum(np.asarray(plan).sum(1) - 1 / len(plan), 0).sum() for plan in plans]
        return float(np.mean(over))

    ours = solve_partial(steps[0], 0.9, epsilon=0.05).plans
    theirs = peers.entropic_partial_loop(arrays[0], 0.05, 0.9, method)
    compare(
        benchmark, "partial 0.9, entropic 0.05", f"`ot.partial` loop, {method}",
        in_turn(lambda costs: solve_partial(costs, 0.9, epsilon=0.05), steps),
        in_turn(lambda costs: peers.entropic_partial_loop(costs, 0.05, 0.9, method), arrays),
        note=f"source tokens give {excess(ours):.0e} too much, peer {excess(theirs):.0e}",
        rounds=5 if method == "sinkhorn_log" else ROUNDS,
    )  # fmt: skip


def test_hardening_beside_a_loop_over_columns(benchmark, steps):
    plans = [solve(step, epsilon=0.05).plans for step in steps]

    def column_by_column(step: list[torch.Tensor]) -> None:
        for plan in step:
            hard = torch.zeros_like(plan)
            for j in range(plan.shape[1]):
                hard[int(plan[:, j].argmax()), j] = 1 / plan.shape[1]

    compare(
        benchmark, "hardening", "a loop over columns", in_turn(harden_columns, plans),
        in_turn(column_by_column, plans),
    )  # fmt: skip
