"""The arrays that the compiled passes read and write.

A cell is one (target word, source word) of one sentence pair. Cells are ordered by sentence, then by target word: cell
= start of the sentence + j * n + i. Each distinct (source word, target word) of the corpus has a slot. The slots of
one source word are adjacent and form a row. The slot of each cell is stored, so that the passes need no lookup. The
null word occurs with every target word, so its single row is the target vocabulary. The prior depends only on a
sentence's two lengths, its shape; it is stored once for each distinct shape.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Integers = npt.NDArray[np.integer[Any]]
Doubles = npt.NDArray[np.float64]


class Layout(NamedTuple):
    """Positions of the sentences' words, cells and slots.

    Attributes:
        target: target word numbers of all sentences: [target words].
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
        prior: p(i | j) times 1 - probability of the null word: the [m, n] blocks, one after another.
        null_prior: probability of the null word: [shapes].
        features: negative distance of each cell from the diagonal: the [m, n] blocks, one after another.
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
        counts: summed posteriors of the current pass: [slots].
    """

    rows: Longs
    values: Doubles
    counts: Doubles
