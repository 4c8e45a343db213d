"""The grid as the user asks for it: seeds, encoder, pairs and methods from the words on the command line."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wcabench import registry
from wcabench.config import EncoderConfig, build, resolved
from wcabench.data.files import expanded
from wcabench.errors import UserError, suggest
from wcabench.runs.process_state import state_kept

if TYPE_CHECKING:
    from wcabench.data.suites import Suite

Settings = Mapping[str, Mapping[str, Any]]  # `--set` as tables
LARGEST_SEED = 2**32 - 1
MOST_SEEDS = 1000


@dataclass(frozen=True)
class ChosenMethod:
    """A method of the run.

    Attributes:
        name: as registered.
        origin: where it comes from.
        instance: the method with its options.
        by_name: whether it was asked for by its name, and not by `all`.
    """

    name: str
    origin: str
    instance: Any
    by_name: bool


def parse_seeds(text: str) -> tuple[int, ...]:
    """`5` is the seeds 1 to 5; `1,7,42` (or `7,` for a single one) is a list.

    Raises:
        UserError: not numbers, none, negative ones, or one that is given twice.
    """
    try:
        if "," not in text:
            count = int(text)
            if not 1 <= count <= MOST_SEEDS:
                raise UserError(
                    f"--seeds {text}: a single number is how many seeds (1 to {MOST_SEEDS}); "
                    f"for the one seed {text} write --seeds {text},"
                )
            return tuple(range(1, count + 1))
        seeds = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise UserError(f"--seeds {text}: wanted a number of seeds (5) or a list of them (1,7,42)") from None
    twice = sorted({seed for seed in seeds if seeds.count(seed) > 1})
    if twice:
        raise UserError(f"--seeds {text}: {', '.join(map(str, twice))} is given twice; name each seed once")
    if not seeds or min(seeds) < 0 or max(seeds) > LARGEST_SEED:
        raise UserError(f"--seeds {text}: seeds lie between 0 and {LARGEST_SEED}, and at least one is needed")
    return seeds


def parse_encoder(text: str) -> EncoderConfig:
    """`PATH_OR_ID[@revision]` as an encoder with default settings.

    A folder that exists is taken as such, even with an `@` in its name.

    Raises:
        UserError: no path can have that name.
    """
    path = expanded(text)
    try:
        is_folder = path.is_dir()
    except OSError as error:  # too long
        raise UserError(f"--encoder {text[:80]}: {getattr(error, 'strerror', None) or error}") from error
    if is_folder:
        return EncoderConfig(name=str(path))
    name, at, revision = text.rpartition("@")
    if at and name and revision:
        return EncoderConfig(name=name, revision=revision)
    return EncoderConfig(name=str(path) if text.startswith("~") else text)


def choose_pairs(suite: "Suite", names: Iterable[str]) -> tuple[str, ...]:
    """The suite's pairs of these names, each once, in the order asked for; `all` is all of them."""
    known = {registry.canonical(pair): pair for pair in suite.pairs}
    chosen: dict[str, None] = {}
    for name in names:
        if registry.canonical(name) == "all":
            chosen.update(dict.fromkeys(suite.pairs))
        elif registry.canonical(name) in known:
            chosen[known[registry.canonical(name)]] = None
        else:
            raise suggest(name, [*suite.pairs, "all"], "pair", f"suite '{suite.name}'")
    return tuple(chosen)


def choose_methods(
    names: Iterable[str], settings: Settings, warn: Callable[[str], None]
) -> tuple[ChosenMethod, ...]:
    """The methods of these names with their options from `--set`, each once.

    Args:
        names: names in any spelling; `all` is every registered method that can be loaded.
        settings: tables of `--set`.
        warn: told of each method that `all` skips because it cannot be loaded.

    Raises:
        UserError: an unknown name or option, or a method asked for by name that cannot be loaded.
    """
    wanted: dict[str, bool] = {}  # name -> whether it was asked for by name
    for name in names:
        if registry.canonical(name) == "all":
            wanted = {**dict.fromkeys(registry.entries(), False), **wanted}
        else:
            wanted[registry.find(name).name] = True
    tables = {registry.canonical(table): values for table, values in settings.items()}
    _refuse_unknown_tables(tables, list(wanted))
    chosen = []
    for name, by_name in wanted.items():
        entry = registry.find(name)
        try:
            instance = _instance(entry, tables.get(name, {}))
        except UserError as error:
            if by_name or name in tables:
                raise
            warn(f"skipped: {error}")
            continue
        chosen.append(ChosenMethod(name, entry.origin, instance, by_name or name in tables))
    return tuple(chosen)


def _instance(entry: registry.RegisteredMethod, table: Mapping[str, Any]) -> Any:
    """The method with its options, which can be written as JSON."""
    try:
        with state_kept():
            instance = build(entry.load(), table, entry.name)
            method_options(instance)
        return instance
    except UserError:
        raise
    except Exception as error:  # anyone's code: a class that is no dataclass, a hint that cannot be read
        raise UserError(
            f"method '{entry.name}' ({entry.origin}): its options cannot be read: {error!r}"
        ) from error


def method_options(method: Any) -> dict[str, Any]:
    """All options of a method (its dataclass fields that can be given), as JSON values."""
    return json.loads(json.dumps(resolved(method)))  # type: ignore[no-any-return]


def default_options(cls: type[Any]) -> dict[str, Any]:
    """A method's options as they are when nothing is set; none for a method with an option that must be given."""
    try:
        return method_options(cls())
    except TypeError:
        return {}


def _refuse_unknown_tables(tables: Iterable[str], methods: list[str]) -> None:
    for table in tables:
        if table in ("encoder", "recipe", "data") or table in methods:
            continue
        if table in registry.entries():
            raise UserError(f"--set {table}.…: method '{table}' is not in this run; add --method {table}")
        raise suggest(table, ["encoder", "recipe", "data", *methods], "table of --set")
