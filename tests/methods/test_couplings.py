"""Properties that every coupling must have."""

import pytest
import torch
from losses_by_hand import loss_of, method

from wcabench.errors import UserError
from wcabench.registry import entries
from wcabench.transport import Costs

COUPLED = ["nearest-token", "wca-soft", "wca-hard"]


def costs(number=5, layers=3, seed=0) -> Costs:
    generator = torch.Generator().manual_seed(seed)
    sizes = torch.randint(1, 12, (number, 2), generator=generator).tolist()
    matrices = [torch.rand(layers, n_s, n_t, generator=generator) * 2 for n_s, n_t in sizes]
    return Costs(matrices, list(range(number)))


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
