import dataclasses
import itertools
import math

import pytest
import torch

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.nn.bench import NetworkBench
from wcabench.nn.objectives import CrossEntropy
from wcabench.nn.randomness import Streams
from wcabench.nn.training import LossError, schedule, train
from wcabench.nn.vocabulary import EmbeddingRows
from wcabench.registry import find
from wcabench.runs.inputs import training_data

RECIPE = RecipeConfig(epochs=2, batch_size=8, pair_batch_size=8, learning_rate=1e-3, precision="fp32")


def bench(data, folder, recipe=RECIPE, seed=1, needs=("labelled", "parallel"), **encoder):
    config = EncoderConfig(name=str(folder), **encoder)
    return NetworkBench(training_data(data, needs, recipe), config, recipe, seed=seed)


def cross_entropy(data, network, recipe=RECIPE):
    return CrossEntropy(data.train, network, recipe, Streams(1))


def weights(model) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def fit(name, data, folder, seed=1, recipe=RECIPE, **options):
    work = bench(data, folder, recipe, seed)
    return work, find(name).load()(**options).fit(work)


@pytest.mark.parametrize("method", ["nearest-token", "fastalign", "wca-soft", "wca-hard"])
def test_beta_zero_gives_bit_for_bit_the_weights_of_none(method, tiny_data, tiny_encoder):
    _, plain = fit("none", tiny_data, tiny_encoder)
    work, aligned = fit(method, tiny_data, tiny_encoder, beta=0.0)
    assert work.stages[0]["loss"]["alignment"][0] > 0  # the parallel side did run
    for name, value in weights(plain.network).items():
        if "pooler" in name:
            continue
        assert torch.equal(value, aligned.network.state_dict()[name]), name


def test_beta_moves_the_weights(tiny_data, tiny_encoder):
    _, plain = fit("none", tiny_data, tiny_encoder)
    _, aligned = fit("wca-hard", tiny_data, tiny_encoder, beta=0.5)
    name = "encoder.encoder.layer.0.attention.self.query.weight"
    assert not torch.equal(plain.network.state_dict()[name], aligned.network.state_dict()[name])


def test_one_seed_gives_the_same_numbers_twice_and_another_seed_others(tiny_data, tiny_encoder):
    words = [s.words for s in tiny_data.target_test]
    first, again, other = (
        fit("wca-hard", tiny_data, tiny_encoder, seed=s)[1].scores(words) for s in (1, 1, 2)
    )
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_training_lowers_the_loss(tiny_data, tiny_encoder):
    recipe = dataclasses.replace(RECIPE, epochs=6, learning_rate=5e-3)
    work, _ = fit("wca-hard", tiny_data, tiny_encoder, recipe=recipe, beta=0.1)
    loss = work.stages[0]["loss"]
    assert loss["cross_entropy"][-1] < 0.5 * loss["cross_entropy"][0]
    assert loss["alignment"][-1] < loss["alignment"][0]
    assert len(loss["total"]) == 6 * 5
    for total, ce, alignment in zip(loss["total"], loss["cross_entropy"], loss["alignment"], strict=True):
        assert total == pytest.approx(ce + 0.1 * alignment, rel=1e-4)


def test_the_loss_does_not_depend_on_how_the_batch_is_cut_into_buckets(tiny_data, tiny_encoder, monkeypatch):
    model = bench(tiny_data, tiny_encoder).network().eval()
    objective = cross_entropy(tiny_data, model)
    packed = objective.loss(model, 0)
    model.first_position = None
    whole = objective.loss(model, 0)
    torch.testing.assert_close(packed, whole, atol=1e-5, rtol=0)
    monkeypatch.setattr(
        "wcabench.nn.network.length_buckets", lambda lengths, most=None: [[i] for i in range(len(lengths))]
    )
    torch.testing.assert_close(objective.loss(model, 0), whole, atol=1e-5, rtol=0)


def test_cross_entropy_equals_the_plain_formula(tiny_data, tiny_encoder):
    model = bench(tiny_data, tiny_encoder).network().eval()
    batch_losses, words = [], 0
    objective = cross_entropy(tiny_data, model)
    for i in objective.order(0):
        sentence = tiny_data.train[i]
        (window,) = model.table.windows(sentence.words)
        hidden = model.encoder(input_ids=torch.tensor([window.ids])).last_hidden_state[0]
        logits = model.head.linear(hidden[window.firsts])
        wanted = torch.tensor([model.tags.index(t) for t in sentence.tags])
        batch_losses.append(torch.nn.functional.cross_entropy(logits, wanted, reduction="sum"))
        words += len(wanted)
    torch.testing.assert_close(
        objective.loss(model, 0), torch.stack(batch_losses).sum() / words, atol=1e-5, rtol=0
    )
    summed = cross_entropy(tiny_data, model, dataclasses.replace(RECIPE, cross_entropy="sum-sentence"))
    torch.testing.assert_close(summed.loss(model, 0), torch.stack(batch_losses).sum() / 8, atol=1e-5, rtol=0)


def test_training_only_the_used_embedding_rows_equals_training_the_whole_table(
    tiny_data, tiny_encoder, monkeypatch
):
    _, narrow = fit("none", tiny_data, tiny_encoder)
    everything = set(range(narrow.network.encoder.config.vocab_size))
    monkeypatch.setattr("wcabench.nn.pieces.PieceTable.known_pieces", lambda self: everything)
    _, whole = fit("none", tiny_data, tiny_encoder)
    for name, value in weights(whole.network).items():
        assert torch.equal(narrow.network.state_dict()[name], value), name
    assert narrow.network.vocabulary is None


def test_weight_decay_equals_that_of_adamw(tiny_data, tiny_encoder):
    model = bench(tiny_data, tiny_encoder).network()
    table = model.encoder.get_input_embeddings().weight
    alone = torch.nn.Parameter(table.detach().clone())
    optimiser = torch.optim.AdamW([alone], lr=0.01, weight_decay=0.1)
    rows = EmbeddingRows(model, {7, 8})
    for _ in range(5):
        alone.grad = torch.zeros_like(alone)
        optimiser.step()
        rows.decay(0.01, 0.1)
    rows.restore()
    torch.testing.assert_close(model.encoder.get_input_embeddings().weight, alone)


def test_narrowed_embeddings_give_the_same_states(tiny_data, tiny_encoder):
    model = bench(tiny_data, tiny_encoder).network().eval()
    ids = model.table.windows(["the", "man"])[0].ids
    (before,) = model.encode([ids])
    rows = EmbeddingRows(model, ids)
    (during,) = model.encode([ids])
    rows.restore()
    assert torch.equal(before.hidden[-1], during.hidden[-1])
    assert len(rows.rows) < model.encoder.config.vocab_size


def test_the_rate_warms_up_and_decays_linearly():
    recipe = RecipeConfig(warmup=0.1)
    rates = [schedule(k, 100, recipe) for k in range(100)]
    assert rates[:10] == pytest.approx([(k + 1) / 10 for k in range(10)])
    assert rates[10] == pytest.approx(1.0)
    assert rates[99] == pytest.approx(1 / 90)
    assert schedule(99, 100, dataclasses.replace(recipe, decay="constant")) == 1.0


def test_a_loss_that_is_not_a_number_stops_the_cell_with_its_step(tiny_data, tiny_encoder):
    work = bench(tiny_data, tiny_encoder)
    model = work.network()
    objective = cross_entropy(tiny_data, model)
    original = objective.loss
    objective.loss = lambda model, step: original(model, step) * (math.nan if step == 3 else 1)
    with pytest.raises(LossError, match="step 4"):
        train(model, [objective], RECIPE, Streams(1), progress=lambda *_: None)


def test_selection_on_source_dev_keeps_the_best_epoch(tiny_data, tiny_encoder):
    recipe = dataclasses.replace(RECIPE, epochs=3, select="source-dev")
    work, tagger = fit("none", tiny_data, tiny_encoder, recipe=recipe)
    record = work.stages[0]
    assert record["epoch"] == record["f1_by_epoch"].index(max(record["f1_by_epoch"])) + 1
    from wcabench.scoring.scorer import STRICT

    dev = tiny_data.source_dev
    again = STRICT.count([s.tags for s in dev], tagger.predict([s.words for s in dev]), tiny_data.types)
    assert again.f1 == pytest.approx(max(record["f1_by_epoch"]))


def iob2(tags):
    """Whether every I-X continues an entity of type X."""
    return all(
        before[2:] == tag[2:] for before, tag in itertools.pairwise(["O", *tags]) if tag.startswith("I-")
    )


def test_viterbi_gives_the_best_legal_sequence(tiny_data, tiny_encoder):
    import numpy as np

    from wcabench.nn.labels import best_sequence, continues, legal_transitions, tag_names

    tags = tag_names(("LOC", "PER"))
    generator = np.random.default_rng(0)

    def is_legal(path):
        return all(continues(a, b) for a, b in itertools.pairwise(["O", *(tags[i] for i in path)]))

    for _ in range(20):
        scores = generator.normal(size=(4, len(tags)))
        legal = [p for p in itertools.product(range(len(tags)), repeat=4) if is_legal(p)]
        best = max(legal, key=lambda p: sum(scores[k, i] for k, i in enumerate(p)))
        assert tuple(best_sequence(scores, *legal_transitions(tags))) == best


def test_freezing_leaves_embeddings_and_bottom_layers_as_they_were(tiny_data, tiny_encoder):
    work = bench(tiny_data, tiny_encoder, freeze=2)
    model = work.network()
    before = weights(model)
    work.train(model, [work.cross_entropy(model)])
    for name, value in model.state_dict().items():
        frozen = "embeddings" in name or ".layer.0." in name or ".layer.1." in name
        if frozen:
            assert torch.equal(value, before[name]), name
    assert not torch.equal(model.head.linear.weight, before["head.linear.weight"])


def test_long_sentences_train_and_predict_through_windows(tiny_data, tiny_encoder):
    recipe = dataclasses.replace(RECIPE, max_length=8)
    _, tagger = fit("none", tiny_data, tiny_encoder, recipe=recipe)
    words = [s.words for s in tiny_data.target_test]
    tags = tagger.predict([*words, ()])
    assert [len(t) for t in tags] == [*map(len, words), 0]
    assert None not in {t for sentence in tags for t in sentence}


def test_truncation_leaves_the_words_beyond_the_limit_without_a_tag(tiny_data, tiny_encoder):
    recipe = dataclasses.replace(RECIPE, max_length=8, long_sentences="truncate")
    _, tagger = fit("none", tiny_data, tiny_encoder, recipe=recipe)
    for words in [s.words for s in tiny_data.target_test[:10]]:
        (tags,) = tagger.predict([words])
        read = len(tagger.network.table.truncated(words).own)
        assert tags[read:] == [None] * (len(words) - read)
        assert None not in tags[:read]


def test_padding_does_not_change_a_prediction(tiny_data, tiny_encoder):
    _, tagger = fit("none", tiny_data, tiny_encoder)
    words = [s.words for s in tiny_data.target_test]
    together = tagger.scores(words)
    for sentence, scores in zip(words[:5], together, strict=False):
        torch.testing.assert_close(
            torch.tensor(tagger.scores([sentence])[0]), torch.tensor(scores), atol=1e-5, rtol=0
        )
