"""A cell's configuration: what decides its numbers and makes its key, read alike whichever schema wrote it.

Schema 1: suite, pair, seed, method, encoder, recipe, and data (label policy, sha256 of every resource).
Schema 2: suite, pair, test (sha256 of both test sets), types, mapped_to_o, code (of tagging and scoring), and model:
method, code, encoder, recipe, seed, types, slots (sha256 of what each slot gave to the method).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wcabench.runs import schema
from wcabench.runs.schema import Count, Kind, ListOf, MapOf, Name, Nullable, String
from wcabench.scoring.scorer import TestSide

Table = Mapping[str, Any]
_SHA256_BY_NAME = MapOf(String())
_METHOD = schema.Fields({"name": Name(), "options": schema.Fields()})
_ENCODER = schema.Fields({"identity": String()})
_RECIPE: Kind = schema.Fields(
    {}, dict.fromkeys(("select", "precision", "long_sentences", "train_on"), String())
)
_MODEL: dict[str, Kind] = {"method": _METHOD, "encoder": _ENCODER, "recipe": _RECIPE, "seed": Count()}
_SCHEMAS = {
    1: schema.Fields(
        {
            "suite": Name(),
            "pair": Name(),
            **_MODEL,
            "data": schema.Fields({}, {"labels": Nullable(String()), "sha256": _SHA256_BY_NAME}),
        },
    ),
    2: schema.Fields(
        {
            "suite": Name(),
            "pair": Name(),
            "test": schema.Fields({"target": String(), "source": String()}),
            "types": ListOf(String()),
            "model": schema.Fields(
                {**_MODEL, "slots": _SHA256_BY_NAME},
                {
                    "code": _SHA256_BY_NAME,
                    "types": ListOf(String()),
                    "languages": ListOf(String()),
                    "selection": Nullable(String()),
                },
            ),
        },
        {"code": _SHA256_BY_NAME, "mapped_to_o": ListOf(String())},
    ),
}


def problem_of(table: Any) -> str:
    """What keeps a value from being a configuration: "'encoder' is missing"; empty for nothing."""
    number = table.get("schema", 1) if isinstance(table, dict) else 1
    if not isinstance(number, int) or number not in _SCHEMAS:
        return f"schema {number!r} is not one that this wcabench reads (1 to {max(_SCHEMAS)})"
    return _SCHEMAS[number].problem(table, "")


@dataclass(frozen=True)
class Configuration:
    """Reads a configuration by names that hold for every schema.

    Attributes:
        table: as the record has it; `problem_of` finds nothing wrong with it.
    """

    table: Table

    @property
    def schema(self) -> int:
        """The configuration's schema."""
        return int(self.table.get("schema", 1))

    @property
    def suite(self) -> str:
        """Name of the suite."""
        return str(self.table["suite"])

    @property
    def pair(self) -> str:
        """The language pair, "en-nl"."""
        return str(self.table["pair"])

    @property
    def model(self) -> Table:
        """The table that holds method, encoder, recipe and seed."""
        model: Table = self.table if self.schema == 1 else self.table["model"]
        return model

    @property
    def method(self) -> str:
        """The method's registered name."""
        return str(self.model["method"]["name"])

    @property
    def options(self) -> dict[str, Any]:
        """All options of the method."""
        return dict(self.model["method"]["options"])

    @property
    def seed(self) -> int:
        """Of the model's head, its dropout and the order of the labelled sentences."""
        return int(self.model["seed"])

    @property
    def encoder(self) -> dict[str, Any]:
        """The encoder's settings, with "identity" for its content."""
        return dict(self.model["encoder"])

    @property
    def recipe(self) -> dict[str, Any]:
        """How the model was trained; schema 2 says which precision "auto" became."""
        return dict(self.model["recipe"])

    @property
    def code(self) -> dict[str, str]:
        """sha256 of the code of harness, method, tagging and scoring; empty in schema 1, whose key does not hold it."""
        return {**self.model.get("code", {}), **self.table.get("code", {})} if self.schema > 1 else {}

    @property
    def labels(self) -> str:
        """The label policy; empty in schema 2, which says by `types` and `mapped_to_o` what it did."""
        return str(self.table["data"].get("labels", "")) if self.schema == 1 else ""

    @property
    def types(self) -> tuple[str, ...]:
        """The entity types that are scored; none where schema 1 does not say (its counts do)."""
        return tuple(self.table["types"]) if self.schema > 1 else ()

    @property
    def trained_types(self) -> tuple[str, ...]:
        """The entity types that the model was trained with; none where schema 1 does not say."""
        return tuple(self.model.get("types", ())) if self.schema > 1 else ()

    @property
    def mapped_to_o(self) -> tuple[str, ...]:
        """Types that are trained with and read as O where they are predicted for the target."""
        return tuple(self.table.get("mapped_to_o", ())) if self.schema > 1 else ()

    @property
    def data_sha256(self) -> dict[str, str]:
        """Name of each part of the data -> sha256 of its content: resources in schema 1, test sets and slots in 2."""
        if self.schema == 1:
            return dict(self.table["data"].get("sha256", {}))
        tests = {f"{side}-test": sha256 for side, sha256 in self.table["test"].items()}
        return {**tests, **self.model["slots"]}

    def test_sha256(self, side: TestSide, resource: str) -> str | None:
        """sha256 of a test set; None where the configuration does not say.

        Args:
            side: whose language.
            resource: name of the suite's resource, by which schema 1 knows it.
        """
        sha256 = (
            self.table["data"].get("sha256", {}).get(resource)
            if self.schema == 1
            else self.table["test"].get(side)
        )
        return None if sha256 is None else str(sha256)

    def scored_by(self, code: str) -> dict[str, Any]:
        """The whole table as it is of a cell that was scored by other code, whose sha256 is given."""
        if self.schema == 1:
            return dict(self.table)
        return {**self.table, "code": {**self.table.get("code", {}), "scoring": code}}

    def without_code(self) -> dict[str, Any]:
        """The whole table but for the code: equal for cells that an upgrade ran again."""
        if self.schema == 1:
            return dict(self.table)
        model = {key: value for key, value in self.model.items() if key != "code"}
        return {**{key: value for key, value in self.table.items() if key != "code"}, "model": model}
