"""Sinkhorn's algorithm on many ragged problems, compiled: no padding, no interpreter between problems."""

import numpy as np
from numba import njit

FloatArray = np.ndarray


@njit(cache=True)
def sinkhorn_ragged(
    costs: FloatArray,
    shapes: FloatArray,
    epsilon: float,
    tolerance: float,
    max_iterations: int,
    plans: FloatArray,
    potentials: FloatArray,
    errors: FloatArray,
    iterations: FloatArray,
) -> None:
    """Entropic plans of problems laid end to end (eq. 5 with an entropic term; Cuturi 2013), uniform marginals.

    Each problem runs on the kernel exp(-(C - row minimum) / epsilon) in float64, and is done over in the log domain
    where that kernel runs out of range, so that no value is ever NaN.

    Args:
        costs: all matrices, flattened row by row, one after the other.
        shapes: [problems, 2], n_s and n_t of each.
        epsilon: weight of the entropy, in units of the cost.
        tolerance: stop when the L1 violation of the row marginals is below this; columns are exact.
        max_iterations: give up after so many.
        plans: out, like `costs`.
        potentials: out, f of each source token, end to end.
        errors: out, L1 violation of the row marginals.
        iterations: out.
    """
    at = row_at = 0
    for problem in range(len(shapes)):
        n_s, n_t = shapes[problem]
        cost = costs[at : at + n_s * n_t].reshape(n_s, n_t).astype(np.float64)
        plan = plans[at : at + n_s * n_t].reshape(n_s, n_t)
        f = potentials[row_at : row_at + n_s]
        ok, error, count = _kernel_domain(cost, epsilon, tolerance, max_iterations, plan, f)
        if not ok:
            error, count = _log_domain(cost, epsilon, tolerance, max_iterations, plan, f)
        errors[problem] = error
        iterations[problem] = count
        at += n_s * n_t
        row_at += n_s


@njit(cache=True)
def _kernel_domain(
    cost: FloatArray, epsilon: float, tolerance: float, max_iterations: int, plan: FloatArray, f: FloatArray
) -> tuple[bool, float, int]:
    n_s, n_t = cost.shape
    lowest = np.empty(n_s)
    kernel = np.empty((n_s, n_t))
    for i in range(n_s):
        lowest[i] = cost[i].min()
        for j in range(n_t):
            kernel[i, j] = np.exp(-(cost[i, j] - lowest[i]) / epsilon)
    u, v, row, column = np.ones(n_s), np.ones(n_t), np.empty(n_s), np.empty(n_t)
    error, count = np.inf, 0
    for count in range(1, max_iterations + 2):
        error = 0.0
        for i in range(n_s):
            total = 0.0
            for j in range(n_t):
                total += kernel[i, j] * v[j]
            row[i] = total
            error += abs(u[i] * total - 1.0 / n_s)
        if count > 1 and (error < tolerance or count == max_iterations + 1):
            break
        column[:] = 0.0
        for i in range(n_s):
            u[i] = 1.0 / (n_s * row[i])
            for j in range(n_t):
                column[j] += u[i] * kernel[i, j]
        for j in range(n_t):
            if not (column[j] > 1e-290 and column[j] < 1e290):
                return False, np.inf, 0
            v[j] = 1.0 / (n_t * column[j])
    for i in range(n_s):
        if not (u[i] > 1e-290 and u[i] < 1e290):
            return False, np.inf, 0
        f[i] = epsilon * np.log(u[i]) + lowest[i]
        for j in range(n_t):
            plan[i, j] = u[i] * kernel[i, j] * v[j]
    return np.isfinite(error), error, count - 1


@njit(cache=True)
def _log_domain(
    cost: FloatArray, epsilon: float, tolerance: float, max_iterations: int, plan: FloatArray, f: FloatArray
) -> tuple[float, int]:
    n_s, n_t = cost.shape
    g = np.zeros(n_t)
    error, count = np.inf, 0
    f[:] = 0.0
    for count in range(1, max_iterations + 1):
        for i in range(n_s):
            f[i] = -epsilon * (_log_sum_exp((g - cost[i]) / epsilon) + np.log(n_s))
        for j in range(n_t):
            g[j] = -epsilon * (_log_sum_exp((f - cost[:, j]) / epsilon) + np.log(n_t))
        error = 0.0
        for i in range(n_s):
            error += abs(np.exp((f[i] + g - cost[i]) / epsilon).sum() - 1.0 / n_s)
        if error < tolerance:
            break
    for i in range(n_s):
        for j in range(n_t):
            plan[i, j] = np.exp((f[i] + g[j] - cost[i, j]) / epsilon)
    return error, count


@njit(cache=True)
def _log_sum_exp(values: FloatArray) -> float:
    top = values.max()
    return float(top + np.log(np.exp(values - top).sum()))
