"""The aligner: against plain Python, on its edges, and its one-call form."""

import math
import subprocess
import sys
from itertools import pairwise
from typing import Any

import pytest
from garden import GARDEN
from hypothesis import given, settings
from hypothesis import strategies as st

from wcabench.errors import UserError
from wcabench.words import SYMMETRISATIONS, FastAlignModel, align, symmetrise_corpus

sentences = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6)
corpora = st.lists(st.tuples(sentences, sentences), min_size=1, max_size=8)


def test_maximum_likelihood_never_lowers_the_likelihood() -> None:
    options = FastAlignModel(variational_bayes=False, optimize_tension=False, iterations=12)
    likelihoods = [p.log_likelihood for p in options.fit(GARDEN).passes]
    assert all(b >= a - 1e-9 for a, b in pairwise(likelihoods[1:]))


def test_tension_is_fitted_from_the_second_pass_on_and_stays_in_its_range() -> None:
    passes = FastAlignModel(iterations=12).fit(GARDEN).passes
    assert [len(p.tensions) for p in passes] == [1, *[9] * 10, 1]
    assert [len(p.model_features) for p in passes] == [0, *[8] * 10, 0]
    assert all(0.1 <= t <= 14 for p in passes for t in p.tensions)
    assert all(a.tensions[-1] == b.tensions[0] for a, b in pairwise(passes))


def test_without_optimize_tension_it_stays() -> None:
    passes = FastAlignModel(optimize_tension=False, tension=3.0).fit(GARDEN).passes
    assert {t for p in passes for t in p.tensions} == {3.0}


def test_the_same_pairs_give_the_same_bits() -> None:
    assert FastAlignModel().fit(GARDEN) == FastAlignModel().fit(GARDEN)


@given(corpora)
@settings(max_examples=25)
def test_reverse_is_forward_of_swapped_pairs(pairs: list[tuple[list[str], list[str]]]) -> None:
    back = FastAlignModel(reverse=True).fit(pairs)
    swapped = FastAlignModel().fit([(target, source) for source, target in pairs])
    assert back.links == [tuple((j, i) for i, j in links) for links in swapped.links]
    assert back.passes == swapped.passes


def test_pairs_with_an_empty_side_get_no_links_and_change_nothing() -> None:
    holes = [([], ["x"]), *GARDEN[:3], (["x"], []), ([], []), *GARDEN[3:]]
    whole, full = FastAlignModel().fit(holes), FastAlignModel().fit(GARDEN)
    assert [whole.links[k] for k in (0, 4, 5)] == [(), (), ()]
    assert [links for k, links in enumerate(whole.links) if k not in (0, 4, 5)] == full.links
    assert whole.passes == full.passes


@pytest.mark.parametrize("pairs", [[], [([], [])], [([], ["a"]), (["b"], [])]])
def test_nothing_to_align_gives_no_links(pairs: list[tuple[list[str], list[str]]]) -> None:
    assert FastAlignModel().fit(pairs).links == [()] * len(pairs)
    assert align(pairs) == [()] * len(pairs)


def test_one_word_a_side_is_linked() -> None:
    assert FastAlignModel().fit([(["a"], ["b"])]).links == [((0, 0),)]


def test_one_iteration_only_decodes_and_follows_the_diagonal() -> None:
    found = FastAlignModel(iterations=1).fit([(list("abc"), list("xyz"))])
    assert found.links == [((0, 0), (1, 1), (2, 2))]
    assert len(found.passes) == 1


def test_length_ratio_is_the_mean_over_the_pairs() -> None:
    assert FastAlignModel().fit([(["a"], ["b", "c"]), (["a", "b"], ["c"])]).length_ratio == pytest.approx(
        1.25
    )


@pytest.mark.parametrize(
    "options",
    [
        {"iterations": 0},
        {"null_probability": 0.0},
        {"null_probability": 1.0},
        {"alpha": 0.0},
        {"alpha": math.nan},
        {"tension": 0.0},
        {"tension": 15.0},
    ],
)
def test_options_without_meaning_are_refused_by_name(options: dict[str, float]) -> None:
    with pytest.raises(UserError, match=next(iter(options))):
        FastAlignModel(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("item", ["ab", ("a b", "c d"), (["a"], ["b"], ["c"]), (["a"],)])
def test_what_is_no_pair_of_word_lists_is_refused_with_its_index(item: object) -> None:
    pairs: list[Any] = [(["a"], ["b"]), item]
    with pytest.raises(UserError, match="sentence pair 1: "):
        FastAlignModel().fit(pairs)
    with pytest.raises(UserError, match="sentence pair 1: "):
        align(pairs)


def test_underflow_is_an_error_that_names_alpha() -> None:
    many_sources = [(list(map(str, range(3000))), ["x", "y"])]
    with pytest.raises(UserError, match="raise alpha"):
        FastAlignModel(favor_diagonal=False, alpha=1e-9).fit(many_sources)


@pytest.mark.parametrize("how", SYMMETRISATIONS)
def test_align_is_both_directions_symmetrised(how: str) -> None:
    forward, reverse = FastAlignModel().fit(GARDEN).links, FastAlignModel(reverse=True).fit(GARDEN).links
    assert align(GARDEN, symmetrisation=how, lowercase=False) == symmetrise_corpus(forward, reverse, how)


def test_align_ignores_case_when_told() -> None:
    shouted = [([w.upper() for w in source], target) for source, target in GARDEN[:3]]
    mixed = [*shouted, *GARDEN[3:]]
    assert align(mixed) == align(GARDEN)
    alignment = align([(["A"], ["b"]), (["a"], ["B"])], lowercase=False, iterations=2)
    assert alignment == [((0, 0),), ((0, 0),)]


def test_align_refuses_an_unknown_symmetrisation_before_training() -> None:
    with pytest.raises(UserError, match="did you mean 'intersect'"):
        align(GARDEN, symmetrisation="intersection")


def test_importing_the_package_leaves_numba_out() -> None:
    code = "import sys, wcabench.words; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
