"""A fitted aligner: kept in a file, applied to any text, with scores."""

import math
from pathlib import Path

import numpy as np
import pytest
from garden import GARDEN
from safetensors.numpy import save_file

from wcabench.errors import UserError
from wcabench.words import FastAlignModel, align
from wcabench.words.aligner import link_corpus, score_corpus, trained_on
from wcabench.words.corpus import Corpus, encode
from wcabench.words.fitted import FittedAligner, fit_aligner, load_aligner

HOLES = [([], ["x"]), *GARDEN[:3], (["x"], []), ([], []), *GARDEN[3:]]


@pytest.fixture
def kept(tmp_path) -> FittedAligner:
    """Learned from the garden, written and read again."""
    fit_aligner(encode(GARDEN), FastAlignModel(), lowercase=False).save(tmp_path / "model")
    return load_aligner(tmp_path / "model")


def linked(fitted: FittedAligner, pairs, how: str = "grow-diag-final-and"):
    corpus = encode(pairs, lowercase=fitted.lowercase)
    return list(link_corpus(corpus, fitted.applied(corpus), how))


@pytest.mark.parametrize("how", ["forward", "reverse", "intersect", "grow-diag-final-and"])
def test_a_kept_model_links_its_own_text_as_the_fit_did(kept, how):
    assert linked(kept, GARDEN, how) == align(GARDEN, symmetrisation=how, lowercase=False)
    assert linked(kept, HOLES, how) == align(HOLES, symmetrisation=how, lowercase=False)


def test_a_kept_model_links_words_it_knows_in_a_sentence_it_has_not_seen(kept):
    words = ["big", "garden", "a", "is"], ["groß", "ein", "Garten", "ist"]
    assert set(linked(kept, [words], "intersect")[0]) == {(0, 0), (1, 2), (2, 1), (3, 3)}
    assert align([words], symmetrisation="intersect") == [
        ((0, 0), (1, 1), (2, 2), (3, 3))
    ]  # the diagonal alone


def test_words_that_a_model_does_not_know_have_the_probability_of_an_unseen_pair(kept):
    found = score([(["unheard"], ["nie"])], kept)
    # Both words are new: 0.92 * 1e-9 against null's 0.08 * 1e-9.
    assert found[0].probabilities == (pytest.approx(0.92),)
    assert found[0].likelihood == pytest.approx(math.log(1e-9))


def score(pairs, fitted: FittedAligner, how: str = "forward"):
    corpus = encode(pairs, lowercase=fitted.lowercase)
    return list(score_corpus(corpus, fitted.applied(corpus), how))


def test_the_likelihoods_of_all_pairs_are_that_of_the_last_pass(kept):
    total = sum(
        one.likelihood * len(target) for one, (_, target) in zip(score(GARDEN, kept), GARDEN, strict=True)
    )
    assert total == pytest.approx(FastAlignModel().fit(GARDEN).passes[-1].log_likelihood)


def test_scores_of_both_directions_are_their_mean_and_the_links_are_those_without_scores(kept):
    one, other, both = (score(HOLES, kept, how) for how in ("forward", "reverse", "union"))
    assert [scored.links for scored in both] == linked(kept, HOLES, "union")
    for k, scored in enumerate(both):
        assert all(0 < p <= 1 for p in scored.probabilities)
        if HOLES[k][0] and HOLES[k][1]:
            assert scored.likelihood == pytest.approx((one[k].likelihood + other[k].likelihood) / 2)
        else:
            assert math.isnan(scored.likelihood) and not scored.links


def test_a_link_that_one_direction_made_has_that_directions_posterior_in_it(kept):
    forward = {
        link: p
        for one in score(GARDEN[:1], kept)
        for link, p in zip(one.links, one.probabilities, strict=True)
    }
    assert all(p > 0.5 for p in forward.values())  # the most probable of two candidates and more


def test_learning_and_scoring_at_once_is_the_same_as_by_the_kept_model(kept):
    corpus = encode(GARDEN)
    assert list(score_corpus(corpus, trained_on(corpus, FastAlignModel()), "union")) == score(
        GARDEN, kept, "union"
    )


def test_a_model_compares_words_as_it_learned_to(tmp_path):
    fit_aligner(encode(GARDEN, lowercase=True), FastAlignModel(), lowercase=True).save(tmp_path / "model")
    fitted = load_aligner(tmp_path / "model")
    shouted = [([w.upper() for w in source], [w.upper() for w in target]) for source, target in GARDEN]
    without_eszett = [pair for pair in shouted if not any("SS" in word for word in pair[1])]
    lower = [([w.lower() for w in source], [w.lower() for w in target]) for source, target in without_eszett]
    assert linked(fitted, without_eszett) == linked(fitted, lower)


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(UserError, match="nothing to learn a model from"):
        fit_aligner(encode([([], ["a"])]), FastAlignModel(), lowercase=True)


def test_pairs_are_read_one_by_one():
    given = []

    def pairs():
        for pair in HOLES:
            given.append(pair)
            yield pair

    corpus = encode(pairs())
    assert isinstance(corpus, Corpus)
    assert len(given) == corpus.given == len(HOLES)
    assert corpus.kept.tolist() == [1, 2, 3, 6, 7, 8]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(kept, tmp_path):
    with pytest.raises(UserError, match="cannot be written"):
        kept.save(tmp_path / "model" / "within a file")
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_a_kept_model_may_be_read_by_whom_any_file_may(kept, tmp_path):
    (tmp_path / "other").touch()
    assert (tmp_path / "model").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_what_is_no_model_is_refused(tmp_path):
    file = tmp_path / "file"
    with pytest.raises(UserError, match="cannot be read"):
        load_aligner(file)
    file.write_text("0-0 1-1\n")
    with pytest.raises(UserError, match="cannot be read"):
        load_aligner(file)
    save_file({"rows": np.zeros(2)}, file)
    with pytest.raises(UserError, match="not a model that"):
        load_aligner(file)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("forward.columns", lambda columns: columns + 1000),
        ("forward.rows", lambda rows: rows[::-1].copy()),
        ("reverse.values", lambda values: values[:-1]),
        ("reverse.null", lambda null: null[:-1]),
        ("forward.columns", lambda columns: columns.astype(np.int64)),
    ],
)
def test_a_damaged_model_is_refused(kept, tmp_path: Path, name, change):
    from safetensors import safe_open

    with safe_open(tmp_path / "model", framework="numpy") as file:
        facts, arrays = file.metadata(), {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    save_file({**arrays, name: change(arrays[name])}, tmp_path / "model", metadata=facts)
    with pytest.raises(UserError, match="damaged"):
        load_aligner(tmp_path / "model")
