"""Plan: the grid of methods, pairs and seeds as models and cells, each with its resolved configuration and its key.

A model is what a method trains; its key holds what decides it. A cell is a model's score on the test sets of one pair:
pairs, methods and studies share the models that they have in common.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any, TypeVar

from wcabench.config import DataConfig, EncoderConfig, RecipeConfig, build, resolved
from wcabench.contract import SLOTS, Languages
from wcabench.errors import UserError, require
from wcabench.nn.identity import encoder_identity
from wcabench.runs.code import scoring_code, tagging_code
from wcabench.runs.grid import ChosenMethod, Settings, choose_methods, choose_pairs
from wcabench.runs.keys import PlannedModel, TrainingContext, config_key, plan_model
from wcabench.runs.pair_content import PairContent, pair_content

if TYPE_CHECKING:
    from wcabench.data.data_source import DataSource
    from wcabench.data.suites import Suite

T = TypeVar("T")
CONFIG_SCHEMA = 2


@dataclass(frozen=True)
class PlannedCell:
    """One cell of the grid, before it is run.

    Attributes:
        suite: what `load_suite` takes: a name or a path.
        pair: "en-nl".
        data: choices about the data.
        model: what is trained for it.
        config: the model's configuration, the test sets, and how they are scored: what the key is made of.
        key: see `config_key`.
    """

    suite: str
    pair: str
    data: DataConfig
    model: PlannedModel
    config: dict[str, Any]
    key: str

    @property
    def method(self) -> str:
        """The method's registered name."""
        return self.model.method

    @property
    def seed(self) -> int:
        """The seed."""
        return self.model.context.seed

    @property
    def recipe(self) -> RecipeConfig:
        """How the model trains."""
        return self.model.context.recipe

    @property
    def encoder(self) -> EncoderConfig:
        """The encoder, with its path."""
        return self.model.context.encoder

    @property
    def label(self) -> str:
        """For people: "en-nl wca-hard seed 1"."""
        return f"{self.pair} {self.method} seed {self.seed}"


def plan(
    suite: "Suite",
    methods: Sequence[str],
    pairs: Sequence[str],
    seeds: Sequence[int],
    *,
    settings: Settings | None = None,
    encoder: EncoderConfig | None = None,
    source: "DataSource",
    device: str = "auto",
    as_published: bool = False,
    suite_path: str | None = None,
    warn: Callable[[str], None] = lambda _: None,
) -> list[PlannedCell]:
    """The cells of a grid, seed by seed, so that a run that is cut short has something of every method.

    Args:
        suite: gives the pairs and the defaults of encoder, recipe and data.
        methods: names, or "all".
        pairs: names, or "all".
        seeds: see `grid.parse_seeds`.
        settings: `--set` as tables: "encoder", "recipe", "data", or a method's name.
        encoder: replaces the suite's, before `settings` are applied.
        source: where the data is looked for.
        device: that the models will be trained on: it decides what precision "auto" is.
        as_published: apply each method's published settings, under those of `settings`.
        suite_path: what `load_suite` was given, where it is not the suite's name.
        warn: told of methods that `all` skips.

    Raises:
        UserError: unknown method, pair, table or key, a value of the wrong type, missing encoder or data.
    """
    tables = settings or {}
    chosen = choose_methods(methods, tables, warn)
    data = overlay(suite.data, tables.get("data", {}), "data")
    contents = {pair: pair_content(suite, pair, data, source) for pair in choose_pairs(suite, pairs)}
    settings_of = {
        method.name: _training_settings(suite, encoder, tables, method, device, as_published)
        for method in chosen
    }
    runnable = {
        (pair, method.name)
        for pair, method in product(contents, chosen)
        if _has_data(contents[pair], method, pair, suite.name, warn)
    }
    cells = []
    for seed, pair, method in product(seeds, contents, chosen):
        if (pair, method.name) not in runnable:
            continue
        context = _context(settings_of[method.name], seed, pair, contents[pair])
        model = plan_model(context, method.instance, method.name, method.origin)
        config = _cell_config(suite.name, pair, model, contents[pair])
        cells.append(PlannedCell(suite_path or suite.name, pair, data, model, config, config_key(config)))
    return cells


def overlay(base: T, table: Mapping[str, Any], where: str) -> T:
    """`base` with the values of a `--set` table laid over it."""
    values = {key.replace("-", "_"): value for key, value in table.items()}
    return build(type(base), {**dataclasses.asdict(base), **values}, where)  # type: ignore[call-overload]


def _training_settings(
    suite: "Suite",
    encoder: EncoderConfig | None,
    tables: Settings,
    method: ChosenMethod,
    device: str,
    as_published: bool,
) -> tuple[EncoderConfig, dict[str, Any], RecipeConfig]:
    """Encoder, its table in the key, and recipe of one method."""
    from wcabench.nn.precision import resolve_precision

    published: dict[str, dict[str, Any]] = {"encoder": {}, "recipe": {}}
    for name, value in method.instance.info.published.items() if as_published else ():
        table, _, key = name.partition(".")
        published[table][key] = value
    the_encoder = overlay(
        encoder or suite.encoder, {**published["encoder"], **tables.get("encoder", {})}, "encoder"
    )
    recipe = overlay(suite.recipe, {**published["recipe"], **tables.get("recipe", {})}, "recipe")
    recipe = replace(recipe, precision=resolve_precision(recipe.precision, device))
    return the_encoder, _encoder_table(the_encoder), recipe


def _context(
    settings: tuple[EncoderConfig, dict[str, Any], RecipeConfig],
    seed: int,
    pair: str,
    content: PairContent,
) -> TrainingContext:
    """What decides the models of one pair and seed, but for the method.

    Raises:
        UserError: the development set that `recipe.select` names is not there.
    """
    encoder, encoder_table, recipe = settings
    selection = content.shas.get(recipe.select.replace("-", "_"))
    require(
        recipe.select == "last" or selection is not None,
        f"recipe.select={recipe.select}: {pair} has no such set; name one in the suite, or take recipe.select=last",
    )
    return TrainingContext(
        encoder=encoder,
        encoder_table=encoder_table,
        recipe=recipe,
        seed=seed,
        types=content.policy.types,
        languages=Languages(*pair.split("-", 1)),
        slots=content.slots(recipe),
        selection=selection,
    )


def _has_data(
    content: PairContent, method: ChosenMethod, pair: str, suite: str, warn: Callable[[str], None]
) -> bool:
    """Whether there is data for all slots of a method; one that was asked for by its name must have it.

    Raises:
        UserError: it was asked for by its name, and a slot is empty.
    """
    missing = sorted(method.instance.info.needs - content.slot_roles.keys())
    if missing and method.by_name:
        raise UserError(
            f"method '{method.name}' needs {missing[0]} data, and suite '{suite}' has none for {pair}: "
            f"leave the method out, or add {SLOTS[missing[0]].given_by} in a suite of your own"
        )
    if missing:
        warn(f"skipped: {method.name} on {pair}: suite '{suite}' has no {' and no '.join(missing)} data")
    return not missing


def _cell_config(suite: str, pair: str, model: PlannedModel, content: PairContent) -> dict[str, Any]:
    """What decides a cell: its model, the test sets, and how they are scored."""
    return {
        "schema": CONFIG_SCHEMA,
        "suite": suite,
        "pair": pair,
        "model": model.config,
        "test": {side: content.shas[f"{side}_test"] for side in ("target", "source")},
        "types": list(content.policy.types),
        "mapped_to_o": list(content.policy.mapped),
        "code": {"tagging": tagging_code(), "scoring": scoring_code()},
    }


def _encoder_table(encoder: EncoderConfig) -> dict[str, Any]:
    """The encoder as it stands in the key: by content or pinned revision, never by path."""
    table = resolved(encoder)
    del table["name"], table["revision"]
    return {"identity": encoder_identity(encoder), **table}
