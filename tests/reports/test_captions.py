"""What a caption says of an encoder."""

import pytest
from stores_by_hand import StoreOnDisk

from wcabench.reports.captions import describe_encoder, what_was_run
from wcabench.reports.collect import collect
from wcabench.reports.selection import CellSelection
from wcabench.runs.store import Store


def test_a_recipe_says_what_is_not_its_default_and_nothing_else(store: StoreOnDisk) -> None:
    store.cell(recipe={"adam_betas": [0.9, 0.999], "epochs": 7})
    (group,) = collect(Store(store.root).cells()[0], CellSelection())
    (recipe,) = [line for line in what_was_run(group) if line.startswith("Recipe: ")]
    assert recipe == "Recipe: epochs=7, max_labelled=1500, precision=fp32; weights of the last step."


@pytest.mark.parametrize(
    ("freeze", "said"),
    [
        (-1, "mini (sha256:0123456789ab)"),
        (0, "mini (sha256:0123456789ab), embeddings frozen"),
        (1, "mini (sha256:0123456789ab), embeddings and first layer frozen"),
        (3, "mini (sha256:0123456789ab), embeddings and first 3 layers frozen"),
    ],
)
def test_a_caption_says_what_is_frozen(freeze, said):
    assert (
        describe_encoder("mini", {"identity": "sha256:" + "0123456789abcdef" * 4, "freeze": freeze}) == said
    )
