"""What a caption says of an encoder."""

import pytest
from stores_by_hand import StoreOnDisk

from wcabench.reports.captions import cell_notes, describe_encoder, unpredicted, what_was_run
from wcabench.reports.collect import collect
from wcabench.reports.options import Options
from wcabench.reports.report import read_report
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


def groups(store: StoreOnDisk):
    return collect(Store(store.root).cells()[0], CellSelection())


def test_words_without_a_prediction_are_said_to_be_what_the_score_took_them_for(store: StoreOnDisk) -> None:
    store.cell(unpredicted_words=3)
    store.cell(unpredicted_words=20, recipe={"long_sentences": "truncate", "max_length": 12})
    said = sorted(sentence for group in groups(store) for sentence in unpredicted(group))
    assert said == [
        "Words without a prediction, scored as O: none 3.",
        "Words without a prediction, such as those beyond the limit of 12 pieces, left out of gold and prediction "
        "alike: none 20.",
    ]


def test_pairs_that_were_left_out_are_said_once_for_all_cells(store: StoreOnDisk) -> None:
    note = "en-nl-parallel: 22 of 39 lines left out (empty: 22)"
    for seed in (1, 2, 3):
        store.cell(seed=seed, notes=[note])
        store.cell(seed=seed, method="wca-hard", notes=[note])
    (group,) = groups(store)
    assert cell_notes(group) == (f"en-nl: {note}.",)
    (section,) = read_report(store.root, Options(resamples=100)).sections
    assert section.tables[0].caption.count(f"en-nl: {note}.") == 1


@pytest.mark.parametrize(
    ("differs", "said"),
    [
        ({"environment": {"threads": 2}}, "threads (1 and 2)"),
        ({"environment": {"threads": 1, "device": "cuda: H200"}}, "device (cpu and cuda: H200)"),
        ({"training": {"precision": "bf16", "steps": 96}}, "precision (bf16 and fp32)"),
    ],
)
def test_a_table_that_mixes_machines_says_so_in_one_line(store: StoreOnDisk, differs, said) -> None:
    store.cell(seed=1, environment={"threads": 1, "device": "cpu"})
    store.cell(seed=2, **{"environment": {"threads": 1, "device": "cpu"}, **differs})
    for table in read_report(store.root, Options(resamples=100)).sections[0].tables:
        (mixed,) = [sentence for sentence in table.caption if sentence.startswith("Mixed: ")]
        assert said in mixed
