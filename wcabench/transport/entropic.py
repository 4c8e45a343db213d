"""Sinkhorn's algorithm on many ragged problems, compiled: no padding, no interpreter between problems.

A plan is scale * diag(u) K diag(v), where K = exp(-C / epsilon). Each iteration takes the best row scalings u for the
column scalings v, and then the best v for this u (Chizat et al. 2018, algorithm 1). What the best scalings are depends
on the marginals:

- held: the sums are the weights (Cuturi 2013).
- soft: a KL divergence of the sums from the weights costs `marginal_weight`.
- partial: no sum is above its weight, and all mass together is `share` (Benamou et al. 2015, section 3.2). The scale is
  chosen together with the scalings of each side, so that after every step the mass is the share.

`entropic_log` does the same in the log domain. A compiled function calls none of another file (see
`wcabench.compiled`), so the two share no function.
"""

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
    marginal_weight: float,
    share: float,
    tolerance: float,
    max_iterations: int,
    plans: FloatArray,
    potentials: FloatArray,
    errors: FloatArray,
    iterations: FloatArray,
    in_range: FloatArray,
) -> None:
    """Entropic plans of problems laid end to end (eq. 5 with an entropic term), in float64.

    Args:
        costs: all matrices, flattened row by row, one after the other; float64.
        shapes: [problems, 2], n_s and n_t of each.
        source: weights of the source tokens, end to end; each problem's sum to one.
        target: likewise.
        epsilon: weight of the entropy, in units of the cost.
        marginal_weight: of the KL divergence of each side's sums, in units of the cost; infinite: not soft.
        share: mass to move, in (0, 1]; 1: not partial. It is not below 1 where `marginal_weight` is finite.
        tolerance: stop when the row sums differ by less than this, L1, from the sums that the next iteration would
            give them; the column sums are those that are best for these rows.
        max_iterations: give up after so many.
        plans: out, like `costs`.
        potentials: out, f of each source token, end to end; minus infinity for one of weight 0.
        errors: out, that L1 difference.
        iterations: out.
        in_range: out, whether the kernel of each problem stayed within float64; nothing else is to be read of one
            that did not.
    """
    at = row_at = column_at = 0
    for problem in range(len(shapes)):
        n_s, n_t = shapes[problem]
        in_range[problem], errors[problem], iterations[problem] = _solve(
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
) -> tuple[bool, float, int]:
    """(whether the kernel stayed in range, L1 difference of the row sums, iterations)."""
    n_s, n_t = cost.shape
    lowest, rows, columns = _kernel(cost, epsilon)
    u, v, row_sums, column_sums = np.ones(n_s), np.ones(n_t), np.empty(n_s), np.empty(n_t)
    kernel_v, kernel_u = np.empty(columns.shape[1]), np.empty(rows.shape[1])
    row_factors, column_factors = _factors(lowest, epsilon, marginal_weight, share), np.ones(n_t)
    scale = 1.0
    error, count = np.inf, 0
    _weighted_sum(columns, v, kernel_v)
    # The product K v of the error is the one that the next iteration divides by: it is done once.
    while count < max_iterations and error >= tolerance:
        _scale(a, kernel_v, row_factors, epsilon, marginal_weight, share, u, row_sums)
        _weighted_sum(rows, u, kernel_u)
        fine, scale = _scale(b, kernel_u, column_factors, epsilon, marginal_weight, share, v, column_sums)
        if not fine:
            return False, np.inf, 0
        _weighted_sum(columns, v, kernel_v)
        error = 0.0
        for i in range(n_s):
            error += abs(scale * u[i] * kernel_v[i] - row_sums[i])
        count += 1
    for i in range(n_s):
        if a[i] > 0 and not LEAST < u[i] < MOST:
            return False, np.inf, 0
        f[i] = epsilon * np.log(u[i]) + lowest[i]
        for j in range(n_t):
            plan[i, j] = scale * u[i] * rows[i, j] * v[j]
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
def _factors(lowest: FloatArray, epsilon: float, marginal_weight: float, share: float) -> FloatArray:
    """What the row minima that the kernel leaves out mean for the row scalings of `_scale`, [n_s].

    Soft: each scaling's factor. Partial: the scaling of a row that gives less than its weight, up to a common factor,
    which the scale makes up for.
    """
    factors = np.ones(len(lowest))
    least = np.inf
    for i in range(len(lowest)):
        least = min(least, lowest[i])
    for i in range(len(lowest)):
        if np.isfinite(marginal_weight):
            factors[i] = np.exp(-lowest[i] / (marginal_weight + epsilon))
        elif share < 1.0:
            factors[i] = np.exp(-(lowest[i] - least) / epsilon)
    return factors


@compiled
def _scale(
    weights: FloatArray,
    products: FloatArray,
    factors: FloatArray,
    epsilon: float,
    marginal_weight: float,
    share: float,
    scaling: FloatArray,
    sums: FloatArray,
) -> tuple[bool, float]:
    """The best scalings of one side, given the other's.

    Args:
        weights: of the tokens of this side, [n].
        products: of the kernel and the other side's scalings, [n or more].
        factors: of `_factors`; ones for the columns. [n]
        epsilon: weight of the entropy.
        marginal_weight: of soft marginals.
        share: of partial plans.
        scaling: out, [n].
        sums: out, what each token gives or takes with these scalings, [n].

    Returns:
        Whether the products are in range, and the scale of the plan.
    """
    fine, scale = True, 1.0
    for k in range(len(scaling)):
        fine &= (products[k] > LEAST) & (products[k] < MOST)
    if np.isfinite(marginal_weight):
        # Soft marginals take a part of the step that would meet them.
        part = 1.0 / (1.0 + epsilon / marginal_weight)
        for k in range(len(scaling)):
            scaling[k] = weights[k] * factors[k] / products[k] ** part
            sums[k] = scaling[k] * products[k]
    elif share < 1.0:
        scale = _filled(weights, products, factors, share)
        for k in range(len(scaling)):
            scaling[k] = min(factors[k], weights[k] / (scale * products[k]))
            sums[k] = scale * scaling[k] * products[k]
    else:
        for k in range(len(scaling)):
            scaling[k] = weights[k] / products[k]
            sums[k] = weights[k]
    return fine, scale


@compiled
def _filled(weights: FloatArray, products: FloatArray, factors: FloatArray, share: float) -> float:
    """The scale at which sum_k min(weight_k, scale * factor_k * product_k) is the share.

    Newton's method from below: the sum is concave and piecewise linear in the scale, so that no step goes too far, and
    each but the last fills a token more.
    """
    scale, filled_before = 0.0, -1
    while True:
        missing, slope, filled = share, 0.0, 0
        for k in range(len(weights)):
            given = factors[k] * products[k]
            if scale * given < weights[k]:
                slope += given
            else:
                missing -= weights[k]
                filled += 1
        # Where rounding fills all that is needed, nothing is missing.
        if filled == filled_before or missing <= 0.0 or slope == 0.0:
            return scale
        scale, filled_before = missing / slope, filled


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
