"""Sinkhorn in the log domain in torch: for tensors on a GPU, and where a gradient flows through the iterations."""

from collections.abc import Sequence

import torch

PADDING = -1e30
# The error is computed once in so many iterations: each time the GPU is waited for.
LOOK_EVERY = 10


def sinkhorn_log(
    costs: Sequence[torch.Tensor],
    epsilon: float,
    tolerance: float,
    max_iterations: int,
    source: Sequence[torch.Tensor] | None = None,
    target: Sequence[torch.Tensor] | None = None,
) -> tuple[list[torch.Tensor], list[torch.Tensor], torch.Tensor, int]:
    """Entropic plans, batched with masks; differentiable when the costs are.

    f_i = eps (log u_i - LSE_j((g_j - C_ij) / eps)), then g likewise, so that columns are exact.

    Args:
        costs: [n_s, n_t] per problem, all on one device.
        epsilon: weight of the entropy, in units of the cost.
        tolerance: stop when the largest L1 violation of the row marginals is below this; checked every tenth time.
        max_iterations: give up after so many.
        source: [n_s] per problem, weights that sum to one; None: uniform. A token of weight 0 is left out.
        target: [n_t] per problem, likewise.

    Returns:
        The plans, the source potentials f (minus infinity for a token of weight 0), the L1 row violation of each
        problem, and the iterations run.
    """
    sides = [_uniform(costs, side) if w is None else w for side, w in enumerate((source, target))]
    height, width = (max(cost.shape[side] for cost in costs) for side in (0, 1))
    cost = torch.stack(
        [torch.nn.functional.pad(c, (0, width - c.shape[1], 0, height - c.shape[0])) for c in costs]
    )
    log_u, no_row = _log_marginal(sides[0], height)
    log_v, no_column = _log_marginal(sides[1], width)
    f, g, error, count = torch.zeros_like(log_u), torch.zeros_like(log_v), torch.zeros_like(log_u[:, 0]), 0
    # Padding, and tokens of weight 0, are kept out of every sum by a score far below that of any real token.
    real_row, real_column = no_row == 0, no_column == 0
    for count in range(1, max_iterations + 1):
        f = epsilon * (log_u - torch.logsumexp((g[:, None, :] - cost) / epsilon + no_column[:, None, :], 2))
        g = epsilon * (log_v - torch.logsumexp((f[:, :, None] - cost) / epsilon + no_row[:, :, None], 1))
        if count % LOOK_EVERY and count < max_iterations:
            continue
        plan = _plan(f, g, cost, epsilon, real_row, real_column)
        error = ((plan.detach().sum(2) - log_u.exp()) * real_row).abs().sum(1)
        if bool((error < tolerance).all()):
            break
    sizes = [c.shape for c in costs]
    plans = [plan[k, :n_s, :n_t] for k, (n_s, n_t) in enumerate(sizes)]
    f = f.masked_fill(~real_row, -torch.inf)
    return plans, [f[k, :n_s] for k, (n_s, _) in enumerate(sizes)], error, count


def _uniform(costs: Sequence[torch.Tensor], side: int) -> list[torch.Tensor]:
    return [cost.new_full((cost.shape[side],), 1 / cost.shape[side]) for cost in costs]


def _log_marginal(weights: Sequence[torch.Tensor], width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Log of the marginals, 0 for padding, and the score that keeps padding out of sums; both [problems, width]."""
    padded = torch.stack([torch.nn.functional.pad(w, (0, width - len(w))) for w in weights])
    out = padded == 0
    return padded.masked_fill(out, 1).log(), torch.zeros_like(padded).masked_fill(out, PADDING)


def _plan(
    f: torch.Tensor,
    g: torch.Tensor,
    cost: torch.Tensor,
    epsilon: float,
    rows: torch.Tensor,
    columns: torch.Tensor,
) -> torch.Tensor:
    # No entry of a plan is above 1; the bound holds also where rounding would exceed it.
    exponent = ((f[:, :, None] + g[:, None, :] - cost) / epsilon).clamp(max=0)
    return torch.where(rows[:, :, None] & columns[:, None, :], exponent.exp(), 0)
