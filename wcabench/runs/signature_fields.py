"""The fields of a signature: those of many cells merged into the one line under a table, and such a line read."""

import re
from collections.abc import Mapping, Sequence

from wcabench.errors import UserError
from wcabench.runs.signature import cell_signature

SHOWN_VALUES = 8
PLACES = ("method", "pair", "suite")  # the first fields, which have no name before them
NEEDED = ("data", "enc", "recipe", "seed")
UNKNOWN = "?"
SEEDS = re.compile(r"\d+(?:-\d+)?(?:\+\d+(?:-\d+)?)*")
MOST_SEEDS = 10_000
MARKDOWN_ESCAPE = re.compile(r"<!-- -->|\\([\\`*_\[\]<>|~#&$.)=+-])")

Fields = dict[str, str]  # name -> text, in the order of the line


def merged_signature(records: Sequence[Mapping[str, object]]) -> str:
    """The signatures of finished cells as one line: a field that differs lists its values with `+`.

    Of more than eight values only the number is said; seeds are shortened to ranges instead. `?` stands for cells
    that do not say.
    """
    lines = list(dict.fromkeys(filter(None, map(cell_signature, records))))
    if any(line.count("|") < len(PLACES) - 1 for line in lines):  # nobody's signature that we know
        return lines[0] if len(lines) == 1 else f"{len(lines)} signatures"
    return merged_lines(lines)


def merged_lines(lines: Sequence[str]) -> str:
    """Signatures of single cells as one line."""
    tables = [fields_of(line) for line in lines]
    names = dict.fromkeys(name for table in tables for name in table)
    columns = {name: list(dict.fromkeys(table.get(name, UNKNOWN) for table in tables)) for name in names}
    return "|".join(
        ("" if name in PLACES else f"{name}:") + _joined(name, values) for name, values in columns.items()
    )


def _joined(name: str, values: list[str]) -> str:
    """The values of one field: "1+2+3", "1-10", "none+wca-hard", or how many there are."""
    if name == "seed" and all(value.isdigit() for value in values):
        return _joined_numbers(sorted(map(int, values)))
    return "+".join(values) if len(values) <= SHOWN_VALUES else f"{len(values)} values"


def _joined_numbers(numbers: list[int]) -> str:
    if len(numbers) <= SHOWN_VALUES:
        return "+".join(map(str, numbers))
    starts = [n for n in numbers if n - 1 not in numbers]
    ends = [n for n in numbers if n + 1 not in numbers]
    return "+".join(f"{a}-{b}" if a < b else str(a) for a, b in zip(starts, ends, strict=True))


def read_fields(text: str) -> Fields:
    """The fields of a line, as it was printed or copied from Markdown or a page with its lines broken.

    Raises:
        UserError: it is no signature.
    """
    line = (
        re.sub(r"\s*\n\s*", "", MARKDOWN_ESCAPE.sub(r"\1", text)).strip().removeprefix("Signature:").strip()
    )
    fields = fields_of(line)
    if not {*PLACES, *NEEDED} <= fields.keys():
        raise UserError(
            f"'{text if len(text) <= 60 else text[:57] + '...'}' is no whole signature; wanted "
            "METHOD|PAIR|SUITE|data:...|enc:...|recipe:...|...|seed:..., in quotes, as a report prints it"
        )
    return fields


def fields_of(line: str) -> Fields:
    """The fields of a line as it was stored."""
    parts = line.split("|")
    named = (part.partition(":") for part in parts[len(PLACES) :])
    return dict(zip(PLACES, parts, strict=False)) | {name: value for name, _, value in named}


def values_left_out(fields: Fields) -> list[str]:
    """Fields of which the line says only how many values there are: "data (12 values)"."""
    return [f"{name} ({value})" for name, value in fields.items() if re.fullmatch(r"\d+ values", value)]


def covers(wanted: Fields, cell: Fields) -> bool:
    """Whether a cell is among those that a merged line speaks of; what either does not say is passed over."""
    return all(name not in cell or field_covers(name, text, cell[name]) for name, text in wanted.items())


def field_covers(name: str, merged: str, value: str) -> bool:
    """Whether a value is among those of a merged field."""
    if name == "seed":
        return not SEEDS.fullmatch(merged) or value in map(str, read_seeds(merged))
    if re.fullmatch(r"\d+ values", merged) or UNKNOWN in merged.split("+"):
        return True
    return re.search(rf"(?:^|\+){re.escape(value)}(?:$|\+)", merged) is not None


def read_seeds(text: str) -> list[int]:
    """ "1+2+5-7" as numbers.

    Raises:
        UserError: no seeds, or more than anyone runs.
    """
    if not SEEDS.fullmatch(text):
        raise UserError(f"seed:{text}: wanted seeds as a signature has them, 1+2+3 or 1-10")
    ends = [
        (int(first), int(last or first)) for first, _, last in (p.partition("-") for p in text.split("+"))
    ]
    if sum(last - first + 1 for first, last in ends) > MOST_SEEDS:
        raise UserError(f"seed:{text}: more than {MOST_SEEDS} seeds")
    return sorted({seed for first, last in ends for seed in range(first, last + 1)})
