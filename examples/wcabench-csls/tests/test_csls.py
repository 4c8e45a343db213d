"""The coupling against the definition of CSLS, in plain loops; and what must hold of it whatever the numbers."""

import pytest
import torch
from wcabench_csls import Csls, csls

from wcabench.config import build
from wcabench.conformance import check
from wcabench.errors import UserError
from wcabench.registry import find
from wcabench.transport import Costs

SHAPES = [(1, 1), (1, 7), (7, 1), (3, 12), (12, 3), (10, 11), (15, 14)]


def random_costs(shapes=SHAPES, layers=3, seed=0) -> Costs:
    generator = torch.Generator().manual_seed(seed)
    matrices = [2 * torch.rand(layers, n_s, n_t, generator=generator) for n_s, n_t in shapes]
    return Costs(matrices, list(range(len(shapes))))


def by_definition(cosine: list[list[float]], k: int) -> list[list[float]]:
    def mean_of_nearest(values):
        nearest = sorted(values, reverse=True)[:k]
        return sum(nearest) / len(nearest)

    r_t = [mean_of_nearest(row) for row in cosine]
    r_s = [mean_of_nearest(column) for column in zip(*cosine, strict=True)]
    return [[2 * cosine[i][j] - r_t[i] - r_s[j] for j in range(len(r_s))] for i in range(len(r_t))]


@pytest.mark.parametrize("k", [1, 2, 10, 99])
@pytest.mark.parametrize("shape", SHAPES)
def test_csls_is_its_definition(shape, k):
    cosine = 2 * torch.rand(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64) - 1
    torch.testing.assert_close(
        csls(cosine, k), torch.tensor(by_definition(cosine.tolist(), k), dtype=torch.float64)
    )


@pytest.mark.parametrize("k", [1, 3, 10])
def test_each_target_token_goes_to_the_best_by_the_mean_similarity_over_layers(k):
    costs = random_costs()
    for plan, cost in zip(Csls(k=k).couple(costs).plans, costs.by_layer, strict=True):
        scores = by_definition((1 - cost.mean(0)).tolist(), k)
        for j, column in enumerate(zip(*scores, strict=True)):
            assert plan[:, j].tolist() == pytest.approx(
                [(i == column.index(max(column))) / plan.shape[1] for i in range(len(column))]
            )


def test_a_source_token_that_is_near_to_everything_loses_the_tokens_that_have_their_own():
    own = torch.eye(4) * 0.5
    hub = torch.full((1, 4), 0.55)
    cost = 1 - torch.cat([hub, own])
    costs = Costs([cost[None]], [0])
    assert find("nearest-token").load()().couple(costs).plans[0].argmax(0).tolist() == [0, 0, 0, 0]
    assert Csls().couple(costs).plans[0].argmax(0).tolist() == [1, 2, 3, 4]


def test_it_is_registered_with_its_options():
    cls = find("CSLS").load()
    assert cls is Csls and cls.info.needs == {"labelled", "parallel"}
    assert build(cls, {"k": "5", "beta": "0.1"}, "csls") == Csls(k=5, beta=0.1)


def test_it_keeps_its_contract_with_the_bench():
    report = check("csls")
    assert report.passed, report


@pytest.mark.parametrize("k", [0, -1])
def test_no_neighbours_is_an_error_of_the_user(k):
    with pytest.raises(UserError, match=r"csls\.k"):
        build(Csls, {"k": k}, "csls")
