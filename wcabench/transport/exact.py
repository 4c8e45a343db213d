"""Exact transport plans of many ragged problems, compiled: a primal-dual method, no interpreter between problems.

Each round finds the shortest paths in reduced costs from all rows with mass left to all columns with room (Dijkstra),
makes them free by moving the dual potentials, and sends mass along every one of them (Ford & Fulkerson's primal-dual
method for the transportation problem; a first guess as in Jonker & Volgenant 1987). Masses are whole numbers of some
unit (of 1/lcm(n_s, n_t) where the marginals are uniform): the method ends, and the marginals are exact.
"""

import numpy as np

from wcabench.compiled import compiled

FloatArray = np.ndarray


@compiled
def exact_ragged(
    costs: FloatArray,
    shapes: FloatArray,
    supplies: FloatArray,
    demands: FloatArray,
    units: FloatArray,
    plans: FloatArray,
    potentials: FloatArray,
    rounds: FloatArray,
) -> None:
    """Optimal plans of problems laid end to end (eq. 1).

    Args:
        costs: all matrices, flattened row by row, one after the other; float64.
        shapes: [problems, 2], n_s and n_t of each.
        supplies: whole units of mass of each source token, end to end; used up.
        demands: of each target token; their sum is that of the supplies; used up.
        units: mass of one unit, of each problem.
        plans: out, like `costs`.
        potentials: out, an optimal dual value f of each source token, end to end.
        rounds: out, rounds of each problem.
    """
    at = row_at = column_at = 0
    for problem in range(len(shapes)):
        n_s, n_t = shapes[problem]
        cost = costs[at : at + n_s * n_t].reshape(n_s, n_t)
        plan = plans[at : at + n_s * n_t].reshape(n_s, n_t)
        supply, demand = supplies[row_at : row_at + n_s], demands[column_at : column_at + n_t]
        flow, f, count = _transport(cost, supply, demand)
        plan[:] = flow.T * units[problem]
        potentials[row_at : row_at + n_s] = f
        rounds[problem] = count
        at += n_s * n_t
        row_at += n_s
        column_at += n_t


@compiled
def _transport(
    cost: FloatArray, supply: FloatArray, demand: FloatArray
) -> tuple[FloatArray, FloatArray, int]:
    """(flow [n_t, n_s] in whole units, row potentials, rounds); rows with nothing to give are idle."""
    n_s, n_t = cost.shape
    f, g = np.zeros(n_s), np.empty(n_t)
    flow = np.zeros((n_t, n_s), dtype=np.int64)
    _take_cheapest(cost, g, supply, demand, flow)
    _give_cheapest(cost, f, g, supply, demand, flow)
    distance, open_at, before = np.empty(n_t), np.empty(n_t), np.empty(n_t)
    reached, via = np.empty(n_s), np.empty(n_s, dtype=np.int64)
    order = np.empty(n_t, dtype=np.int64)
    left, count = supply.sum(), 0
    while left > 0:
        ends = _shortest(cost, f, g, supply, demand, flow, distance, open_at, before, reached, via, order)
        for k in range(ends):
            left -= _augment(order[k], supply, demand, flow, before, via)
        count += 1
    return flow, f, count


@compiled
def _take_cheapest(
    cost: FloatArray, g: FloatArray, supply: FloatArray, demand: FloatArray, flow: FloatArray
) -> None:
    """Column potentials are the columns' minima; each column takes what its cheapest row still has."""
    n_s, n_t = cost.shape
    cheapest = np.zeros(n_t, dtype=np.int64)
    g[:] = cost[0]
    for i in range(1, n_s):
        for j in range(n_t):
            if cost[i, j] < g[j]:
                g[j] = cost[i, j]
                cheapest[j] = i
    for j in range(n_t):
        i = cheapest[j]
        moved = min(supply[i], demand[j])
        flow[j, i] += moved
        supply[i] -= moved
        demand[j] -= moved


@compiled
def _give_cheapest(
    cost: FloatArray, f: FloatArray, g: FloatArray, supply: FloatArray, demand: FloatArray, flow: FloatArray
) -> None:
    """A row that gave nothing yet raises its potential to its cheapest column, and gives what that still takes."""
    n_s, n_t = cost.shape
    given = np.zeros(n_s, dtype=np.bool_)
    for j in range(n_t):
        for i in range(n_s):
            if flow[j, i] > 0:
                given[i] = True
    for i in range(n_s):
        if given[i]:
            continue
        best = 0
        for j in range(1, n_t):
            if cost[i, j] - g[j] < cost[i, best] - g[best]:
                best = j
        f[i] = cost[i, best] - g[best]
        moved = min(supply[i], demand[best])
        flow[best, i] += moved
        supply[i] -= moved
        demand[best] -= moved


@compiled
def _shortest(
    cost: FloatArray,
    f: FloatArray,
    g: FloatArray,
    supply: FloatArray,
    demand: FloatArray,
    flow: FloatArray,
    distance: FloatArray,
    open_at: FloatArray,
    before: FloatArray,
    reached: FloatArray,
    via: FloatArray,
    order: FloatArray,
) -> int:
    """Shortest paths from the rows with mass left to every column with room; potentials move so that they are free.

    Writes for each column the row it is reached from (`before`; in float64, so that the loop over columns stays in
    vector registers), for each row the column that it is reached from (`via`; -1 for rows with mass left), and the
    columns with room, nearest first (`order`); returns their number.
    """
    n_s, n_t = cost.shape
    rooms = 0
    for j in range(n_t):
        open_at[j] = np.inf
        rooms += demand[j] > 0
    reached[:] = np.inf  # a row not reached; reduced costs may round to a little below 0
    via[:] = -1
    far, others = np.empty(n_s, dtype=np.int64), 0  # the rows that are not reached yet
    for i in range(n_s):
        if supply[i] > 0:
            reached[i] = 0.0
            _relax(cost[i], g, -f[i], float(i), open_at, before)
        else:
            far[others] = i
            others += 1
    distance[:] = np.inf
    found, length = 0, 0.0
    while found < rooms and others > 0:
        column = _nearest(open_at)
        length = open_at[column]
        distance[column] = length
        open_at[column] = -np.inf
        if demand[column] > 0:
            order[found] = column
            found += 1
        still = 0
        for k in range(others):
            i = far[k]
            if flow[column, i] > 0:
                reached[i] = length
                via[i] = column
                _relax(cost[i], g, length - f[i], float(i), open_at, before)
            else:
                far[still] = i
                still += 1
        others = still
    if found < rooms:
        length = _rest(open_at, demand, distance, order, found)
    g += np.minimum(distance, length)
    f -= np.minimum(reached, length)
    return rooms


@compiled
def _rest(
    open_at: FloatArray, demand: FloatArray, distance: FloatArray, order: FloatArray, found: int
) -> float:
    """Every row is reached, so what is known of the columns is final: the other ones with room, nearest first."""
    first = found
    for j in range(len(open_at)):
        if open_at[j] == -np.inf:
            continue
        distance[j] = open_at[j]
        if demand[j] > 0:
            k = found
            while k > first and distance[order[k - 1]] > distance[j]:
                order[k] = order[k - 1]
                k -= 1
            order[k] = j
            found += 1
    return float(distance[order[found - 1]])


@compiled
def _nearest(open_at: FloatArray) -> int:
    """The column of least distance among those that are not final."""
    column, length = 0, np.inf
    for j in range(len(open_at)):
        if -np.inf < open_at[j] < length:
            length = open_at[j]
            column = j
    return column


@compiled
def _relax(
    row: FloatArray, g: FloatArray, base: float, number: float, open_at: FloatArray, before: FloatArray
) -> None:
    """Columns that are nearer through this row; a final column, at minus infinity, is never."""
    for j in range(len(row)):
        through = row[j] - g[j] + base
        nearer = through < open_at[j]
        before[j] = number if nearer else before[j]
        open_at[j] = through if nearer else open_at[j]


@compiled
def _augment(
    end: int, supply: FloatArray, demand: FloatArray, flow: FloatArray, before: FloatArray, via: FloatArray
) -> int:
    """Push what the path to the column `end` carries, and return it: none where paths of the round before took it."""
    moved, row = int(demand[end]), int(before[end])
    while via[row] >= 0:
        moved = min(moved, int(flow[via[row], row]))
        row = int(before[via[row]])
    moved = min(moved, int(supply[row]))
    if moved == 0:
        return 0
    supply[row] -= moved
    demand[end] -= moved
    column = end
    while True:
        row = int(before[column])
        flow[column, row] += moved
        column = via[row]
        if column < 0:
            return moved
        flow[column, row] -= moved
