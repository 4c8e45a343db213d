"""Five hundred damaged files, each read rightly or refused in one line; `python tests/fuzz_readers.py N` tries more."""

import random

import pytest
from fuzz_readers import TARGETS, fuzz

INPUTS = 25  # of each reader


@pytest.mark.parametrize("name", TARGETS)
def test_a_file_that_is_in_order_is_read(tmp_path, name):
    target = TARGETS[name]
    for file, raw in target.files.items():
        (tmp_path / file).write_bytes(raw)

    class AsItIs(random.Random):
        """Options as the file has them: the first choice, and never the rare one."""

        def random(self) -> float:
            return 0.5

        def choice(self, seq):  # type: ignore[no-untyped-def]
            return seq[0]

    target.read(tmp_path, AsItIs())


def test_damaged_files_are_read_rightly_or_refused_in_one_line():
    tallies = fuzz(range(INPUTS * len(TARGETS)), seed=2)
    assert [failure for tally in tallies.values() for failure in tally.failures] == []
    assert sum(tally.read + tally.refused for tally in tallies.values()) == INPUTS * len(TARGETS) >= 500
    assert all(tally.read for tally in tallies.values()), "some are read, so that the checks check something"
