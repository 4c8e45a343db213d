"""Exact transport plans of many ragged problems, compiled: a network simplex, no interpreter between problems.

The simplex of the transportation problem (Dantzig 1951) keeps a spanning tree of tokens whose links carry all mass, and
dual values that make the cost of each of its links theirs. A link outside the tree that costs less than its duals
enters, mass goes round the cycle that it closes, and the link of the cycle that runs dry leaves. Vogel's approximation
(Reinfeld & Vogel 1958), of the rows alone, gives the first tree. Masses are whole numbers of some unit (of
1/lcm(n_s, n_t) where the marginals are uniform), so the marginals are exact; beside the units each carries multiples of
an infinitesimal (Charnes 1952), chosen so that no link of a tree is ever empty: each exchange lowers the cost, and the
method ends.
"""

from typing import NamedTuple

import numpy as np

from wcabench.compiled import compiled

FloatArray = np.ndarray
IntArray = np.ndarray

# Rows that are searched for the best entering link: with more rows there are fewer exchanges, but each takes longer.
BLOCK = 4
# A link enters if it is cheaper by more than this share of the largest cost, which is far above the duals' rounding.
TOLERANCE = 1e-13


class Tree(NamedTuple):
    """A spanning tree of the tokens, rows first, under node 0; -1 is no node. All [n], but `flow`.

    Attributes:
        parent: of each node.
        depth: links between it and node 0.
        child: its first child.
        following: the next child of its parent.
        previous: the child of its parent before it.
        flow: mass on the link to its parent, units and infinitesimals. [n, 2]
        dual: its dual value; that of node 0 is 0.
    """

    parent: IntArray
    depth: IntArray
    child: IntArray
    following: IntArray
    previous: IntArray
    flow: IntArray
    dual: FloatArray


@compiled
def exact_ragged(
    costs: FloatArray,
    shapes: IntArray,
    supplies: IntArray,
    demands: IntArray,
    units: FloatArray,
    plans: FloatArray,
    potentials: FloatArray,
    exchanges: IntArray,
) -> None:
    """Optimal plans of problems laid end to end (eq. 1).

    Args:
        costs: all matrices, flattened row by row, one after the other; float64.
        shapes: [problems, 2], n_s and n_t of each.
        supplies: whole units of mass of each source token, end to end.
        demands: of each target token; their sum is that of the supplies.
        units: mass of one unit, of each problem.
        plans: out, like `costs`.
        potentials: out, an optimal dual value f of each source token, end to end.
        exchanges: out, links exchanged in each problem.
    """
    at = row_at = column_at = 0
    for problem in range(len(shapes)):
        n_s, n_t = shapes[problem]
        cost = costs[at : at + n_s * n_t].reshape(n_s, n_t)
        plan = plans[at : at + n_s * n_t].reshape(n_s, n_t)
        mass = _masses(supplies[row_at : row_at + n_s], demands[column_at : column_at + n_t])
        tree, exchanges[problem] = _transport(cost, mass)
        for i in range(n_s):
            potentials[row_at + i] = tree.dual[i]
            for j in range(n_t):
                plan[i, j] = 0.0
        for node in range(1, n_s + n_t):
            plan[_cell(node, tree.parent[node], n_s)] = tree.flow[node, 0] * units[problem]
        at += n_s * n_t
        row_at += n_s
        column_at += n_t


@compiled
def _masses(supply: IntArray, demand: IntArray) -> IntArray:
    """[n_s + n_t, 2]: units and infinitesimals of each token, rows first.

    Each row has n_t infinitesimals, each column 1, and the last column the rest. So no set of rows, unless it is empty
    or all of them, has exactly as much as a set of columns, and no link of a tree is empty.
    """
    n_s, n_t = len(supply), len(demand)
    mass = np.empty((n_s + n_t, 2), dtype=np.int64)
    for i in range(n_s):
        mass[i, 0], mass[i, 1] = supply[i], n_t
    for j in range(n_t):
        mass[n_s + j, 0], mass[n_s + j, 1] = demand[j], 1
    mass[n_s + n_t - 1, 1] = n_s * n_t - n_t + 1
    return mass


@compiled
def _transport(cost: FloatArray, mass: IntArray) -> tuple[Tree, int]:
    """(An optimal tree, the number of exchanges)."""
    n_s = len(cost)
    tree = _grow(cost, *_first_links(cost, mass))
    f, g = tree.dual[:n_s], tree.dual[n_s:]
    largest = 0.0
    for i in range(n_s):
        for j in range(len(g)):
            largest = max(largest, abs(cost[i, j]))
    tolerance = TOLERANCE * largest
    count = idle = i = 0
    while idle < n_s:
        most, row, price = -tolerance, n_s, 0.0  # no row yet
        for _ in range(BLOCK):
            low = _lowest(cost[i], g)
            if low - f[i] < most:
                most, row, price = low - f[i], i, low
            i = i + 1 if i + 1 < n_s else 0
        idle += BLOCK
        if row < n_s:
            column = 0
            while cost[row, column] - g[column] != price:
                column += 1
            _exchange(cost, row, n_s + column, tree)
            count += 1
            idle = 0
    return tree, count


@compiled
def _lowest(row: FloatArray, g: FloatArray) -> float:
    """Least of a row's costs less the columns' dual values."""
    low = np.inf
    for j in range(len(row)):
        low = min(low, row[j] - g[j])
    return low


@compiled
def _cell(node: int, other: int, n_s: int) -> tuple[int, int]:
    """Row and column of the link between two nodes."""
    return (node, other - n_s) if node < n_s else (other, node - n_s)


@compiled
def _less(masses: IntArray, a: int, b: int) -> bool:
    """Whether row a of [n, 2] masses is smaller than row b: by its units, then by its infinitesimals."""
    if masses[a, 0] != masses[b, 0]:
        return bool(masses[a, 0] < masses[b, 0])
    return bool(masses[a, 1] < masses[b, 1])


@compiled
def _first_links(cost: FloatArray, mass: IntArray) -> tuple[IntArray, IntArray]:
    """([n - 1, 2] nodes, [n - 1, 2] masses) of the links of the first tree; `mass` is left empty.

    Again and again, the row whose cheapest open column is cheaper than its second cheapest by most sends that column as
    much as it can. A column is open until its mass is used up.
    """
    n_s, n_t = cost.shape
    links, sent = np.empty((n_s + n_t - 1, 2), np.int64), np.empty((n_s + n_t - 1, 2), np.int64)
    rows, columns, open_columns = np.arange(n_s), np.arange(n_t), n_t
    cheapest, regret = np.empty(n_s, np.int64), np.empty(n_s)
    for i in range(n_s):
        cheapest[i], regret[i] = _cheapest(cost[i], columns, open_columns)
    givers = n_s
    for count in range(n_s + n_t - 1):
        k = 0
        for other in range(1, givers):
            if regret[rows[other]] > regret[rows[k]]:
                k = other
        i, j = rows[k], cheapest[rows[k]]
        links[count, 0], links[count, 1] = i, n_s + j
        emptied = _send(mass, i, n_s + j, sent, count)
        if emptied:
            givers -= 1
            rows[k] = rows[givers]
            continue
        open_columns -= 1
        for k in range(open_columns):
            if columns[k] == j:
                columns[k] = columns[open_columns]
        for k in range(givers):
            if cheapest[rows[k]] == j:
                cheapest[rows[k]], regret[rows[k]] = _cheapest(cost[rows[k]], columns, open_columns)
    return links, sent


@compiled
def _send(mass: IntArray, row: int, column: int, sent: IntArray, count: int) -> bool:
    """Move the smaller of two masses into row `count` of `sent`; True if the row has none left."""
    emptied = _less(mass, row, column)
    for part in range(2):
        given = mass[row if emptied else column, part]
        sent[count, part] = given
        mass[row, part] -= given
        mass[column, part] -= given
    return emptied


@compiled
def _cheapest(row: FloatArray, columns: IntArray, open_columns: int) -> tuple[int, float]:
    """(The cheapest of the first `open_columns` columns, how much more the second cheapest costs)."""
    at, low, second = -1, np.inf, np.inf
    for k in range(open_columns):
        price = row[columns[k]]
        if price < low:
            at, low, second = columns[k], price, low
        elif price < second:
            second = price
    return at, second - low if second < np.inf else 0.0


@compiled
def _grow(cost: FloatArray, links: IntArray, sent: IntArray) -> Tree:
    """The tree that consists of these links."""
    n = len(links) + 1
    none = np.full((4, n), -1)
    tree = Tree(
        none[0], np.zeros(n, np.int64), none[1], none[2], none[3], np.zeros((n, 2), np.int64), np.zeros(n)
    )
    last, before = np.full(n, -1), np.empty((n - 1, 2), np.int64)  # links of each node, last first
    for k in range(n - 1):
        for side in range(2):
            before[k, side] = last[links[k, side]]
            last[links[k, side]] = k
    queue, done, ready = np.zeros(n, np.int64), 0, 1
    while done < ready:
        node = queue[done]
        done += 1
        side = 0 if node < len(cost) else 1
        k = last[node]
        while k >= 0:
            other = links[k, 1 - side]
            if other != tree.parent[node]:
                _hang(other, node, tree)
                tree.flow[other, 0], tree.flow[other, 1] = sent[k, 0], sent[k, 1]
                _renew(cost, other, tree)
                queue[ready] = other
                ready += 1
            k = before[k, side]
    return tree


@compiled
def _exchange(cost: FloatArray, row: int, column: int, tree: Tree) -> None:
    """Let the link between two nodes enter the tree, and the link of its cycle that runs dry first leave it."""
    n_s, parent, depth, flow = len(cost), tree.parent, tree.depth, tree.flow
    # More mass into the column means less on the link above it, more on the next link up, and so on; likewise on the
    # row's side. The part of the tree below the leaving link is then hung from the other end of the entering link.
    row_side, column_side = row, column
    leaving, inside = -1, row
    while row_side != column_side:
        if depth[row_side] >= depth[column_side]:
            if row_side < n_s and (leaving < 0 or _less(flow, row_side, leaving)):
                leaving, inside = row_side, row
            row_side = parent[row_side]
        else:
            if column_side >= n_s and (leaving < 0 or _less(flow, column_side, leaving)):
                leaving, inside = column_side, column
            column_side = parent[column_side]
    units, ticks = flow[leaving, 0], flow[leaving, 1]
    for start in (row, column):
        node = start
        while node != row_side:
            sign = -1 if (node < n_s) == (start == row) else 1
            flow[node, 0] += sign * units
            flow[node, 1] += sign * ticks
            node = parent[node]
    node, above = inside, column if inside == row else row
    while True:  # reverse the links between the entering and the leaving one
        old, old_units, old_ticks = parent[node], flow[node, 0], flow[node, 1]
        _cut(node, tree)
        _hang(node, above, tree)
        flow[node, 0], flow[node, 1] = units, ticks
        if node == leaving:
            break
        above, node, units, ticks = node, old, old_units, old_ticks
    _renew(cost, inside, tree)


@compiled
def _hang(node: int, above: int, tree: Tree) -> None:
    """Make a node the first child of another."""
    tree.parent[node] = above
    tree.previous[node] = -1
    tree.following[node] = tree.child[above]
    if tree.child[above] >= 0:
        tree.previous[tree.child[above]] = node
    tree.child[above] = node


@compiled
def _cut(node: int, tree: Tree) -> None:
    """Take a node out of its parent's children."""
    before, after = tree.previous[node], tree.following[node]
    if before >= 0:
        tree.following[before] = after
    else:
        tree.child[tree.parent[node]] = after
    if after >= 0:
        tree.previous[after] = before


@compiled
def _renew(cost: FloatArray, top: int, tree: Tree) -> None:
    """Compute depths and dual values of a node and all below it anew, from its parent down: no rounding adds up."""
    n_s, parent, child, following, dual = len(cost), tree.parent, tree.child, tree.following, tree.dual
    node = top
    while True:
        above = parent[node]
        tree.depth[node] = tree.depth[above] + 1
        dual[node] = cost[_cell(node, above, n_s)] - dual[above]
        if child[node] >= 0:
            node = child[node]
            continue
        while node != top and following[node] < 0:
            node = parent[node]
        if node == top:
            return
        node = following[node]
