"""What models and cells are made from: data loaded slot by slot, and checks before anything is trained.

A test set's labels are loaded by `load_labels` alone, which is called once the predictions are there.
"""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wcabench import registry
from wcabench.contract import SLOTS, Languages, Need, SentencePair, Side, Words
from wcabench.errors import UserError, require
from wcabench.runs.plan import PlannedCell

if TYPE_CHECKING:
    from wcabench.config import RecipeConfig
    from wcabench.data.resources import DataSource
    from wcabench.data.sentences import PairData
    from wcabench.data.suites import Suite
    from wcabench.nn.training_data import TrainingData


def load_training_data(planned: PlannedCell, source: "DataSource") -> "TrainingData":
    """What the method of a cell declares, and the development set that chooses the epoch.

    Raises:
        UserError: missing or wrong data, data that changed since the plan was made, or an empty slot.
    """
    needs = registry.find(planned.method).load().info.needs
    return training_data(_load(planned, source), needs, planned.recipe)


def training_data(data: "PairData", needs: Collection[Need], recipe: "RecipeConfig") -> "TrainingData":
    """The part of a pair's data that a method with these needs may see.

    Args:
        data: of the pair.
        needs: the slots that the method declares.
        recipe: its sizes and selection rule.

    Raises:
        UserError: the suite has nothing for a slot, or no development set of the kind that the rule reads.
    """
    from wcabench.nn.training_data import SelectionRule, TrainingData

    slots = {need: slot_content(need, data, recipe) for need in sorted(needs)}
    for need, content in slots.items():
        require(bool(content), f"suite '{data.suite}' has no {need} data for {data.pair}")
    rule = recipe.select
    sets = {"last": [], "source-dev": data.source_dev, "target-dev": data.target_dev}
    require(
        rule == "last" or bool(sets[rule]),
        f"recipe.select={rule}: {data.pair} of suite '{data.suite}' has no such set",
    )
    on_target = any(SLOTS[need].target_side for need in needs)
    return TrainingData(
        types=data.types,
        slots=slots,
        languages=Languages(*data.pair.split("-", 1)) if on_target else None,
        selection=SelectionRule(rule, sets[rule], data.types),
    )


def load_words(planned: PlannedCell, source: "DataSource") -> dict[Side, list[Words]]:
    """The words of both test sets of a cell, without their labels."""
    data = _load(planned, source)
    return {
        "target": [sentence.words for sentence in data.target_test],
        "source": [sentence.words for sentence in data.source_test],
    }


def load_labels(planned: PlannedCell, source: "DataSource") -> "PairData":
    """All data of a cell's pair, with the labels of the test sets: for scoring and diagnostics."""
    return _load(planned, source)


def data_files(planned: PlannedCell, source: "DataSource") -> list[Path]:
    """The files of this machine that hold the suite's data, of every pair."""
    suite = _suite(planned)
    resources = (one for pair in suite.pairs for one in suite.resources(pair, planned.data))
    return sorted({file for one in resources for file in source.locate(one) or ()})


def check_data(cells: Iterable[PlannedCell], source: "DataSource") -> None:
    """Load the data of each cell's method once: what is missing or wrong is said before anything is trained."""
    for planned in {(cell.suite, cell.pair, cell.method): cell for cell in cells}.values():
        load_training_data(planned, source)


def check_encoders(cells: Iterable[PlannedCell]) -> None:
    """Try each encoder out once: what it cannot do is said before anything is trained."""
    from wcabench.nn.probe import probe_encoder

    for encoder, max_length in dict.fromkeys((cell.encoder, cell.recipe.max_length) for cell in cells):
        probe_encoder(encoder, max_length)


def _suite(planned: PlannedCell) -> "Suite":
    from wcabench.data import suites

    return suites.load_suite(planned.suite)


def _load(planned: PlannedCell, source: "DataSource") -> "PairData":
    data = _suite(planned).load(planned.pair, planned.data, source)
    expected = planned.config["test"]
    if expected["target"] not in data.sha256.values() or expected["source"] not in data.sha256.values():
        raise UserError(f"{planned.pair}: a test set changed on disk while this run was going on")
    return data


def slot_content(need: Need, data: "PairData", recipe: "RecipeConfig") -> Any:
    """What the bench hands out for a slot."""
    if need == "labelled":
        train = data.train + (data.source_dev if recipe.train_on == "train+dev" else [])
        return _subset([sentence for sentence in train if sentence.words], recipe.max_labelled)
    if need in ("parallel", "links"):
        pairs = _subset([pair for pair in data.parallel if pair.source and pair.target], recipe.max_pairs)
        if need == "links":
            return [pair.links for pair in pairs] if any(pair.links is not None for pair in pairs) else []
        return [SentencePair(pair.source, pair.target) for pair in pairs]
    if need == "source-dev":
        return data.source_dev
    return data.slot(need)


def _subset(items: list[Any], size: int | None) -> list[Any]:
    """The first `size` of a shuffle that is the same for every method and seed, in the corpus' order."""
    from wcabench.nn.randomness import generator

    if size is None or size >= len(items):
        return items
    return [items[i] for i in sorted(generator(0, "subset").permutation(len(items))[:size])]
