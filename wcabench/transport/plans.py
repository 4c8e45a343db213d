"""One call for the plans of many small problems: exact, or with an entropic term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import torch


@dataclass(frozen=True)
class Plans:
    """Couplings with uniform marginals, and how far each can be trusted.

    Attributes:
        plans: [n_s, n_t] a problem, float32, on the device of its cost.
        cost: sum_ij T_ij C_ij of each. [problems]
        marginal_error: L1 violation of the row marginals of each; the column marginals are exact. [problems]
        iterations: of each; rounds of augmenting paths for exact plans. [problems]
        converged: marginal error below the tolerance. [problems]
        source_potentials: f of each source token: argmax_i T_ij = argmax_i f_i - C_ij; a dual optimum for exact plans.
    """

    plans: list[torch.Tensor]
    cost: np.ndarray
    marginal_error: np.ndarray
    iterations: np.ndarray
    converged: np.ndarray
    source_potentials: list[torch.Tensor]


def solve(
    costs: Sequence[torch.Tensor],
    *,
    epsilon: float | None = None,
    tolerance: float = 1e-4,
    max_iterations: int = 2000,
) -> Plans:
    """Transport plans between uniform marginals 1/n_s and 1/n_t (eqs. 1 and 5).

    Args:
        costs: [n_s, n_t] a problem; n_s, n_t >= 1; finite.
        epsilon: weight of the entropy in units of the cost; None: the exact plan (float64).
        tolerance: L1 violation of the row marginals at which Sinkhorn stops.
        max_iterations: Sinkhorn gives up after so many; the plan is then returned with `converged` False.

    Raises:
        ValueError: an empty or non-finite cost matrix, or an epsilon that is not positive.
    """
    for number, cost in enumerate(costs):
        if cost.dim() != 2 or 0 in cost.shape or not bool(cost.isfinite().all()):
            raise ValueError(
                f"cost {number}: wanted a finite matrix [n_s, n_t], got shape {tuple(cost.shape)}"
            )
    # Methods import from here at their top, and `wcabench list` imports every method: NumPy and torch must wait.
    from wcabench.transport import solvers

    costs = [cost.detach() for cost in costs]
    if epsilon is None or not costs:
        return solvers.exact(costs)
    if not epsilon > 0:
        raise ValueError(f"epsilon {epsilon} is not positive; None means the exact plan")
    if costs[0].is_cuda:
        return solvers.entropic_batched(costs, epsilon, tolerance, max_iterations)
    return solvers.entropic_ragged(costs, epsilon, tolerance, max_iterations)
