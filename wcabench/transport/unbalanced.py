"""Sinkhorn's algorithm with soft marginals on many ragged problems, compiled, in the log domain."""

import numpy as np

from wcabench.compiled import compiled

FloatArray = np.ndarray


@compiled
def unbalanced_ragged(
    costs: FloatArray,
    shapes: FloatArray,
    source: FloatArray,
    target: FloatArray,
    epsilon: float,
    marginal_weight: float,
    tolerance: float,
    max_iterations: int,
    plans: FloatArray,
    potentials: FloatArray,
    errors: FloatArray,
    iterations: FloatArray,
) -> None:
    """Entropic plans of problems laid end to end, their marginals held by KL penalties (Chizat et al. 2018).

    Args:
        costs: all matrices, flattened row by row, one after the other; float64.
        shapes: [problems, 2], n_s and n_t of each.
        source: weights of the source tokens, end to end; each problem's sum to one.
        target: likewise.
        epsilon: weight of KL(T | source x target), in units of the cost.
        marginal_weight: of the KL divergence of each side's marginals, in units of the cost.
        tolerance: stop when the row sums differ by less than this, L1, from those that are optimal beside the column
            potentials; column sums are optimal beside the row potentials.
        max_iterations: give up after so many.
        plans: out, like `costs`.
        potentials: out, f of each source token, end to end; minus infinity for one of weight 0.
        errors: out, that L1 difference.
        iterations: out.
    """
    at = row_at = column_at = 0
    for problem in range(len(shapes)):
        n_s, n_t = shapes[problem]
        errors[problem], iterations[problem] = _sinkhorn(
            costs[at : at + n_s * n_t].reshape(n_s, n_t),
            source[row_at : row_at + n_s],
            target[column_at : column_at + n_t],
            epsilon,
            marginal_weight,
            tolerance,
            max_iterations,
            plans[at : at + n_s * n_t].reshape(n_s, n_t),
            potentials[row_at : row_at + n_s],
        )
        at += n_s * n_t
        row_at += n_s
        column_at += n_t


@compiled
def _sinkhorn(
    cost: FloatArray,
    a: FloatArray,
    b: FloatArray,
    epsilon: float,
    weight: float,
    tolerance: float,
    max_iterations: int,
    plan: FloatArray,
    f: FloatArray,
) -> tuple[float, int]:
    """(optimality error of the row sums, iterations); T_ij = exp((f_i + g_j - C_ij) / epsilon)."""
    n_s, n_t = cost.shape
    g = epsilon * np.log(b)
    log_a, log_b = np.log(a), np.log(b)
    # Soft marginals take a part of the step that would meet them: all of it where their weight is infinite.
    part = 1.0 / (1.0 + epsilon / weight)
    error, count = np.inf, 0
    while count < max_iterations and error >= tolerance:
        count += 1
        for i in range(n_s):
            f[i] = epsilon * (log_a[i] - part * _log_sum_exp((g - cost[i]) / epsilon))
        for j in range(n_t):
            g[j] = epsilon * (log_b[j] - part * _log_sum_exp((f - cost[:, j]) / epsilon))
        error = 0.0
        for i in range(n_s):
            plan[i] = np.exp((f[i] + g - cost[i]) / epsilon)
            if a[i] > 0:
                error += abs(plan[i].sum() - a[i] * np.exp((epsilon * log_a[i] - f[i]) / weight))
    return error, count


@compiled
def _log_sum_exp(values: FloatArray) -> float:
    top = values.max()
    return float(top + np.log(np.exp(values - top).sum()))
