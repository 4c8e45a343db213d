"""The arrays that the compiled passes read and write.

A cell is one (target word, source word) of one sentence pair. Cells lie sentence by sentence, target-major:
cell = start of the sentence + j * n + i. Each distinct (source word, target word) of the corpus has a slot;
the slots of one source word lie side by side, as a row, and a cell knows its slot, so that the passes
need no lookup. The null word meets every target word: its one row is the target vocabulary. The prior depends on
a sentence's two lengths alone, its shape: it is a table over the distinct shapes.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Integers = npt.NDArray[np.integer[Any]]
Doubles = npt.NDArray[np.float64]


class Layout(NamedTuple):
    """Where everything is.

    Attributes:
        target: target word numbers, end to end: [target words].
        offsets: first target word of each sentence: [sentences + 1].
        cells: first cell of each sentence: [sentences + 1].
        slots: slot of each cell: [cells].
        shape_of: row of each sentence in `Shapes.lengths`: [sentences].
    """

    target: Ints
    offsets: Longs
    cells: Longs
    slots: Integers
    shape_of: Longs


class Shapes(NamedTuple):
    """The distinct lengths, and the prior of each.

    Attributes:
        lengths: (target length m, source length n): [shapes, 2].
        starts: first entry of each shape's [m, n] block in `prior` and `features`: [shapes].
        repeats: sentences of each shape: [shapes].
        prior: p(i | j) with the share of the null word taken off: the [m, n] blocks, end to end.
        null_prior: probability of the null word: [shapes].
        features: how far each cell lies off the diagonal: the [m, n] blocks, end to end.
    """

    lengths: Longs
    starts: Longs
    repeats: Longs
    prior: Doubles
    null_prior: Doubles
    features: Doubles


class Table(NamedTuple):
    """Translation probabilities.

    Attributes:
        rows: first slot of each source word: [source words + 1].
        values: t(target word | source word): [slots].
        counts: summed posteriors of the pass that runs: [slots].
    """

    rows: Longs
    values: Doubles
    counts: Doubles
