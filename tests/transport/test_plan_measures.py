"""The measures of couplings against plain loops over their entries, and where they stand at their ends."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wcabench.transport import harden_columns, solve
from wcabench.transport.plan_measures import largest_entries, measure_plans

sizes = st.integers(1, 9)
seeds = st.integers(0, 1000)


def random_plan(n_s: int, n_t: int, seed: int, zeros: bool = True) -> torch.Tensor:
    """Some entries are equal, and with zeros some columns may have no mass."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0 if zeros else 1, 4, (n_s, n_t), generator=generator).float() / (3 * n_t)


def by_loops(plans: list[list[list[float]]]) -> dict[str, float | None]:
    """All measures, one entry at a time."""
    reached, sources, fans, entropies, relative, rows, columns = 0, 0, [], [], [], [], []
    for plan in plans:
        n_s, n_t = len(plan), len(plan[0])
        partners = []
        for j in range(n_t):
            column = [plan[i][j] for i in range(n_s)]
            partners.append({i for i in range(n_s) if column[i] > 0 and column[i] == max(column)})
            mass = sum(column)
            if mass > 0:
                entropy = -sum(c / mass * math.log(c / mass) for c in column if c > 0)
                entropies.append(entropy)
                relative.append(entropy / math.log(n_s) if n_s > 1 else 0.0)
            columns.append(abs(mass - 1 / n_t))
        fan = [sum(i in own for own in partners) for i in range(n_s)]
        sources += n_s
        reached += sum(f > 0 for f in fan)
        fans.append(max(fan))
        rows += [abs(sum(plan[i]) - 1 / n_s) for i in range(n_s)]
    return {
        "source_reached": reached / sources,
        "largest_fan_in": sum(fans) / len(plans),
        "entropy": sum(entropies) / len(entropies) if entropies else None,
        "relative_entropy": sum(relative) / len(relative) if relative else None,
        "source_error": sum(rows) / len(plans),
        "target_error": sum(columns) / len(plans),
    }


@given(st.lists(st.tuples(sizes, sizes, seeds), min_size=1, max_size=4))
def test_every_measure_is_what_plain_loops_say(shapes):
    plans = [random_plan(*shape) for shape in shapes]
    expected = by_loops([plan.double().tolist() for plan in plans])
    found = vars(measure_plans(plans))
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == (None if value is None else pytest.approx(value, abs=1e-5)), name


@given(sizes, sizes, seeds)
def test_a_hard_coupling_has_no_entropy_and_the_target_marginal(n_s, n_t, seed):
    found = measure_plans(harden_columns([random_plan(n_s, n_t, seed)]))
    assert found.entropy == found.relative_entropy == 0
    assert found.target_error == pytest.approx(0, abs=1e-6)
    assert 1 / n_s - 1e-6 <= found.source_reached <= min(1, n_t / n_s) + 1e-6
    assert math.ceil(n_t / n_s) <= found.largest_fan_in <= n_t


@given(sizes, sizes)
def test_the_independent_coupling_has_all_the_entropy_there_can_be(n_s, n_t):
    found = measure_plans([torch.full((n_s, n_t), 1 / (n_s * n_t))])
    assert found.entropy == pytest.approx(math.log(n_s), abs=1e-5)
    assert found.relative_entropy == pytest.approx(1 if n_s > 1 else 0, abs=1e-5)
    assert found.source_error == pytest.approx(0, abs=1e-5)
    assert (found.source_reached, found.largest_fan_in) == (1, n_t)  # all entries are the largest


@given(st.integers(2, 8), st.integers(2, 8), seeds)
def test_transport_plans_keep_both_marginals(n_s, n_t, seed):
    cost = torch.rand(n_s, n_t, generator=torch.Generator().manual_seed(seed))
    found = measure_plans(solve([cost], epsilon=0.1, tolerance=1e-5, max_iterations=20_000).plans)
    assert found.source_error < 1e-4 and found.target_error < 1e-4


def test_a_source_error_of_almost_two_is_all_mass_on_one_of_many():
    plan = torch.zeros(100, 5)
    plan[7] = 1 / 5
    found = measure_plans([plan])
    assert found.source_error == pytest.approx(2 * 99 / 100, abs=1e-5)
    assert found.largest_fan_in == 5


def test_tokens_that_are_not_coupled_count_as_lacking_mass_and_have_no_entropy():
    plan = torch.zeros(3, 4)
    assert measure_plans([plan]).entropy is None
    assert measure_plans([plan]).largest_fan_in == 0
    plan[1, 2] = 1 / 4
    found = measure_plans([plan])
    assert (found.entropy, found.source_reached) == (0, pytest.approx(1 / 3))
    assert found.target_error == pytest.approx(3 / 4)


def test_entries_that_are_equally_large_are_all_the_largest():
    plan = torch.tensor([[0.5, 0.0, 0.1], [0.5, 0.0, 0.2]])
    assert largest_entries(plan).tolist() == [[True, False, False], [True, False, True]]


def test_no_plan_is_an_error():
    with pytest.raises(ValueError, match="no plan"):
        measure_plans([])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_plan_measures_the_same_on_the_gpu():
    plans = [random_plan(n_s, n_t, seed) for n_s, n_t, seed in ((3, 9, 1), (8, 2, 2), (1, 1, 3))]
    assert vars(measure_plans([plan.cuda() for plan in plans])) == pytest.approx(vars(measure_plans(plans)))
