"""The grid of a signature: what a line under a table says is enough to run its cells again."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wcabench import registry
from wcabench.config import EncoderConfig, RecipeConfig, build
from wcabench.contract import Need
from wcabench.errors import UserError
from wcabench.nn.identity import encoder_name
from wcabench.runs.differences import difference
from wcabench.runs.grid import default_options
from wcabench.runs.here import Here, find_data, find_encoder, find_suite
from wcabench.runs.installation import installation
from wcabench.runs.pair_content import PairContent
from wcabench.runs.plan import PlannedCell, plan
from wcabench.runs.repeat import Repetition
from wcabench.runs.signature import environment_fields, short_hash, signature
from wcabench.runs.signature_fields import (
    Fields,
    field_covers,
    merged_lines,
    read_fields,
    read_seeds,
    values_left_out,
)

if TYPE_CHECKING:
    from wcabench.data.suites import Suite

INSTALLATION = ("wcabench", "code", "torch", "precision", "device")
TESTS = ("target-test", "source-test")
FROM_STORE = "give the results that it was printed for with --from"


@dataclass(frozen=True)
class _Signed:
    """What a signature says of the settings, in this installation's terms."""

    methods: tuple[tuple[str, dict[str, str]], ...]
    pairs: tuple[str, ...]
    seeds: tuple[int, ...]
    suite: "Suite"
    suite_path: str
    encoder: EncoderConfig
    encoder_options: dict[str, str]
    recipe: RecipeConfig
    labels: str
    data: str


def repeat_signature(line: str, here: Here) -> Repetition:
    """Every method, pair and seed of a signature, with what is not in it as it is by default here.

    A table in which not every method has every pair and seed has fewer cells than its signature's grid.

    Raises:
        UserError: no signature; one that leaves values out; suite, encoder, method or a setting is unknown here.
    """
    fields = read_fields(line)
    left_out = values_left_out(fields)
    if left_out:
        raise UserError(f"the signature leaves out the values of {', '.join(left_out)}: {FROM_STORE}")
    planned = {cell.key: cell for cell in _plan(_read(fields, here), here)}
    cells = sorted(planned.values(), key=lambda cell: cell.seed)
    lines = [_line(cell, here) for cell in cells]
    changed: list[str] = []
    installed: list[str] = []
    for name, text in fields.items():
        changed_field = _difference(name, text, lines)
        if changed_field:
            (installed if name in INSTALLATION else changed).append(changed_field)
    return Repetition(tuple(cells), tuple(changed), tuple(installed))


def _read(fields: Fields, here: Here) -> _Signed:
    suite, path = find_suite(fields["suite"], here)
    encoder, _, encoder_options = fields["enc"].partition(",")
    recipe = _options("" if fields["recipe"] == "default" else fields["recipe"], RecipeConfig)
    for name in ("select", "precision"):
        if name in fields:
            recipe[name] = fields[name]
    labels = re.search(r"labels:(\w+)", fields["data"])
    return _Signed(
        methods=tuple(_methods(fields["method"])),
        pairs=tuple(fields["pair"].split("+")),
        seeds=tuple(read_seeds(fields["seed"])),
        suite=suite,
        suite_path=path,
        encoder=_encoder(encoder, suite, here),
        encoder_options=_options(encoder_options, EncoderConfig),
        recipe=build(RecipeConfig, recipe, "recipe"),
        labels=labels[1] if labels else suite.data.labels,
        data=fields["data"],
    )


def _methods(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each method with its options; a name may come several times, with other options."""
    names = "|".join(map(re.escape, registry.entries()))
    for method in re.split(rf"\+(?=(?:{names})(?:,|\+|$))", text):
        name, _, options = method.partition(",")
        yield name, _options(options, registry.find(name).load())


def _options(text: str, cls: type[Any]) -> dict[str, str]:
    """ "key:value,key:value" as a table; a comma that no key of the settings follows belongs to its value."""
    known = [field.name for field in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else []
    parts = re.split(rf",(?=(?:{'|'.join(known)}):)", text) if text else []
    table = {key: value for key, _, value in (part.partition(":") for part in parts)}
    unknown = sorted(table.keys() - set(known))
    if unknown:
        raise UserError(
            f"the signature sets {', '.join(unknown)}, which this wcabench does not know: another made it"
        )
    return table


def _encoder(text: str, suite: "Suite", here: Here) -> EncoderConfig:
    name, at, content = text.rpartition("@")
    local = at and content.startswith("sha256:")
    return find_encoder(content if local else f"hub:{text}", name, suite, here)


def _plan(signed: _Signed, here: Here) -> Iterator[PlannedCell]:
    for pair in signed.pairs:

        def fits(content: PairContent) -> bool:
            tables = (content.table(signed.recipe, (*TESTS, *needs)) for needs in _needs(signed))
            values = (f"{short_hash(table)},labels:{signed.labels}" for table in tables)
            return any(field_covers("data", signed.data, value) for value in values)

        data = find_data(signed.suite, pair, signed.labels, here, fits)
        for method, options in signed.methods:
            settings: dict[str, dict[str, Any]] = {
                "encoder": {**_default_encoder(), **signed.encoder_options},
                "recipe": dataclasses.asdict(signed.recipe),
                "data": dataclasses.asdict(data),
                method: options,
            }
            yield from plan(
                signed.suite,
                [method],
                [pair],
                signed.seeds,
                settings=settings,
                encoder=signed.encoder,
                source=here.source,
                device=here.device,
                suite_path=signed.suite_path,
            )


def _needs(signed: _Signed) -> Iterator[frozenset[Need]]:
    """The slots of each method."""
    return (registry.find(method).load().info.needs for method, _ in signed.methods)


def _default_encoder() -> dict[str, Any]:
    """A signature says what differs from these, not from the suite's."""
    table = dataclasses.asdict(EncoderConfig())
    return {key: value for key, value in table.items() if key not in ("name", "revision")}


def _line(cell: PlannedCell, here: Here) -> str:
    """The signature that a cell would get here."""
    defaults = default_options(registry.find(cell.method).load())
    selected = cell.recipe.select
    line = signature(
        cell.config, encoder_name(cell.encoder), defaults, labels=cell.data.labels, selected=selected
    )
    return "|".join([line, *environment_fields(installation(cell, here.device))])


def _difference(name: str, text: str, lines: list[str]) -> str | None:
    """What a field is here, where that is not what the signature says."""
    now = read_fields(merged_lines(lines)).get(name, "-")
    single = [read_fields(line).get(name, "-") for line in lines]
    if name in INSTALLATION:
        same = _kind(name, text) == _kind(name, now)
    elif name == "enc":
        same = _content(text) == _content(now)
    else:
        same = all(field_covers(name, text, value) for value in single)
    return None if same else difference(name, text, now)


def _kind(name: str, text: str) -> str:
    """Of a device only its kind: which one it is, is no reason to refuse."""
    return text.partition(":")[0] if name == "device" else text


def _content(encoder: str) -> str:
    """Without the name of a folder."""
    return re.sub(r"^[^@]*@(?=sha256:)", "", encoder)
