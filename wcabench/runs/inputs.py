"""What models and cells are made from: data loaded slot by slot, and checks before anything is trained.

A test set's labels are loaded by `load_labels` alone, which is called once the predictions are there.
"""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wcabench import registry
from wcabench.contract import SLOTS, Languages, Need, Sentence, Side, Words
from wcabench.errors import UserError, require
from wcabench.runs.plan import PlannedCell

if TYPE_CHECKING:
    from wcabench.config import RecipeConfig
    from wcabench.data.data_source import DataSource
    from wcabench.data.sentences import PairData
    from wcabench.data.suites import Suite
    from wcabench.nn.training_data import TrainingData


def load_training_data(planned: PlannedCell, source: "DataSource") -> "TrainingData":
    """What the method of a cell declares, and the development set that chooses the epoch.

    Raises:
        UserError: missing or wrong data, data that changed since the plan was made, or an empty slot.
    """
    suite, recipe = _suite(planned), planned.recipe
    needs = registry.find(planned.method).load().info.needs
    loaded = suite.load_slots(planned.pair, planned.data, source, _to_load(needs, recipe))
    _check_unchanged(planned, suite, needs, loaded.sha256)
    reads_target_dev = recipe.select == "target-dev"
    target_dev = suite.load_target_dev(planned.pair, planned.data, source) if reads_target_dev else []
    return _visible(loaded.slots, loaded.policy.types, needs, recipe, target_dev, planned.pair, suite.name)


def training_data(data: "PairData", needs: Collection[Need], recipe: "RecipeConfig") -> "TrainingData":
    """The part of a pair's data that a method with these needs may see.

    Args:
        data: of the pair.
        needs: the slots that the method declares.
        recipe: its sizes and selection rule.

    Raises:
        UserError: the suite has nothing for a slot, or no development set of the kind that the rule reads.
    """
    slots = {need: data.slot(need) for need in SLOTS}
    return _visible(slots, data.types, needs, recipe, data.target_dev, data.pair, data.suite)


def load_words(planned: PlannedCell, source: "DataSource") -> dict[Side, list[Words]]:
    """The words of both test sets of a cell, without their labels."""
    words = _suite(planned).load_test_words(planned.pair, planned.data, source)
    return {"target": words.target, "source": words.source}


def load_labels(planned: PlannedCell, source: "DataSource") -> "PairData":
    """All data of a cell's pair, with the labels of the test sets: for scoring and diagnostics.

    Raises:
        UserError: missing or wrong data, or a test set that changed since the plan was made.
    """
    data = _suite(planned).load(planned.pair, planned.data, source)
    for side in planned.config["test"].values():
        if side not in data.sha256.values():
            raise _changed(planned)
    return data


def data_files(planned: PlannedCell, source: "DataSource") -> list[Path]:
    """The files of this machine that hold the suite's data, of every pair."""
    suite = _suite(planned)
    resources = (resource for pair in suite.pairs for resource in suite.resources(pair, planned.data))
    return sorted({file for resource in resources for file in source.locate(resource) or ()})


def check_data(cells: Iterable[PlannedCell], source: "DataSource") -> None:
    """Load the data of each cell's method once: what is missing or wrong is said before anything is trained."""
    for planned in {(cell.suite, cell.pair, cell.method): cell for cell in cells}.values():
        load_training_data(planned, source)
        load_words(planned, source)


def check_encoders(cells: Iterable[PlannedCell]) -> None:
    """Try each encoder out once: what it cannot do, and a layer that it lacks, is said before anything is trained."""
    from wcabench.nn.probe import probe_encoder

    asked = (
        (cell.encoder, cell.recipe.max_length, cell.method, cell.model.options.get("layers"))
        for cell in cells
    )
    for encoder, max_length, method, layers in dict.fromkeys(asked):
        probed = probe_encoder(encoder, max_length)
        if layers is not None:
            _check_layers(method, str(layers), probed.layers)


def _check_layers(method: str, layers: str, depth: int) -> None:
    from wcabench.nn.alignment import JointAlignment
    from wcabench.nn.layers import layer_numbers

    # An option of this name of another kind of method may mean anything.
    if issubclass(registry.find(method).load(), JointAlignment):
        layer_numbers(layers, depth, f"{method}.layers")


def sentence_pairs(data: "PairData", recipe: "RecipeConfig") -> list[Any]:
    """The sentence pairs that a method gets which declares slot "parallel"."""
    return _subset(_with_two_sides(data.slot("parallel"), data.slot("parallel")), recipe.max_pairs)


def _suite(planned: PlannedCell) -> "Suite":
    from wcabench.data import suites

    return suites.load_suite(planned.suite)


def _to_load(needs: Collection[Need], recipe: "RecipeConfig") -> set[Need]:
    """The slots to be read for a method: its own, and those that the harness takes from beside them."""
    beside: set[Need] = set()
    if recipe.select == "source-dev" or recipe.train_on == "train+dev":
        beside.add("source-dev")
    if "links" in needs:
        beside.add("parallel")
    return beside.union(needs)


def _visible(
    loaded: Mapping[str, Any],
    types: tuple[str, ...],
    needs: Collection[Need],
    recipe: "RecipeConfig",
    target_dev: list[Sentence],
    pair: str,
    suite: str,
) -> "TrainingData":
    """What a method sees of the slots that were loaded."""
    from wcabench.nn.training_data import SelectionRule, TrainingData

    slots = {need: _slot(need, loaded, recipe) for need in sorted(needs)}
    for need, content in slots.items():
        require(bool(content), f"suite '{suite}' has no {need} data for {pair}")
    rule = recipe.select
    development = {"last": [], "source-dev": loaded.get("source-dev") or [], "target-dev": target_dev}[rule]
    require(
        rule == "last" or bool(development),
        f"recipe.select={rule}: {pair} of suite '{suite}' has no such set",
    )
    on_target = any(SLOTS[need].target_side for need in needs)
    return TrainingData(
        types=types,
        slots=slots,
        languages=Languages(*pair.split("-", 1)) if on_target else None,
        selection=SelectionRule(rule, development, types),
    )


def _slot(need: Need, loaded: Mapping[str, Any], recipe: "RecipeConfig") -> Any:
    """What the bench hands out for a slot: without empty sentences, and cut to the recipe's sizes."""
    if need == "labelled":
        train = loaded["labelled"] + (loaded["source-dev"] if recipe.train_on == "train+dev" else [])
        return _subset([sentence for sentence in train if sentence.words], recipe.max_labelled)
    if need in ("parallel", "links"):
        kept = _with_two_sides(loaded[need], loaded["parallel"])
        return _subset(kept, recipe.max_pairs)
    if need in ("target-text", "monolingual"):
        return [words for words in loaded[need] if words]
    return loaded[need]


def _with_two_sides(items: list[Any], pairs: list[Any]) -> list[Any]:
    """The items whose sentence pair has words on both sides."""
    return [item for item, pair in zip(items, pairs, strict=False) if pair.source and pair.target]


def _subset(items: list[Any], size: int | None) -> list[Any]:
    """The first `size` of a shuffle that is the same for every method and seed, in the corpus' order."""
    from wcabench.nn.randomness import generator

    if size is None or size >= len(items):
        return items
    return [items[i] for i in sorted(generator(0, "subset").permutation(len(items))[:size])]


def _check_unchanged(
    planned: PlannedCell, suite: "Suite", needs: Collection[Need], loaded: Mapping[str, str]
) -> None:
    """Refuse slots that are not what the plan was made with.

    Args:
        planned: says what they were.
        suite: says which resources make a slot.
        needs: the slots.
        loaded: name of each resource that was read -> sha256 of its content.
    """
    resources = suite.roles(planned.pair, planned.data)
    roles = suite.slot_roles(planned.pair, planned.data)
    for need in needs:
        expected = planned.config["model"]["slots"][need].split("+")
        if any(loaded[resources[role].name] not in expected for role in roles[need]):
            raise _changed(planned)


def _changed(planned: PlannedCell) -> UserError:
    return UserError(
        f"{planned.pair}: its data changed on disk while this run was going on; give the same command again"
    )
