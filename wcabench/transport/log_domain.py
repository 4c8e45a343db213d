"""Sinkhorn in the log domain in torch: for tensors on a GPU, and where a gradient flows through the iterations."""

from collections.abc import Sequence

import torch

PADDING = -1e30


def sinkhorn_log(
    costs: Sequence[torch.Tensor], epsilon: float, tolerance: float, max_iterations: int
) -> tuple[list[torch.Tensor], list[torch.Tensor], torch.Tensor, int]:
    """Entropic plans with uniform marginals, batched with masks; differentiable when the costs are.

    f_i = eps (log u_i - LSE_j((g_j - C_ij) / eps)), then g likewise, so that columns are exact.

    Args:
        costs: [n_s, n_t] a problem, all on one device.
        epsilon: weight of the entropy, in units of the cost.
        tolerance: stop when the largest L1 violation of the row marginals is below this.
        max_iterations: give up after so many.

    Returns:
        the plans, the source potentials f, the L1 row violation of each problem, and the iterations run.
    """
    rows = torch.tensor([c.shape[0] for c in costs], device=costs[0].device)
    columns = torch.tensor([c.shape[1] for c in costs], device=costs[0].device)
    height, width = int(rows.max()), int(columns.max())
    cost = torch.stack(
        [torch.nn.functional.pad(c, (0, width - c.shape[1], 0, height - c.shape[0])) for c in costs]
    )
    log_u, no_row = _log_marginal(rows, height, cost)
    log_v, no_column = _log_marginal(columns, width, cost)
    f, g, error, count = torch.zeros_like(log_u), torch.zeros_like(log_v), torch.zeros_like(log_u[:, 0]), 0
    # Tokens that only pad are kept out of every sum by a score that no real one comes near.
    real_row, real_column = no_row == 0, no_column == 0
    for count in range(1, max_iterations + 1):  # noqa: B007 (returned)
        f = epsilon * (log_u - torch.logsumexp((g[:, None, :] - cost) / epsilon + no_column[:, None, :], 2))
        g = epsilon * (log_v - torch.logsumexp((f[:, :, None] - cost) / epsilon + no_row[:, :, None], 1))
        plan = _plan(f, g, cost, epsilon, real_row, real_column)
        error = ((plan.detach().sum(2) - log_u.exp()) * real_row).abs().sum(1)
        if bool((error < tolerance).all()):
            break
    sizes = [c.shape for c in costs]
    plans = [plan[k, :n_s, :n_t] for k, (n_s, n_t) in enumerate(sizes)]
    return plans, [f[k, :n_s] for k, (n_s, _) in enumerate(sizes)], error, count


def _log_marginal(sizes: torch.Tensor, width: int, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Log of the uniform marginals and the score of padding, [problems, width] each."""
    log_marginal = -sizes[:, None].to(like.dtype).log().expand(-1, width)
    padding = torch.arange(width, device=sizes.device) >= sizes[:, None]
    return log_marginal, torch.zeros_like(log_marginal).masked_fill(padding, PADDING)


def _plan(
    f: torch.Tensor,
    g: torch.Tensor,
    cost: torch.Tensor,
    epsilon: float,
    rows: torch.Tensor,
    columns: torch.Tensor,
) -> torch.Tensor:
    exponent = (f[:, :, None] + g[:, None, :] - cost) / epsilon
    return torch.where(rows[:, :, None] & columns[:, None, :], exponent.exp(), 0)
