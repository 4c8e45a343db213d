"""What stands above the caption of a comparison: the conclusion first, whatever was found."""

import dataclasses

from wcabench.reports.difference import MethodDifference
from wcabench.reports.findings import findings
from wcabench.scoring.significance import Comparison, EffectSize

NULL = Comparison(
    n_common_seeds=5,
    difference=0.2,
    low=-0.3,
    high=0.7,
    p_t=0.5,
    p_randomisation=0.5,
    p_seeds=0.5,
    attainable_p=0.0625,
    effect=EffectSize(5, 0.2, 0.8, 0.2, 0.2),
)


def difference(method: str, pair: str, p: float = 1.0, p_sentences: float = 1.0, family: int = 6, **changed):
    result = dataclasses.replace(NULL, **changed)
    return MethodDifference(method, "none", pair, result, p, family, p_sentences)


def test_where_nothing_is_real_that_is_said_first_and_the_rest_is_one_sentence() -> None:
    given = [difference(method, pair) for method in ("a", "b") for pair in ("en-de", "en-es", "en-nl")]
    given[1] = difference("a", "en-es", p=0.191, low=0.1)
    given[5] = difference("b", "en-nl", p=0.06, p_sentences=0.01)
    assert findings(given) == (
        "none of 6 differences to none is real (p < .05 after Holm over 6).",
        "no difference found, p after Holm in brackets: a on en-de (1), en-es (.191) and en-nl (1); "
        "b on en-de (1), en-es (1) and en-nl (.060).",
        "over sentences alone these would pass, over seeds x sentences they do not: b on en-nl.",
        "the intervals of these comparisons alone would exclude 0: a on en-es.",
    )


def test_real_differences_come_before_those_of_one_seed_and_those_that_are_not_found() -> None:
    real = difference("b", "en-de", p=0.004, difference=1.2, low=0.3, high=2.1)
    one_seed = difference("c", "en-de", p=0.004, n_common_seeds=1, low=0.1)
    given = [difference("a", "en-de"), one_seed, real]
    conclusion, *rest = findings(given)
    assert conclusion == "1 of 3 differences to none is real (p < .05 after Holm over 6)."
    assert rest == [real.sentence(), one_seed.sentence(), given[0].sentence()]


def test_a_single_difference_needs_no_conclusion() -> None:
    alone = difference("a", "en-de")
    assert findings([alone]) == (alone.sentence(),)


def test_every_difference_is_named_however_many_there_are() -> None:
    given = [
        difference(f"m{number}", "en-nl", p=0.0004 if number % 3 else 1.0, low=0.1) for number in range(30)
    ]
    text = " ".join(findings(given))
    assert all(f"{each.method} " in text for each in given)
    assert text.startswith("20 of 30 differences to none are real")
