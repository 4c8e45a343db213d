"""What the page on growing work is made of."""

from itertools import islice

import growth
import pytest


def test_the_slope_is_the_exponent_of_a_power():
    assert growth.slope([1, 2, 4, 8], [3, 12, 48, 192]) == pytest.approx(2)
    assert growth.slope([8, 16, 32], [5, 5, 5]) == pytest.approx(0)


def test_sentences_have_the_pieces_that_are_asked_for():
    model = growth.embedded_model()
    for pieces in (8, 64):
        pairs = list(islice(growth.sentences_of(model, pieces), 20))
        assert len(pairs) == 20
        for pair in pairs:
            for words in (pair.source, pair.target):
                assert sum(map(len, model.table.pieces(words))) <= max(
                    pieces, len(model.table.pieces(words)[0])
                )
        total = sum(sum(map(len, model.table.pieces(pair.source))) for pair in pairs)
        assert 0.8 * pieces < total / 20 <= pieces


@pytest.mark.slow
def test_a_step_is_timed_and_its_memory_read():
    milliseconds, memory = growth.alone(growth.Size(pairs=2, pieces=8, layers=4, vocabulary=20_000))
    assert milliseconds > 0
    assert memory > 100


def test_a_table_ends_with_the_slopes():
    lines = growth.table("pairs a step", ["step, ms"], [8, 16], [[1.5], [3000]]).splitlines()
    assert lines[2:] == [
        "| pairs a step | step, ms |",
        "|---:|---:|",
        "| 8 | 1.5 |",
        "| 16 | 3,000 |",
        "| **slope** | **10.97** |",
    ]
