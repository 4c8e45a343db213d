"""Sinkhorn's algorithm on many ragged problems, compiled: no padding, no interpreter between problems."""

import numpy as np

from wcabench.compiled import compiled

FloatArray = np.ndarray


@compiled
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


@compiled
def _kernel_domain(
    cost: FloatArray, epsilon: float, tolerance: float, max_iterations: int, plan: FloatArray, f: FloatArray
) -> tuple[bool, float, int]:
    """(whether the kernel stayed in range, row violation, iterations)."""
    n_s, n_t = cost.shape
    lowest, kernel = _kernel(cost, epsilon)
    u, v, row = np.ones(n_s), np.ones(n_t), np.empty(n_s)
    error = _row_violation(kernel, u, v, row)
    count = 0
    # The product K v of the violation is the one that the next iteration divides by: it is done once.
    while count < max_iterations and (count == 0 or error >= tolerance):
        if not _scale(kernel, row, u, v):
            return False, np.inf, 0
        error = _row_violation(kernel, u, v, row)
        count += 1
    if not _in_range(u):
        return False, np.inf, 0
    f[:] = epsilon * np.log(u) + lowest
    for i in range(n_s):
        plan[i] = u[i] * kernel[i] * v
    return np.isfinite(error), error, count


@compiled
def _kernel(cost: FloatArray, epsilon: float) -> tuple[FloatArray, FloatArray]:
    lowest, kernel = np.empty(len(cost)), np.empty(cost.shape)
    for i in range(len(cost)):
        lowest[i] = cost[i].min()
        kernel[i] = np.exp(-(cost[i] - lowest[i]) / epsilon)
    return lowest, kernel


@compiled
def _row_violation(kernel: FloatArray, u: FloatArray, v: FloatArray, row: FloatArray) -> float:
    """L1 violation of the row marginals; `row` is left holding K v."""
    error = 0.0
    for i in range(len(u)):
        total = 0.0
        for j in range(len(v)):
            total += kernel[i, j] * v[j]
        row[i] = total
        error += abs(u[i] * total - 1.0 / len(u))
    return error


@compiled
def _scale(kernel: FloatArray, row: FloatArray, u: FloatArray, v: FloatArray) -> bool:
    """One iteration, rows then columns; whether the columns stayed in range."""
    column = np.zeros(len(v))
    for i in range(len(u)):
        u[i] = 1.0 / (len(u) * row[i])
        for j in range(len(v)):
            column[j] += u[i] * kernel[i, j]
    for j in range(len(v)):
        v[j] = 1.0 / (len(v) * column[j])
    return _in_range(column)


@compiled
def _in_range(values: FloatArray) -> bool:
    return bool(np.all((values > 1e-290) & (values < 1e290)))


@compiled
def _log_domain(
    cost: FloatArray, epsilon: float, tolerance: float, max_iterations: int, plan: FloatArray, f: FloatArray
) -> tuple[float, int]:
    n_s, n_t = cost.shape
    g = np.zeros(n_t)
    error, count = np.inf, 0
    f[:] = 0.0
    while count < max_iterations and error >= tolerance:
        count += 1
        for i in range(n_s):
            f[i] = -epsilon * (_log_sum_exp((g - cost[i]) / epsilon) + np.log(n_s))
        for j in range(n_t):
            g[j] = -epsilon * (_log_sum_exp((f - cost[:, j]) / epsilon) + np.log(n_t))
        error = 0.0
        for i in range(n_s):
            error += abs(np.exp((f[i] + g - cost[i]) / epsilon).sum() - 1.0 / n_s)
    for i in range(n_s):
        plan[i] = np.exp((f[i] + g - cost[i]) / epsilon)
    return error, count


@compiled
def _log_sum_exp(values: FloatArray) -> float:
    top = values.max()
    return float(top + np.log(np.exp(values - top).sum()))
