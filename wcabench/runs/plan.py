"""Plan: the grid of methods, pairs and seeds as cells, each with its resolved configuration and its key."""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, TypeVar

from wcabench.config import DataConfig, EncoderConfig, RecipeConfig, build, resolved
from wcabench.errors import UserError
from wcabench.nn.identity import encoder_identity
from wcabench.runs.grid import ChosenMethod, Settings, choose_methods, choose_pairs

if TYPE_CHECKING:
    from wcabench.data.resources import DataSource
    from wcabench.data.suites import Suite

T = TypeVar("T")
CONFIG_SCHEMA = 1


@dataclass(frozen=True)
class PlannedCell:
    """One cell of the grid, before it is run.

    Attributes:
        suite: what `load_suite` takes: a name or a path.
        pair: "en-nl".
        method: the method's registered name.
        seed: makes the head, the dropout and the order of the labelled sentences.
        options: the method's options, all of them.
        encoder: with its path, which is not in the key.
        recipe: how it trains.
        data: choices about the data.
        origin: where the method comes from.
        config: everything that decides the numbers, and nothing else: what the key is made of.
        key: see `config_key`.
    """

    suite: str
    pair: str
    method: str
    seed: int
    options: dict[str, Any]
    encoder: EncoderConfig
    recipe: RecipeConfig
    data: DataConfig
    origin: str
    config: dict[str, Any]
    key: str

    @property
    def label(self) -> str:
        """For people: "en-nl wca-hard seed 1"."""
        return f"{self.pair} {self.method} seed {self.seed}"


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal configurations give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def config_key(config: Mapping[str, Any]) -> str:
    """The first 16 hex digits of the sha256 of the configuration's canonical JSON.

    Raises:
        UserError: a value is not a finite number.
    """
    try:
        text = canonical_json(config)
    except ValueError:
        raise UserError("a value of the configuration is infinite or not a number; see --set") from None
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def plan(
    suite: "Suite",
    methods: Sequence[str],
    pairs: Sequence[str],
    seeds: Sequence[int],
    *,
    settings: Settings | None = None,
    encoder: EncoderConfig | None = None,
    source: "DataSource",
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
        suite_path: what `load_suite` was given, where it is not the suite's name.
        warn: told of methods that `all` skips.

    Raises:
        UserError: unknown method, pair, table or key, a value of the wrong type, missing encoder or data.
    """
    tables = settings or {}
    chosen = choose_methods(methods, tables, warn)
    the_encoder = overlay(encoder or suite.encoder, tables.get("encoder", {}), "encoder")
    recipe = overlay(suite.recipe, tables.get("recipe", {}), "recipe")
    data = overlay(suite.data, tables.get("data", {}), "data")
    shared = {
        "schema": CONFIG_SCHEMA,
        "suite": suite.name,
        "encoder": _encoder_table(the_encoder),
        "recipe": resolved(recipe),
    }
    hashes = {pair: suite.fingerprint(pair, data, source) for pair in choose_pairs(suite, pairs)}
    cells = []
    for seed, pair, method in product(seeds, hashes, chosen):
        config = {**shared, **_own_config(seed, pair, method, data, hashes[pair])}
        cells.append(
            PlannedCell(
                suite=suite_path or suite.name,
                pair=pair,
                method=method.name,
                seed=seed,
                options=method.options,
                encoder=the_encoder,
                recipe=recipe,
                data=data,
                origin=method.origin,
                config=config,
                key=config_key(config),
            )
        )
    return cells


def _own_config(
    seed: int, pair: str, method: ChosenMethod, data: DataConfig, hashes: Mapping[str, str]
) -> dict[str, Any]:
    """What a cell's configuration has beside that of the whole grid."""
    return {
        "pair": pair,
        "seed": seed,
        "method": {"name": method.name, "options": method.options},
        # Not the translation's name: its content says which one it is, however it was chosen.
        "data": {"labels": data.labels, "sha256": dict(hashes)},
    }


def overlay(base: T, table: Mapping[str, Any], where: str) -> T:
    """`base` with the values of a `--set` table laid over it."""
    values = {key.replace("-", "_"): value for key, value in table.items()}
    return build(type(base), {**dataclasses.asdict(base), **values}, where)  # type: ignore[call-overload]


def _encoder_table(encoder: EncoderConfig) -> dict[str, Any]:
    """The encoder as it stands in the key: by content or pinned revision, never by path."""
    table = resolved(encoder)
    del table["name"], table["revision"]
    return {"identity": encoder_identity(encoder), **table}
