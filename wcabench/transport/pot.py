"""The same plans from POT (Flamary et al. 2021), one call a problem: an independent solver, slower than this package's.

Of POT's variants those were taken that are right, or say that they are not, at every epsilon: its entropic partial
solver outside the log domain gives wrong plans at epsilon 0.01, and its stabilised unbalanced solver does too. How far
a plan is from what was asked is measured on the plan itself, as for this package's solvers.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import ot

from wcabench.transport.plans import Plans
from wcabench.transport.problems import Problems

# Exchanges of POT's network simplex; sentences need some hundreds.
MOST_EXCHANGES = 10_000_000
# POT's log-domain solvers look at their error every so many iterations.
LOOK_EVERY = 10

# Cost, source and target weights -> the plan, the iterations, and whether the solver's own criterion was met.
SolveOne = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, int, bool]]


def exact(problems: Problems) -> Plans:
    """Optimal plans, by `ot.emd`."""

    def plan(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, int, bool]:
        plan, log = ot.emd(a, b, cost, numItermax=MOST_EXCHANGES, log=True)
        return plan, 0, log["warning"] is None

    flat, _, optimal = _each(problems, plan)
    return _given_back(problems, flat, None, problems.row_errors(flat), optimal)


def entropic(problems: Problems, epsilon: float, tolerance: float, most: int) -> Plans:
    """Entropic plans, by `ot.sinkhorn` in the log domain."""

    def plan(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, int, bool]:
        # POT's last step meets the sums of what it takes for the rows, ours those of the columns.
        plan, log = ot.sinkhorn(
            b,
            a,
            np.ascontiguousarray(cost.T),
            epsilon,
            method="sinkhorn_log",
            numItermax=most,
            stopThr=tolerance / len(a) ** 0.5,  # POT's is on the L2 norm
            log=True,
        )
        return plan.T, log["niter"] + 1, True  # it counts from 0

    flat, iterations, _ = _each(problems, plan)
    errors = problems.row_errors(flat)
    return _given_back(problems, flat, iterations, errors, errors < tolerance)


def unbalanced(
    problems: Problems, epsilon: float, marginal_weight: float, tolerance: float, most: int
) -> Plans:
    """Unbalanced plans, by `ot.unbalanced.sinkhorn_unbalanced`."""

    def plan(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, int, bool]:
        plan, log = ot.unbalanced.sinkhorn_unbalanced(
            a, b, cost, epsilon, marginal_weight, reg_type="kl", numItermax=most, stopThr=tolerance, log=True
        )
        # The source sums that are best beside the source scalings, which the step to the target scalings moved.
        best = a * np.exp(-epsilon / marginal_weight * log["logu"])
        return plan, len(log["err"]), bool(np.abs(plan.sum(1) - best).sum() < tolerance)

    flat, iterations, converged = _each(problems, plan)
    return _given_back(problems, flat, iterations, problems.unmatched(flat), converged)


def partial(problems: Problems, share: float) -> Plans:
    """Exact partial plans, by `ot.partial.partial_wasserstein`."""

    def plan(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, int, bool]:
        plan = ot.partial.partial_wasserstein(a, b, cost, m=share, numItermax=MOST_EXCHANGES)
        return plan, 0, abs(plan.sum() - share) < 1e-9

    flat, _, optimal = _each(problems, plan)
    return _given_back(problems, flat, None, problems.unmatched(flat), optimal)


def entropic_partial(problems: Problems, share: float, epsilon: float, tolerance: float, most: int) -> Plans:
    """Entropic partial plans, by `ot.partial.entropic_partial_wasserstein` in the log domain."""

    def plan(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, int, bool]:
        plan, log = ot.partial.entropic_partial_wasserstein(
            a, b, cost, epsilon, m=share, method="sinkhorn_log", numItermax=most, stopThr=tolerance, log=True
        )
        excess = np.maximum(plan.sum(1) - a, 0).sum() + np.maximum(plan.sum(0) - b, 0).sum()
        settled = log["err"][-1] <= tolerance
        iterations = LOOK_EVERY * (len(log["err"]) - 1) + 1 if settled else most
        return plan, iterations, bool(settled and excess < tolerance)

    flat, iterations, converged = _each(problems, plan)
    return _given_back(problems, flat, iterations, problems.unmatched(flat), converged)


def _each(problems: Problems, solve: SolveOne) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flat plans, iterations, and whether each converged. POT sees no token of weight 0, by which it would divide.

    Raises:
        ValueError: POT gives a plan that is not finite.
    """
    plans = np.zeros_like(problems.costs)
    iterations, converged = np.empty(len(problems.shapes), np.int64), np.empty(len(problems.shapes), bool)
    for number, (matrix, (cost, a, b)) in enumerate(zip(problems.cut(plans), problems, strict=True)):
        rows, columns = a > 0, b > 0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what POT warns of is seen in its result
            plan, iterations[number], converged[number] = solve(
                np.ascontiguousarray(cost[np.ix_(rows, columns)]), a[rows], b[columns]
            )
        if not np.isfinite(plan).all():
            raise ValueError(
                f"problem {number}: POT's plan is not finite; take a larger epsilon, or solver 'own'"
            )
        matrix[np.ix_(rows, columns)] = plan
    return plans, iterations, converged


def _given_back(
    problems: Problems, flat: np.ndarray, iterations: Any, errors: np.ndarray, converged: np.ndarray
) -> Plans:
    """Flat plans in the kind of the costs."""
    matrices = problems.matrices(flat)
    return Plans(matrices, problems.objective(flat), errors, iterations, converged, None)
