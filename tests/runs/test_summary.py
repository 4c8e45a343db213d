import statistics

from hypothesis import given
from hypothesis import strategies as st

from wcabench.runs.summary import summarise


def test_failed_cells_count_for_nothing() -> None:
    rows = summarise([("p", "a", 50.0), ("p", "a", None), ("p", "b", None), ("p", "a", 52.0)])
    assert rows == [
        {"pair": "p", "method": "a", "n": 2, "mean": 51.0, "std": statistics.stdev([50, 52])},
        {"pair": "p", "method": "b", "n": 0, "mean": None, "std": None},
    ]


@given(st.lists(st.floats(0, 100), min_size=1))
def test_one_seed_has_no_deviation(values: list[float]) -> None:
    (row,) = summarise(("p", "m", value) for value in values)
    assert row["n"] == len(values) and (row["std"] is None) == (len(values) == 1)
