"""How the benchmarks time two sides in turn."""

import sys

import interleaving
import numpy as np


class Clock:
    """Moves by what the work says it took."""

    def __init__(self):
        self.now = 0.0
        self.calls = []

    def work(self, name, seconds):
        def call():
            self.calls.append(name)
            self.now += seconds * (1 + self.calls.count(name))  # everything gets slower, on both sides alike

        return call


def test_sides_take_turns_and_the_first_round_does_not_count():
    clock = Clock()
    ours, theirs = interleaving.interleave(
        clock.work("ours", 1), clock.work("peer", 3), rounds=4, clock=lambda: clock.now
    )
    assert clock.calls == ["ours", "peer"] * 5
    assert ours.tolist() == [3, 4, 5, 6]
    np.testing.assert_allclose(theirs / ours, 3)


def test_a_ratio_is_that_of_the_rounds_with_its_quartiles():
    ratio = interleaving.Ratio("exact", "a loop", np.array([1, 1, 2, 2.0]), np.array([2, 4, 12, 20.0]))
    assert ratio.quartiles() == (3.5, 5.0, 7.0)
    assert ratio.row() == "| exact | a loop | 1.5e+03 | 8e+03 | **5** | 3.5-7 | 4 |  |"


def test_work_is_taken_in_turn_over_and_over():
    seen = []
    call = interleaving.in_turn(seen.append, "ab")
    for _ in range(3):
        call()
    assert seen == ["a", "b", "a"]


def test_the_clock_counts_children_that_have_ended():
    import subprocess

    before = interleaving.cpu_seconds()
    subprocess.run([sys.executable, "-c", "sum(range(3_000_000))"], check=True)
    assert interleaving.cpu_seconds() - before > 0.02
