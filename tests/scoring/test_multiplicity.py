import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from wcabench.errors import UserError
from wcabench.scoring.multiplicity import adjust, benjamini_hochberg, holm

PVALUES = st.lists(st.floats(0, 1), max_size=12)


def test_holm_equals_an_example_by_hand() -> None:
    """Sorted .005, .01, .03, .04 times 4, 3, 2, 1 is .02, .03, .06, .04; the last may not fall below .06."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([0.2]) == [0.2]
    assert holm([]) == benjamini_hochberg([]) == []


@given(PVALUES)
def test_holm_rejects_what_the_step_down_rule_rejects(pvalues: list[float]) -> None:
    rejected = set()
    for rank, i in enumerate(sorted(range(len(pvalues)), key=pvalues.__getitem__)):
        if pvalues[i] * (len(pvalues) - rank) > 0.05:
            break
        rejected.add(i)
    assert {i for i, p in enumerate(holm(pvalues)) if p <= 0.05} == rejected


@given(PVALUES.filter(len))
def test_benjamini_hochberg_equals_scipy(pvalues: list[float]) -> None:
    assert benjamini_hochberg(pvalues) == pytest.approx(false_discovery_control(pvalues).tolist())


@given(PVALUES)
def test_adjusted_values_keep_the_order_and_holm_is_never_the_smaller(pvalues: list[float]) -> None:
    for p, bh, h in zip(pvalues, benjamini_hochberg(pvalues), holm(pvalues), strict=True):
        assert p <= bh + 1e-12
        assert bh <= h + 1e-12 <= 1 + 1e-12
    assert sorted(holm(pvalues)) == pytest.approx(holm(sorted(pvalues)))


@pytest.mark.parametrize("bad", [[0.1, 1.2], [-0.1], [float("nan")]])
def test_what_is_no_p_value_is_refused(bad: list[float]) -> None:
    for correct in (holm, benjamini_hochberg):
        with pytest.raises(ValueError, match="p values"):
            correct(bad)


def test_adjusted_values_keep_their_keys_and_name_their_family() -> None:
    p = {("wca-hard", "en-nl"): 0.01, ("fastalign", "en-nl"): 0.04}
    family = "every method against none"
    by_holm, by_rate = adjust(p, family), adjust(p, family, "benjamini-hochberg")
    assert by_holm.pvalues == pytest.approx(dict(zip(p, holm(list(p.values())), strict=True)))
    assert by_rate.pvalues == pytest.approx({**p, ("wca-hard", "en-nl"): 0.02})
    assert str(by_holm) == "Holm over 2 comparisons (every method against none)"
    assert str(by_rate) == "Benjamini-Hochberg over 2 comparisons (every method against none)"
    assert str(adjust({1: 0.5}, "one")) == "Holm over 1 comparison (one)"


def test_a_family_without_a_name_and_an_unknown_correction_are_errors() -> None:
    with pytest.raises(UserError, match="name the family"):
        adjust({1: 0.5}, " ")
    with pytest.raises(UserError, match="holm and benjamini-hochberg"):
        adjust({1: 0.5}, "all", "bonferroni")  # type: ignore[arg-type]
