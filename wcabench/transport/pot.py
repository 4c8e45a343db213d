"""The same plans from POT (Flamary et al. 2021), one call per problem: a solver independent of this package's.

Where POT has several variants, this takes one whose plans are right at every epsilon, or can be seen to be wrong. At
epsilon 0.01 its entropic partial solver outside the log domain, and its stabilised unbalanced one, give wrong plans
without a word. Errors and convergence are measured on the plan, as for this package's solvers.
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
# POT's entropic partial solver records its error once in so many iterations.
RECORD_EVERY = 10

# (cost, source weights, target weights) -> (plan, iterations, whether it converged).
SolveOne = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, int, bool]]


def exact(problems: Problems) -> Plans:
    """Optimal plans, by `ot.emd`."""

    def solve_one(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, int, bool]:
        plan, log = ot.emd(a, b, cost, numItermax=MOST_EXCHANGES, log=True)
        return plan, 0, log["warning"] is None

    flat, _, optimal = _each(problems, solve_one)
    return _given_back(problems, flat, None, problems.row_errors(flat), optimal)


def entropic(problems: Problems, epsilon: float, tolerance: float, most: int) -> Plans:
    """Entropic plans, by `ot.sinkhorn` in the log domain."""

    def solve_one(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, int, bool]:
        # Transposed: POT's last step meets the sums of the rows, this package's those of the columns.
        plan, log = ot.sinkhorn(
            b,
            a,
            np.ascontiguousarray(cost.T),
            epsilon,
            method="sinkhorn_log",
            numItermax=most,
            stopThr=tolerance / len(a) ** 0.5,  # POT takes the L2 norm
            log=True,
        )
        return plan.T, log["niter"] + 1, True  # niter counts from 0

    flat, iterations, _ = _each(problems, solve_one)
    errors = problems.row_errors(flat)
    return _given_back(problems, flat, iterations, errors, errors < tolerance)


def unbalanced(
    problems: Problems, epsilon: float, marginal_weight: float, tolerance: float, most: int
) -> Plans:
    """Unbalanced plans, by `ot.unbalanced.sinkhorn_unbalanced`."""

    def solve_one(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, int, bool]:
        plan, log = ot.unbalanced.sinkhorn_unbalanced(
            a, b, cost, epsilon, marginal_weight, reg_type="kl", numItermax=most, stopThr=tolerance, log=True
        )
        # The row sums right after the last step of the source scalings; the last step of the target's changed them.
        row_sums = a * np.exp(-epsilon / marginal_weight * log["logu"])
        return plan, len(log["err"]), bool(np.abs(plan.sum(1) - row_sums).sum() < tolerance)

    flat, iterations, converged = _each(problems, solve_one)
    return _given_back(problems, flat, iterations, problems.unmatched(flat), converged)


def partial(problems: Problems, share: float) -> Plans:
    """Exact partial plans, by `ot.partial.partial_wasserstein`."""

    def solve_one(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, int, bool]:
        plan = ot.partial.partial_wasserstein(a, b, cost, m=share, numItermax=MOST_EXCHANGES)
        return plan, 0, abs(plan.sum() - share) < 1e-9

    flat, _, optimal = _each(problems, solve_one)
    return _given_back(problems, flat, None, problems.unmatched(flat), optimal)


def entropic_partial(problems: Problems, share: float, epsilon: float, tolerance: float, most: int) -> Plans:
    """Entropic partial plans, by `ot.partial.entropic_partial_wasserstein` in the log domain."""

    def solve_one(cost: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, int, bool]:
        plan, log = ot.partial.entropic_partial_wasserstein(
            a, b, cost, epsilon, m=share, method="sinkhorn_log", numItermax=most, stopThr=tolerance, log=True
        )
        excess = np.maximum(plan.sum(1) - a, 0).sum() + np.maximum(plan.sum(0) - b, 0).sum()
        settled = log["err"][-1] <= tolerance
        iterations = RECORD_EVERY * (len(log["err"]) - 1) + 1 if settled else most
        return plan, iterations, bool(settled and excess < tolerance)

    flat, iterations, converged = _each(problems, solve_one)
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
            warnings.simplefilter("ignore")  # convergence is measured on the plan
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
