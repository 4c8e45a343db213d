"""Properties that every coupling must have, and the loss of the built-in methods."""

import dataclasses

import pytest
import torch

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.contract import SentencePair
from wcabench.errors import UserError
from wcabench.nn.alignment_loss import AlignmentLoss, pair_loss
from wcabench.nn.bench import NetworkBench
from wcabench.nn.randomness import Streams
from wcabench.registry import entries, find
from wcabench.runs.inputs import training_data
from wcabench.transport import Costs, Coupling

COUPLED = ["nearest-token", "wca-soft", "wca-hard"]
RECIPE = RecipeConfig(epochs=1, batch_size=8, pair_batch_size=6, learning_rate=1e-3)


def costs(number=5, layers=3, seed=0) -> Costs:
    generator = torch.Generator().manual_seed(seed)
    sizes = torch.randint(1, 12, (number, 2), generator=generator).tolist()
    matrices = [torch.rand(layers, n_s, n_t, generator=generator) * 2 for n_s, n_t in sizes]
    return Costs(matrices, list(range(number)))


def method(name, **options):
    return find(name).load()(**options)


def bench(data, folder, recipe=RECIPE):
    visible = training_data(data, {"labelled", "parallel"}, recipe)
    return NetworkBench(visible, EncoderConfig(name=str(folder)), recipe, seed=1)


def loss_of(name, data, folder, pairs=None, **options):
    work = bench(data, folder)
    model = work.network().eval()
    made = method(name, **options)
    pairs = work.parallel if pairs is None else pairs
    made.prepare(pairs)
    return AlignmentLoss(made, pairs, model, RECIPE, Streams(1)), model


def test_the_five_methods_of_the_paper_are_registered():
    assert {"none", "nearest-token", "fastalign", "wca-soft", "wca-hard"} <= set(entries())


@pytest.mark.parametrize("name", COUPLED)
def test_columns_hold_one_over_n_t_each(name):
    for plan in method(name).couple(costs()).plans:
        torch.testing.assert_close(
            plan.sum(0), torch.full((plan.shape[1],), 1 / plan.shape[1]), atol=2e-6, rtol=0
        )


@pytest.mark.parametrize("name", COUPLED)
@pytest.mark.parametrize("shape", [(1, 6), (1, 1)])
def test_one_source_token_takes_everything(name, shape):
    one = Costs([torch.rand(3, *shape, generator=torch.Generator().manual_seed(1))], [0])
    torch.testing.assert_close(method(name).couple(one).plans[0], torch.full(shape, 1 / shape[1]))


@pytest.mark.parametrize("name", COUPLED)
def test_the_order_of_layers_does_not_matter(name):
    given = costs()
    turned = Costs([c.flip(0) for c in given.by_layer], given.pairs)
    for a, b in zip(method(name).couple(given).plans, method(name).couple(turned).plans, strict=True):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=0)


def test_nearest_token_is_the_argmin_of_the_mean_cost():
    given = costs()
    for plan, cost in zip(method("nearest-token").couple(given).plans, given.by_layer, strict=True):
        assert plan.argmax(0).tolist() == cost.mean(0).argmin(0).tolist()


def test_hard_is_the_column_argmax_of_soft():
    given = costs()
    soft, hard = method("wca-soft").couple(given).plans, method("wca-hard").couple(given).plans
    for s, h in zip(soft, hard, strict=True):
        assert h.argmax(0).tolist() == s.argmax(0).tolist()


def test_soft_is_the_mean_of_the_plans_and_not_the_plan_of_the_mean():
    given = costs()
    of_plans = method("wca-soft").couple(given).plans
    of_costs = method("wca-soft", plan="mean-cost").couple(given).plans
    layers = method("wca-soft", plan="per-layer").couple(given).plans
    assert any(not torch.allclose(a, b, atol=1e-3) for a, b in zip(of_plans, of_costs, strict=True))
    for mean, stack in zip(of_plans, layers, strict=True):
        torch.testing.assert_close(mean, stack.mean(0))


def test_directions_and_masses_of_a_hardened_plan():
    given = costs()
    columns, rows, both = (
        method("wca-hard", direction=d, mass="links").couple(given).plans
        for d in ("columns", "rows", "intersection")
    )
    for c, r, b in zip(columns, rows, both, strict=True):
        assert torch.equal(b > 0, (c > 0) & (r > 0))
        assert ((r > 0).sum(1) == 1).all()
        assert float(b.sum()) == pytest.approx(1)
    soft = method("wca-soft").couple(given).plans
    for s, h in zip(soft, method("wca-hard", mass="confidence").couple(given).plans, strict=True):
        torch.testing.assert_close(h[h > 0], s[h > 0])


RELAXED = [
    {"marginals": "partial", "epsilon": 0.5},
    {"marginals": "partial", "share": 0.5, "epsilon": None},
    {"marginals": "unbalanced"},
    {"marginals": "unbalanced", "marginal_weight": 0.2, "epsilon": 0.1},
]


@pytest.mark.parametrize("options", [{"epsilon": 0.2}, {"epsilon": None}, *RELAXED])
@pytest.mark.parametrize("name", ["wca-soft", "wca-hard"])
def test_pot_couples_as_this_package_does(name, options):
    given = costs()
    precise = {"tolerance": 1e-6, "max_iterations": 5000, **options}
    ours = method(name, **precise).couple(given)
    pots = method(name, **precise, solver="pot").couple(given)
    for one, other in zip(ours.plans, pots.plans, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=0)
    assert pots.facts["converged"] == 1
    assert pots.facts["marginal_error"] == pytest.approx(ours.facts["marginal_error"], abs=1e-4)


@pytest.mark.parametrize("plan", ["mean-plan", "mean-cost", "per-layer"])
@pytest.mark.parametrize("epsilon", [0.05, None])
def test_a_partial_plan_moves_its_share_and_no_token_more_than_it_has(plan, epsilon):
    given = costs()
    made = method("wca-soft", marginals="partial", share=0.6, plan=plan, epsilon=epsilon).couple(given).plans
    for coupling in made:
        n_s, n_t = coupling.shape[-2:]
        for layer in coupling if plan == "per-layer" else [coupling]:
            assert float(layer.sum()) == pytest.approx(0.6, abs=1e-5)
            assert float(layer.sum(0).max()) < 1 / n_t + 1e-5
            assert float(layer.sum(1).max()) < 1 / n_s + 1e-3


@pytest.mark.parametrize(
    "options", [{"marginals": "partial", "share": 1.0}, {"marginals": "unbalanced", "marginal_weight": 1e5}]
)
def test_plans_that_relax_nothing_are_the_balanced_ones(options):
    given = costs()
    settled = {"tolerance": 1e-6, "max_iterations": 20_000}
    relaxed = method("wca-soft", **settled, **options).couple(given).plans
    for one, other in zip(relaxed, method("wca-soft", **settled).couple(given).plans, strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=0)


def test_an_unbalanced_plan_leaves_mass_where_nothing_is_near():
    near, far = torch.tensor([[[0.1, 1.0], [1.0, 0.1]]]), torch.tensor([[[0.1, 1.8], [1.0, 1.9]]])
    (all_near, one_far) = method("wca-soft", marginals="unbalanced").couple(Costs([near, far], [0, 1])).plans
    assert float(one_far[:, 1].sum()) < 0.2 * float(all_near[:, 1].sum())


@pytest.mark.parametrize("mass", ["target", "source", "links", "confidence"])
@pytest.mark.parametrize("direction", ["columns", "rows", "intersection"])
def test_a_token_without_mass_has_no_link(direction, mass):
    given = costs(number=8, layers=1)
    options = {"marginals": "partial", "share": 0.5, "epsilon": None}
    soft = method("wca-soft", **options).couple(given).plans
    hard = method("wca-hard", **options, direction=direction, mass=mass).couple(given).plans
    empty = 0
    for plan, links in zip(soft, hard, strict=True):
        assert bool((links[:, plan.sum(0) == 0] == 0).all())
        assert bool((links[plan.sum(1) == 0] == 0).all())
        empty += int((plan.sum(0) == 0).sum())
        if direction == "columns":
            assert torch.equal((links > 0).sum(0), (plan.sum(0) > 0).long())
            assert torch.equal(links.argmax(0)[plan.sum(0) > 0], plan.argmax(0)[plan.sum(0) > 0])
    assert empty > 3  # there were tokens to leave out


@pytest.mark.parametrize("name", ["wca-soft", "wca-hard"])
@pytest.mark.parametrize("options", RELAXED)
@pytest.mark.parametrize("encoder", ["current", "frozen"])
def test_relaxed_plans_train_and_are_described(name, options, encoder, tiny_data, tiny_encoder):
    objective, model = loss_of(name, tiny_data, tiny_encoder, coupling_encoder=encoder, **options)
    for step in range(2):
        loss = objective.loss(model, step)
        loss.backward()
        assert torch.isfinite(loss)
    described = objective.diagnostics()
    assert described["mass"] > 0
    if name == "wca-soft":
        assert described["mass"] < 0.95
    assert described["converged"] > 0
    assert described["marginal_error"] > 0


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("wca-hard", {"gradient": "unrolled"}),
        ("wca-hard", {"plan": "per-layer"}),
        ("wca-soft", {"gradient": "unrolled", "epsilon": None}),
        ("wca-soft", {"gradient": "unrolled", "coupling_encoder": "frozen"}),
        ("wca-soft", {"epsilon": 0.0}),
        ("wca-soft", {"max_iterations": 0}),
        ("wca-soft", {"share": 0.5}),
        ("wca-soft", {"marginals": "unbalanced", "share": 0.5}),
        ("wca-soft", {"marginal_weight": 1.0}),
        ("wca-hard", {"marginals": "partial", "marginal_weight": 1.0}),
        ("wca-hard", {"marginals": "partial", "share": 0.0}),
        ("wca-soft", {"marginals": "partial", "share": 1.1}),
        ("wca-soft", {"marginals": "unbalanced", "marginal_weight": 0.0}),
        ("wca-soft", {"marginals": "unbalanced", "marginal_weight": float("inf")}),
        ("wca-hard", {"marginals": "unbalanced", "epsilon": None}),
        ("wca-soft", {"gradient": "unrolled", "marginals": "unbalanced"}),
        ("wca-soft", {"gradient": "unrolled", "marginals": "partial"}),
        ("wca-soft", {"gradient": "unrolled", "solver": "pot"}),
        ("nearest-token", {"beta": -1.0}),
        ("nearest-token", {"layers": "top"}),
        ("nearest-token", {"units": "words", "special_tokens": True}),
        ("fastalign", {"units": "pieces"}),
        ("fastalign", {"em_iterations": 1}),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_runs(name, options):
    with pytest.raises(UserError, match=name):
        method(name, **options)


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
