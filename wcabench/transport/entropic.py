"""Sinkhorn's algorithm on many ragged problems, compiled: no padding, no interpreter between problems."""

import numpy as np

from wcabench.compiled import compiled

FloatArray = np.ndarray

# Beyond these, scalings are near the ends of float64.
LEAST, MOST = 1e-290, 1e290


@compiled
def sinkhorn_ragged(
    costs: FloatArray,
    shapes: FloatArray,
    source: FloatArray,
    target: FloatArray,
    epsilon: float,
    weight: float,
    tolerance: float,
    max_iterations: int,
    plans: FloatArray,
    potentials: FloatArray,
    errors: FloatArray,
    iterations: FloatArray,
) -> None:
    """Entropic plans of problems laid end to end (eq. 5 with an entropic term; Cuturi 2013; Chizat et al. 2018).

    Each problem runs on the kernel exp(-(C - row minimum) / epsilon) in float64, and is done over in the log domain
    where that kernel runs out of range, so that no value is ever NaN. Soft marginals are met in the log domain.

    Args:
        costs: all matrices, flattened row by row, one after the other; float64.
        shapes: [problems, 2], n_s and n_t of each.
        source: weights of the source tokens, end to end; each problem's sum to one.
        target: likewise.
        epsilon: weight of the entropy, in units of the cost.
        weight: of the KL divergence of each side's marginals, in units of the cost; infinite: they are met.
        tolerance: stop when the row sums differ by less than this, L1, from the marginals (from those that are optimal
            beside the column potentials, where they are soft); columns are exact.
        max_iterations: give up after so many.
        plans: out, like `costs`.
        potentials: out, f of each source token, end to end; minus infinity for one of weight 0.
        errors: out, that L1 difference.
        iterations: out.
    """
    at = row_at = column_at = 0
    for problem in range(len(shapes)):
        n_s, n_t = shapes[problem]
        cost = costs[at : at + n_s * n_t].reshape(n_s, n_t)
        plan = plans[at : at + n_s * n_t].reshape(n_s, n_t)
        a, b = source[row_at : row_at + n_s], target[column_at : column_at + n_t]
        f = potentials[row_at : row_at + n_s]
        ok, error, count = False, np.inf, 0
        if np.isinf(weight):
            ok, error, count = _kernel_domain(cost, a, b, epsilon, tolerance, max_iterations, plan, f)
        if not ok:
            error, count = _log_domain(cost, a, b, epsilon, weight, tolerance, max_iterations, plan, f)
        errors[problem] = error
        iterations[problem] = count
        at += n_s * n_t
        row_at += n_s
        column_at += n_t


@compiled
def _kernel_domain(
    cost: FloatArray,
    a: FloatArray,
    b: FloatArray,
    epsilon: float,
    tolerance: float,
    max_iterations: int,
    plan: FloatArray,
    f: FloatArray,
) -> tuple[bool, float, int]:
    """(whether the kernel stayed in range, row violation, iterations)."""
    n_s, n_t = cost.shape
    lowest, rows, columns = _kernel(cost, epsilon)
    u, v, row, column = np.ones(n_s), np.ones(n_t), np.empty(columns.shape[1]), np.empty(rows.shape[1])
    error = _row_violation(columns, a, u, v, row)
    count = 0
    # The product K v of the violation is the one that the next iteration divides by: it is done once.
    while count < max_iterations and (count == 0 or error >= tolerance):
        _divide(a, row, u)
        _weighted_sum(rows, u, column)
        if not _divide(b, column, v):
            return False, np.inf, 0
        error = _row_violation(columns, a, u, v, row)
        count += 1
    for i in range(n_s):
        if a[i] > 0 and not LEAST < u[i] < MOST:
            return False, np.inf, 0
        f[i] = epsilon * np.log(u[i]) + lowest[i]
        for j in range(n_t):
            plan[i, j] = u[i] * rows[i, j] * v[j]
    return np.isfinite(error), error, count


@compiled
def _kernel(cost: FloatArray, epsilon: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Row minima, and the kernel by rows and by columns.

    Both have zeros up to a whole number of vector registers, so that no loop over a row has a rest.
    """
    n_s, n_t = cost.shape
    lowest = np.empty(n_s)
    rows, columns = np.zeros((n_s, n_t + -n_t % 8)), np.zeros((n_t, n_s + -n_s % 8))
    for i in range(n_s):
        lowest[i] = np.inf
        for j in range(n_t):
            lowest[i] = min(lowest[i], cost[i, j])
        for j in range(n_t):
            rows[i, j] = columns[j, i] = np.exp(-(cost[i, j] - lowest[i]) / epsilon)
    return lowest, rows, columns


@compiled
def _row_violation(
    columns: FloatArray, a: FloatArray, u: FloatArray, v: FloatArray, row: FloatArray
) -> float:
    """L1 violation of the row marginals a; `row` is left holding K v, from the columns of K."""
    _weighted_sum(columns, v, row)
    error = 0.0
    for i in range(len(u)):
        error += abs(u[i] * row[i] - a[i])
    return error


@compiled
def _weighted_sum(matrix: FloatArray, weights: FloatArray, total: FloatArray) -> None:
    """The rows of a matrix, weighted and added, four at a time.

    Such a loop runs in vector registers; one over scalar products does only where sums may be reordered.
    """
    n, m = matrix.shape
    for j in range(m):
        total[j] = 0.0
    fours = n - n % 4
    for i in range(0, fours, 4):
        p, q, r, s = weights[i], weights[i + 1], weights[i + 2], weights[i + 3]
        for j in range(m):
            total[j] += p * matrix[i, j] + q * matrix[i + 1, j] + r * matrix[i + 2, j] + s * matrix[i + 3, j]
    for i in range(fours, n):
        p = weights[i]
        for j in range(m):
            total[j] += p * matrix[i, j]


@compiled
def _divide(marginal: FloatArray, total: FloatArray, scaling: FloatArray) -> bool:
    """Scale one side to its marginal; whether the totals are in range."""
    fine = True
    for k in range(len(scaling)):
        fine &= (total[k] > LEAST) & (total[k] < MOST)
        scaling[k] = marginal[k] / total[k]
    return fine


@compiled
def _log_domain(
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
    """(row violation, iterations). The potential of a token of weight 0 is minus infinity, and its plan exactly 0."""
    n_s, n_t = cost.shape
    transposed = np.empty((n_t, n_s))
    for i in range(n_s):
        for j in range(n_t):
            transposed[j, i] = cost[i, j]
    g = np.zeros(n_t)
    # Soft marginals take a part of the step that would meet them.
    part = 1.0 / (1.0 + epsilon / weight)
    error, count = np.inf, 0
    while count < max_iterations and error >= tolerance:
        count += 1
        for i in range(n_s):
            f[i] = epsilon * (np.log(a[i]) - part * _log_sum_exp(g, cost[i], epsilon))
        for j in range(n_t):
            g[j] = epsilon * (np.log(b[j]) - part * _log_sum_exp(f, transposed[j], epsilon))
        error = 0.0
        for i in range(n_s):
            total = 0.0
            for j in range(n_t):
                plan[i, j] = np.exp((f[i] + g[j] - cost[i, j]) / epsilon)
                total += plan[i, j]
            if a[i] > 0:
                error += abs(total - a[i] * np.exp((epsilon * np.log(a[i]) - f[i]) / weight))
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
