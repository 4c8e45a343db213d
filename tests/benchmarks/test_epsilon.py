"""What the table against epsilon counts."""

import epsilon
import pytest
import torch


def test_agreement_is_the_share_of_columns_with_the_same_partner():
    exact = [torch.tensor([[0.5, 0.0, 0.2], [0.0, 0.5, 0.2]]), torch.tensor([[1.0]])]
    other = [torch.tensor([[0.4, 0.3, 0.1], [0.1, 0.2, 0.3]]), torch.tensor([[0.2]])]
    # The first column and the lone one agree; the second does not, nor the third: of equals the first counts.
    assert epsilon.agreement(other, exact) == pytest.approx(2 / 4)
    assert epsilon.agreement(exact, exact) == 1


def test_plans_are_averaged_over_the_layers_of_their_pair():
    plans = [torch.full((2, 2), float(k)) for k in (1, 3, 10, 20)]
    assert [float(mean[0, 0]) for mean in epsilon.means(plans, 2)] == [2, 15]


def test_small_epsilon_couples_as_the_exact_plan_does(monkeypatch):
    monkeypatch.setattr(epsilon, "EPSILONS", (1.0, 0.002))
    generator = torch.Generator().manual_seed(0)
    costs = [2 * torch.rand(7, 7, generator=generator) for _ in range(24)]
    rows = epsilon.measure(costs, 2)
    assert rows["exact"].layer == rows["exact"].mean == 1
    assert rows["0.002"].layer > 0.99 > rows["1"].layer
    assert rows["0.002"].iterations > rows["1"].iterations
    lines = epsilon.table(rows, rows).splitlines()
    assert len(lines) == 2 + len(rows)
    assert lines[3].startswith("| nearest token | ")


def test_what_had_not_converged_in_the_methods_iterations_is_counted(monkeypatch):
    monkeypatch.setattr(epsilon, "EPSILONS", (0.01,))
    generator = torch.Generator().manual_seed(0)
    costs = [2 * torch.rand(9, 14, generator=generator) for _ in range(32)]
    monkeypatch.setattr(epsilon, "DEFAULT_ITERATIONS", 3)
    hurried = epsilon.measure(costs, 1)["0.01"]
    assert hurried.in_time == 0
    assert hurried.missed > 1e-4
    assert hurried.settled < 1
    monkeypatch.setattr(epsilon, "DEFAULT_ITERATIONS", epsilon.ITERATIONS)
    assert epsilon.measure(costs, 1)["0.01"].settled == 1
