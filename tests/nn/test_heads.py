"""Heads: the random field against all tag sequences, and what every head must hold to."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wcabench.errors import UserError
from wcabench.nn.crf import LinearChainCrf
from wcabench.nn.heads import HEADS, BiLstmCrf, head_options

TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


def random_crf(tags: int, seed: int) -> LinearChainCrf:
    crf = LinearChainCrf(tags)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in crf.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return crf.double()


def path_score(crf: LinearChainCrf, emissions: torch.Tensor, path: tuple[int, ...]) -> float:
    score = crf.starts[path[0]] + crf.ends[path[-1]]
    score = score + sum(emissions[word, tag] for word, tag in enumerate(path))
    return float(score + sum(crf.transitions[a, b] for a, b in itertools.pairwise(path)))


@given(st.integers(1, 3), st.integers(1, 4), st.integers(0, 99))
def test_the_likelihood_is_that_over_all_tag_sequences(tags, words, seed):
    crf = random_crf(tags, seed)
    emissions = torch.randn(words, tags, generator=torch.Generator().manual_seed(seed + 1)).double()
    scores = {p: path_score(crf, emissions, p) for p in itertools.product(range(tags), repeat=words)}
    total = np.logaddexp.reduce(list(scores.values()))
    truth = next(iter(scores))
    loss = crf.negative_log_likelihood(
        emissions[None], torch.tensor([truth]), torch.ones(1, words, dtype=torch.bool)
    )
    assert float(loss) == pytest.approx(total - scores[truth])
    marginals = np.zeros((words, tags))
    for path, score in scores.items():
        for word, tag in enumerate(path):
            marginals[word, tag] += np.exp(score - total)
    np.testing.assert_allclose(crf.marginals(emissions).detach().numpy(), marginals, atol=1e-9)


def test_padding_changes_no_likelihood():
    crf = random_crf(4, 3)
    generator = torch.Generator().manual_seed(5)
    sizes = [1, 4, 2]
    emissions = torch.randn(3, 4, 4, generator=generator).double()
    tags = torch.randint(0, 4, (3, 4), generator=generator)
    mask = torch.arange(4)[None] < torch.tensor(sizes)[:, None]
    together = crf.negative_log_likelihood(emissions, tags, mask)
    alone = sum(
        crf.negative_log_likelihood(emissions[i : i + 1, :n], tags[i : i + 1, :n], mask[i : i + 1, :n])
        for i, n in enumerate(sizes)
    )
    torch.testing.assert_close(together, alone)


def test_decoding_finds_the_best_sequence_and_viterbi_the_best_legal_one():
    head = HEADS["crf"].build(8, TAGS, 0.0)
    head.crf = random_crf(len(TAGS), 7).float()
    scores = np.random.default_rng(0).normal(size=(4, len(TAGS))).astype(np.float32)
    paths = list(itertools.product(range(len(TAGS)), repeat=4))
    best = max(paths, key=lambda p: path_score(head.crf, torch.from_numpy(scores), p))
    assert tuple(head.decode(scores, "argmax")) == best
    tags = [TAGS[i] for i in head.decode(scores, "viterbi")]
    assert all(not b.startswith("I-") or a[2:] == b[2:] for a, b in itertools.pairwise(["O", *tags]))


@pytest.mark.parametrize("name", HEADS)
def test_a_heads_probabilities_sum_to_one_and_its_loss_has_a_gradient(name):
    torch.manual_seed(0)
    head = HEADS[name].build(8, TAGS, 0.1)
    states, sizes = torch.randn(6, 8, requires_grad=True), [2, 0, 4]
    logits = head(states, sizes)
    assert logits.shape == (6, len(TAGS))
    loss = head.loss(logits, torch.tensor([0, 1, 2, 0, 3, 4]), sizes)
    loss.backward()
    assert torch.isfinite(loss) and states.grad.abs().sum() > 0
    probabilities = head.probabilities(logits[2:].detach().numpy())
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-5)


@pytest.mark.parametrize("name", HEADS)
def test_a_sentence_is_scored_alike_alone_and_among_others(name):
    torch.manual_seed(0)
    head = HEADS[name].build(8, TAGS, 0.0).eval()
    states = torch.randn(7, 8)
    together = head(states, [3, 4])
    torch.testing.assert_close(together[:3], head(states[:3], [3]), atol=1e-6, rtol=0)
    torch.testing.assert_close(together[3:], head(states[3:]), atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", ["crf", "bilstm-crf"])
def test_a_step_without_a_labelled_word_is_no_error(name):
    head = HEADS[name].build(8, TAGS, 0.0)
    logits = head(torch.zeros(0, 8), [0, 0])
    assert float(head.loss(logits, torch.zeros(0, dtype=torch.long), [0, 0])) == 0


def test_an_unknown_head_is_the_users_error_and_options_are_taken_as_they_are():
    with pytest.raises(UserError, match="did you mean 'bilstm-crf'"):
        head_options("bilstm-cfr")
    options = BiLstmCrf(hidden=5, layers=1)
    assert head_options(options) is options
    assert options.build(8, TAGS, 0.1).lstm.hidden_size == 5
