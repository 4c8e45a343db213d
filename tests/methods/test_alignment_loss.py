"""The alignment loss of the built-in methods, and what frozen couplings, units and options make of it."""

import dataclasses

import pytest
import torch
from losses_by_hand import bench, loss_of, method

from wcabench.contract import SentencePair
from wcabench.errors import UserError
from wcabench.nn.alignment_loss import pair_loss
from wcabench.transport import Costs, Coupling

COUPLED = ["nearest-token", "wca-soft", "wca-hard"]


def test_identical_sentences_cost_nothing(tiny_data, tiny_encoder):
    same = [SentencePair(p.source, p.source) for p in tiny_data.parallel]
    # No two pieces of a sentence have one state, so only epsilon keeps the plan from the identity.
    objective, model = loss_of("wca-hard", tiny_data, tiny_encoder, same, epsilon=None)
    assert float(objective.loss(model, 0).detach()) == pytest.approx(0, abs=1e-5)


def test_pair_loss_equals_the_printed_sum():
    generator = torch.Generator().manual_seed(0)
    s, t = (torch.nn.functional.normalize(torch.randn(4, n, 8, generator=generator), dim=-1) for n in (5, 7))
    shared, layered = torch.rand(5, 7, generator=generator), torch.rand(4, 5, 7, generator=generator)
    cost = 1 - torch.einsum("bid,bjd->bij", s, t)
    torch.testing.assert_close(pair_loss(s, t, shared), (shared * cost.sum(0)).sum())
    torch.testing.assert_close(pair_loss(s, t, layered), (layered * cost).sum())


def test_the_gradient_treats_the_plan_as_a_constant():
    generator = torch.Generator().manual_seed(0)
    raw = torch.randn(2, 3, 8, generator=generator, dtype=torch.float64, requires_grad=True)
    other = torch.nn.functional.normalize(
        torch.randn(2, 4, 8, generator=generator, dtype=torch.float64), dim=-1
    )
    plan = torch.rand(3, 4, generator=generator, dtype=torch.float64)

    def loss(states):
        return pair_loss(torch.nn.functional.normalize(states, dim=-1), other, plan)

    assert torch.autograd.gradcheck(loss, (raw,))


def test_unrolled_sinkhorn_changes_the_gradient_and_not_the_loss(tiny_data, tiny_encoder):
    results = {}
    for gradient in ("detached", "unrolled"):
        objective, model = loss_of(
            "wca-soft", tiny_data, tiny_encoder, gradient=gradient, epsilon=0.5, tolerance=1e-7
        )
        value = objective.loss(model, 0)
        value.backward()
        results[gradient] = (
            float(value.detach()),
            model.encoder.encoder.layer[3].output.dense.weight.grad.clone(),
        )
    assert results["detached"][0] == pytest.approx(results["unrolled"][0], abs=1e-4)
    assert not torch.allclose(results["detached"][1], results["unrolled"][1], rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("name", [*COUPLED, "fastalign"])
def test_padding_does_not_change_a_plan_or_a_loss(name, tiny_data, tiny_encoder):
    objective, model = loss_of(name, tiny_data, tiny_encoder)
    together = objective.loss(model, 0)
    alone = []
    for pair in objective.order(0):
        objective.batch = lambda step, pair=pair: [pair]
        alone.append(objective.loss(model, 0))
    torch.testing.assert_close(together, torch.stack(alone).mean(), atol=1e-5, rtol=0)


def test_words_are_the_mean_of_their_pieces(tiny_data, tiny_encoder):
    pairs = [SentencePair(("the", "parisman", "saw"), ("de", "oudehond"))]
    objective, model = loss_of("nearest-token", tiny_data, tiny_encoder, pairs, units="words")
    source, target = objective.states(model, [0])
    assert (source[0].shape[1], target[0].shape[1]) == (3, 2)
    window = model.table.truncated(pairs[0].source)
    (bucket,) = model.encode([window.ids])
    first, stop = window.spans()[1]
    mean = bucket.hidden[-1][first:stop].mean(0)
    torch.testing.assert_close(
        source[0][-1, 1], torch.nn.functional.normalize(mean, dim=-1), atol=1e-5, rtol=0
    )


def test_fastalign_puts_one_over_n_t_on_each_link_and_intersection_at_most_one_in_all(
    tiny_data, tiny_encoder
):
    made = method("fastalign")
    pairs = tiny_data.parallel
    made.prepare(pairs)
    like = Costs([torch.zeros(4, len(p.source), len(p.target)) for p in pairs], list(range(len(pairs))))
    plans = made.couple(like).plans
    for plan, pair in zip(plans, pairs, strict=True):
        assert float(plan.sum()) <= 1 + 1e-6
        torch.testing.assert_close(plan[plan > 0], torch.full((int((plan > 0).sum()),), 1 / len(pair.target)))
    assert sum(float(p.diagonal().sum()) for p in plans) > 0.5 * len(plans)  # the text is word by word
    whole = dataclasses.replace(made, mass="normalised")
    whole._links[:] = made._links
    for plan, links in zip(whole.couple(like).plans, whole._links, strict=True):
        assert float(plan.sum()) == pytest.approx(1 if links else 0)


def test_identical_tokens_can_be_left_out_of_the_loss(tiny_data, tiny_encoder):
    same = [SentencePair(p.source, p.source) for p in tiny_data.parallel]
    objective, model = loss_of("wca-hard", tiny_data, tiny_encoder, same, epsilon=None, identical="drop")
    for plan in objective._without_identical(Coupling([torch.eye(len(same[0].source))]), [0]):
        assert float(plan.sum()) == 0
    for units in ("pieces", "words"):
        objective, model = loss_of(
            "nearest-token", tiny_data, tiny_encoder, same, identical="drop", units=units
        )
        assert torch.isfinite(objective.loss(model, 0))


@pytest.mark.parametrize("side", ["source", "target"])
def test_stop_gradient_keeps_a_side_still(side, tiny_data, tiny_encoder):
    pairs = [SentencePair(("the", "man"), ("oude", "hond"))]
    objective, model = loss_of("nearest-token", tiny_data, tiny_encoder, pairs, stop_gradient=side)
    objective.batch = lambda step: [0]
    objective.loss(model, 0).backward()
    moved = model.encoder.embeddings.word_embeddings.weight.grad.abs().sum(1) > 0
    still = model.table.pieces(getattr(pairs[0], side))
    assert not any(bool(moved[i]) for ids in still for i in ids)


def test_frozen_couplings_are_those_of_the_untouched_encoder(tiny_data, tiny_encoder):
    frozen, model = loss_of("wca-hard", tiny_data, tiny_encoder, coupling_encoder="frozen")
    current, same = loss_of("wca-hard", tiny_data, tiny_encoder)
    torch.testing.assert_close(frozen.loss(model, 0), current.loss(same, 0), atol=1e-5, rtol=0)
    with torch.no_grad():
        for parameter in model.encoder.encoder.layer.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(0)))
    batch = frozen.order(0)
    kept = frozen._coupling(model, batch, *frozen.states(model, batch)).plans
    assert all(torch.equal(plan, frozen.frozen.plans[i]) for plan, i in zip(kept, batch, strict=True))


@pytest.mark.parametrize("name", [*COUPLED, "fastalign"])
def test_a_step_with_frozen_couplings_solves_nothing(name, tiny_data, tiny_encoder, monkeypatch):
    objective, model = loss_of(name, tiny_data, tiny_encoder, coupling_encoder="frozen")
    assert len(objective.frozen.plans) == len(tiny_data.parallel)

    def refuse(*_):
        raise AssertionError("a step asked for a coupling")

    monkeypatch.setattr(type(objective.coupler), "couple", refuse)
    monkeypatch.setattr("wcabench.nn.alignment_loss.cosine_costs", refuse)
    for step in range(3):
        loss = objective.loss(model, step)
        loss.backward()
        assert torch.isfinite(loss)
    with pytest.raises(AssertionError, match="asked for a coupling"):
        loss_of(name, tiny_data, tiny_encoder)[0].loss(model, 0)


def test_frozen_couplings_tell_how_well_they_were_solved(tiny_data, tiny_encoder):
    objective, model = loss_of("wca-soft", tiny_data, tiny_encoder, coupling_encoder="frozen", epsilon=0.5)
    objective.loss(model, 0)
    assert objective.diagnostics()["converged"] == pytest.approx(1)
    assert 0 <= objective.diagnostics()["marginal_error"] < 1e-4
    assert objective.diagnostics()["iterations"] > 1


def test_the_parallel_text_is_cycled_and_every_pair_seen_once_a_cycle(tiny_data, tiny_encoder):
    objective, _ = loss_of("nearest-token", tiny_data, tiny_encoder)
    seen = [pair for step in range(20) for pair in objective.order(step)]
    for cycle in range(3):
        assert sorted(seen[cycle * 40 : (cycle + 1) * 40]) == list(range(40))
    assert seen[:40] != seen[40:80]


def test_a_pair_without_parallel_text_is_an_error_of_the_user(tiny_data, tiny_encoder):
    with pytest.raises(UserError, match="parallel text"):
        loss_of("nearest-token", tiny_data, tiny_encoder, [])


@pytest.mark.parametrize("name", COUPLED)
def test_diagnostics_are_left_with_the_cell(name, tiny_data, tiny_encoder):
    work = bench(tiny_data, tiny_encoder)
    method(name).fit(work)
    found = work.diagnostics
    assert 0 < found["source_coverage"] <= 1
    assert found["max_fan_in"] >= 1
    assert found["mass"] == pytest.approx(1, abs=1e-4)
