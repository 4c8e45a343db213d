import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wcabench.transport import cosine_costs, harden_columns, partners
from wcabench.transport.coupling import describe

sizes = st.integers(1, 15)


@given(sizes, sizes, st.integers(0, 3), st.integers(0, 1000))
def test_every_column_sums_to_one_over_n_t_and_has_one_partner(n_s, n_t, levels, seed):
    score = torch.randint(0, levels + 1, (n_s, n_t), generator=torch.Generator().manual_seed(seed)).float()
    plan = harden_columns([score])[0]
    assert ((plan > 0).sum(0) == 1).all()
    assert torch.allclose(plan.sum(0), torch.full((n_t,), 1 / n_t))


@given(sizes, sizes, st.integers(0, 1000))
def test_the_first_of_equal_source_tokens_wins(n_s, n_t, seed):
    score = torch.randint(0, 2, (n_s, n_t), generator=torch.Generator().manual_seed(seed)).float()
    chosen = harden_columns([score])[0].argmax(0).tolist()
    assert chosen == [score[:, j].tolist().index(max(score[:, j].tolist())) for j in range(n_t)]


@given(sizes, sizes, st.integers(0, 1000))
def test_partners_are_the_hardened_columns_of_the_tokens_that_have_mass(n_s, n_t, seed):
    generator = torch.Generator().manual_seed(seed)
    plan = torch.randint(0, 3, (n_s, n_t), generator=generator).float()
    plan[:, torch.rand(n_t, generator=generator) < 0.3] = 0
    linked = partners(plan)
    with_mass = plan.sum(0) > 0
    assert torch.equal(linked[:, with_mass], harden_columns([plan])[0][:, with_mass] > 0)
    assert not linked[:, ~with_mass].any()


def test_cosine_costs_are_between_zero_and_two_and_ignore_scale_before_normalising():
    states = torch.randn(3, 5, 8, generator=torch.Generator().manual_seed(0))
    unit = torch.nn.functional.normalize(states, dim=-1)
    scaled = torch.nn.functional.normalize(7 * states, dim=-1)
    (cost,) = cosine_costs([unit], [unit])
    assert cost.shape == (3, 5, 5)
    assert float(cost.min()) > -1e-6
    assert float(cost.max()) < 2 + 1e-6
    torch.testing.assert_close(cost, cosine_costs([scaled], [unit])[0])


def test_diagnostics_describe_a_plan_worked_out_by_hand():
    # Two target tokens on source 0, one on source 2: two of three sources reached, the busiest by two.
    plan = torch.tensor([[1 / 3, 1 / 3, 0], [0, 0, 0], [0, 0, 1 / 3]])
    found = describe([plan])
    assert found["source_coverage"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["max_fan_in"] == 2
    assert found["mass"] == pytest.approx(1, abs=1e-6)
    assert found["entropy"] == pytest.approx(1.0986123, abs=1e-6)
