"""What must be said under a table: what was run, on what, with what, and where its cells differ."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.reports.collect import Group
from wcabench.reports.table import listed
from wcabench.runs.cells import Cell
from wcabench.runs.signature import CODE_DIGITS
from wcabench.runs.signature_fields import merged_signature

SHOWN_VALUES = 8
# How the sentences begin that a reader of the report, person or program, looks for.
SIGNATURE, MIXED = "Signature: ", "Mixed: "
SELECTION = {
    "last": "weights of the last step",
    "source-dev": "weights chosen on source dev",
    "target-dev": "weights chosen on target dev labels: not zero-shot",
}


def what_was_run(group: Group) -> tuple[str, ...]:
    """Encoder, recipe and data of a group, one sentence each."""
    return (
        f"Encoder: {encoder_text(group)}.",
        f"Recipe: {_recipe_text(group.recipe)}.",
        f"Data: {_data_text(group.data)}.",
    )


def encoder_text(group: Group) -> str:
    """The encoder of a group; see `describe_encoder`."""
    return describe_encoder(group.encoder_name, group.encoder)


def describe_encoder(name: str, encoder: Mapping[str, Any]) -> str:
    """Name, content and what was done to it: "gemma (sha256:12ab34cd56ef), first 9 layers, causal mask lifted".

    Args:
        name: for people.
        encoder: its identity and settings, as in a cell's configuration; what is missing has its default.
    """
    parts = [f"{name} ({short_identity(str(encoder.get('identity', 'unknown')))})"]
    if encoder.get("layers") is not None:
        parts.append(f"first {encoder['layers']} layers")
    if encoder.get("bidirectional"):
        parts.append("causal mask lifted")
    if encoder.get("freeze", -1) >= 0:
        parts.append(_frozen(encoder["freeze"]))
    if encoder.get("dropout", EncoderConfig.dropout) != EncoderConfig.dropout:
        parts.append(f"dropout {encoder['dropout']}")
    return ", ".join(parts)


def _frozen(layers: int) -> str:
    layer = {0: "", 1: " and first layer"}.get(layers, f" and first {layers} layers")
    return f"embeddings{layer} frozen"


def short_identity(identity: str) -> str:
    """A hash cut to 12 digits; the name before it in full."""
    kind, _, content = identity.partition(":")
    if kind == "sha256":
        return f"sha256:{content[:12]}"
    name, at, revision = content.partition("@")
    return f"{name}{at}{revision[:12]}" if kind == "hub" else identity


def _recipe_text(recipe: Mapping[str, Any]) -> str:
    defaults = dataclasses.asdict(RecipeConfig())
    changed = [f"{k}={v}" for k, v in recipe.items() if k != "select" and defaults.get(k, object()) != v]
    select = str(recipe.get("select", "last"))
    return f"{', '.join(changed) or 'defaults'}; {SELECTION.get(select, select)}"


def _data_text(data: Mapping[str, Any]) -> str:
    policy = {
        "drop": "entity types that the target lacks are dropped from the training labels",
        "map": "predictions of entity types that the target lacks become O",
        "keep": "entity types that the target lacks are kept, and count as false positives",
    }
    labels = str(data.get("labels"))
    parts = [policy.get(labels, f"labels={labels}")]
    if data.get("translation"):
        parts.append(f"parallel text: {data['translation']}")
    return "; ".join(parts)


def seeds_text(group: Group) -> tuple[int, str]:
    """The commonest number of seeds, and how the caption says it."""
    samples = [row.samples[pair] for row in group.rows for pair in group.pairs if row.samples[pair].done]
    n = Counter(len(one.done) for one in samples).most_common(1)[0][0]
    lists = {tuple(cell.seed for cell in one.done) for one in samples if len(one.done) == n}
    which = f" ({', '.join(map(str, lists.pop()))})" if len(lists) == 1 and n <= SHOWN_VALUES else ""
    other = any(len(one.done) != n for one in samples)
    return n, f"n = {n} seed{'s' if n != 1 else ''}{which}{' unless a note says otherwise' if other else ''}"


def cell_notes(group: Group) -> tuple[str, ...]:
    """What the cells say about themselves, with the pairs it holds for where these are not all."""
    where: dict[str, list[str]] = {}
    for pair in group.pairs:
        for cell in group.cells:
            for note in cell.record.get("notes", []) if cell.pair == pair else []:
                pairs = where.setdefault(str(note), [])
                if pair not in pairs:
                    pairs.append(pair)
    return tuple(
        _sentence(note if len(pairs) == len(group.pairs) > 1 else f"{listed(pairs)}: {note}")
        for note, pairs in where.items()
    )


def provenance(cells: list[Cell]) -> tuple[str, ...]:
    """The last sentences under every table: where its cells were not made alike, and their signature."""
    signature = merged_signature([cell.record for cell in cells])
    return (*mixtures(cells), *((f"{SIGNATURE}{signature}",) if signature else ()))


def mixtures(cells: list[Cell]) -> tuple[str, ...]:
    """Where the cells of one table were not made alike: precision, machine, code, versions."""
    packages = sorted({name for cell in cells for name in _environment(cell).get("packages", {})})
    views: dict[str, Callable[[Cell], Any]] = {
        "precision": lambda cell: cell.record.get("training", {}).get("precision"),
        "device": lambda cell: _environment(cell).get("device"),
        "processor": lambda cell: _environment(cell).get("processor"),
        "threads": lambda cell: _environment(cell).get("threads"),
        "wcabench": lambda cell: _environment(cell).get("wcabench"),
        "code": lambda cell: _code(cell, "harness"),
        "python": lambda cell: _environment(cell).get("python"),
    }
    found = [_values(name, map(view, cells)) for name, view in views.items()]
    for method in dict.fromkeys(cell.method for cell in cells):
        own = (_code(cell, "method") for cell in cells if cell.method == method)
        found.append(_values(f"code of {method}", own))
    for name in packages:
        found.append(_values(name, (_environment(cell).get("packages", {}).get(name) for cell in cells)))
    mixed = [text for text in found if text]
    return (f"{MIXED}the cells differ in {'; '.join(mixed)}.",) if mixed else ()


def _values(name: str, values: Iterable[Any]) -> str:
    different = sorted({str(value) for value in values if value is not None})
    return f"{name} ({listed(different)})" if len(different) > 1 else ""


def _code(cell: Cell, of: str) -> str:
    """The first digits of a hash of code; cells of before it was recorded may be of any code."""
    code = cell.record.get("code")
    return str(code[of])[:CODE_DIGITS] if isinstance(code, Mapping) and code.get(of) else "not recorded"


def _environment(cell: Cell) -> Mapping[str, Any]:
    environment = cell.record.get("environment", {})
    return environment if isinstance(environment, Mapping) else {}


def unpredicted(group: Group) -> tuple[str, ...]:
    """Words that a method gave no answer for; they were scored as O."""
    found = []
    for row in group.rows:
        words = sum(
            int(c.record.get("unpredicted_words", 0)) for p in group.pairs for c in row.samples[p].done
        )
        if words:
            found.append(f"{row.label} {words}")
    return (f"Words without a prediction, scored as O: {', '.join(found)}.",) if found else ()


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
