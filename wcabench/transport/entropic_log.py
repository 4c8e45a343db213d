"""Sinkhorn's algorithm in the log domain on many ragged problems, compiled: where the kernel of `entropic` underflows.

Slower by an exponential a cell and iteration, and in range for every epsilon: no value is ever NaN.
"""

import numpy as np

from wcabench.compiled import compiled

FloatArray = np.ndarray


@compiled
def sinkhorn_ragged_log(
    costs: FloatArray,
    shapes: FloatArray,
    source: FloatArray,
    target: FloatArray,
    epsilon: float,
    marginal_weight: float,
    share: float,
    tolerance: float,
    max_iterations: int,
    plans: FloatArray,
    potentials: FloatArray,
    errors: FloatArray,
    iterations: FloatArray,
    solved: FloatArray,
) -> None:
    """As `entropic.sinkhorn_ragged`, in the log domain, for the problems that are not `solved` yet."""
    at = row_at = column_at = 0
    for problem in range(len(shapes)):
        n_s, n_t = shapes[problem]
        if not solved[problem]:
            errors[problem], iterations[problem] = _solve(
                costs[at : at + n_s * n_t].reshape(n_s, n_t),
                source[row_at : row_at + n_s],
                target[column_at : column_at + n_t],
                epsilon,
                marginal_weight,
                share,
                tolerance,
                max_iterations,
                plans[at : at + n_s * n_t].reshape(n_s, n_t),
                potentials[row_at : row_at + n_s],
            )
        at += n_s * n_t
        row_at += n_s
        column_at += n_t


@compiled
def _solve(
    cost: FloatArray,
    a: FloatArray,
    b: FloatArray,
    epsilon: float,
    marginal_weight: float,
    share: float,
    tolerance: float,
    max_iterations: int,
    plan: FloatArray,
    f: FloatArray,
) -> tuple[float, int]:
    """(L1 difference of the row sums, iterations).

    The potential of a token of weight 0 is minus infinity, and its part of the plan exactly 0.
    """
    n_s, n_t = cost.shape
    transposed = np.empty((n_t, n_s))
    for i in range(n_s):
        for j in range(n_t):
            transposed[j, i] = cost[i, j]
    g, row_sums, column_sums = np.zeros(n_t), np.empty(n_s), np.empty(n_t)
    log_kernel_v, log_kernel_u = np.empty(n_s), np.empty(n_t)
    error, count = np.inf, 0
    while count < max_iterations and error >= tolerance:
        count += 1
        for i in range(n_s):
            log_kernel_v[i] = _log_sum_exp(g, cost[i], epsilon)
        _log_scale(a, log_kernel_v, epsilon, marginal_weight, share, f, row_sums)
        for j in range(n_t):
            log_kernel_u[j] = _log_sum_exp(f, transposed[j], epsilon)
        log_scale = _log_scale(b, log_kernel_u, epsilon, marginal_weight, share, g, column_sums)
        error = 0.0
        for i in range(n_s):
            total = 0.0
            for j in range(n_t):
                plan[i, j] = np.exp((f[i] + g[j] - cost[i, j]) / epsilon + log_scale)
                total += plan[i, j]
            error += abs(total - row_sums[i])
    return error, count


@compiled
def _log_sum_exp(potentials: FloatArray, costs: FloatArray, epsilon: float) -> float:
    """The logarithm of sum exp((potentials - costs) / epsilon)."""
    top, total = -np.inf, 0.0
    for k in range(len(costs)):
        top = max(top, (potentials[k] - costs[k]) / epsilon)
    for k in range(len(costs)):
        total += np.exp((potentials[k] - costs[k]) / epsilon - top)
    return float(top + np.log(total))


@compiled
def _log_scale(
    weights: FloatArray,
    log_products: FloatArray,
    epsilon: float,
    marginal_weight: float,
    share: float,
    potentials: FloatArray,
    sums: FloatArray,
) -> float:
    """As `entropic._scale`, in the log domain: a potential is epsilon times the logarithm of a scaling.

    Returns:
        The logarithm of the plan's scale.
    """
    log_scale = 0.0
    part = 1.0 / (1.0 + epsilon / marginal_weight)
    if share < 1.0:
        log_scale = _log_filled(weights, log_products, share)
    for k in range(len(weights)):
        if share < 1.0:
            potentials[k] = min(0.0, epsilon * (np.log(weights[k]) - log_scale - log_products[k]))
        else:
            potentials[k] = epsilon * (np.log(weights[k]) - part * log_products[k])
        if np.isinf(marginal_weight) and share == 1.0:
            sums[k] = weights[k]
        else:
            sums[k] = np.exp(potentials[k] / epsilon + log_products[k] + log_scale)
    return log_scale


@compiled
def _log_filled(weights: FloatArray, log_products: FloatArray, share: float) -> float:
    """As `entropic._filled`, of logarithms; all factors are 1 here."""
    log_scale, filled_before = -np.inf, -1
    while True:
        missing, top, filled = share, -np.inf, 0
        for k in range(len(weights)):
            if log_scale + log_products[k] < np.log(weights[k]):
                top = max(top, log_products[k])
            else:
                missing -= weights[k]
                filled += 1
        if filled == filled_before or missing <= 0.0 or filled == len(weights):
            return log_scale
        total = 0.0
        for k in range(len(weights)):
            if log_scale + log_products[k] < np.log(weights[k]):
                total += np.exp(log_products[k] - top)
        log_scale, filled_before = np.log(missing / total) - top, filled
