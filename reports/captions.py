"""Sentences under a table: encoder, recipe, data, seeds, and the notes that the cells recorded."""

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.reports.collect import Group
from wcabench.reports.provenance import older_note
from wcabench.reports.table import as_sentence, listed

SHOWN_VALUES = 8
SELECTION = {
    "last": "weights of the last step",
    "source-dev": "weights chosen on source dev",
    "target-dev": "weights chosen on target dev labels: not zero-shot",
}
LABELS = {
    "drop": "entity types that the target lacks are dropped from the training labels",
    "map": "predictions of entity types that the target lacks become O",
    "keep": "entity types that the target lacks are kept, and count as false positives",
}


def what_was_run(group: Group) -> tuple[str, ...]:
    """One sentence each on encoder, recipe and data of a group, on cells of an older schema and on cells left out."""
    return (
        f"Encoder: {encoder_text(group)}.",
        f"Recipe: {_recipe_text(group.recipe)}.",
        f"Data: {_data_text(group.data)}.",
        *((f"{note}.",) if (note := older_note(group.cells)) else ()),
        *_outdated(group),
    )


def encoder_text(group: Group) -> str:
    """The encoder of a group; see `describe_encoder`."""
    return describe_encoder(group.encoder_name, group.encoder)


def describe_encoder(name: str, encoder: Mapping[str, Any]) -> str:
    """Name, content and changes of an encoder: "gemma (sha256:12ab34cd56ef), first 9 layers, causal mask lifted".

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
    """An encoder's identity with its hash or revision cut to 12 digits."""
    kind, _, content = identity.partition(":")
    if kind == "sha256":
        return f"sha256:{content[:12]}"
    name, at, revision = content.partition("@")
    return f"{name}{at}{revision[:12]}" if kind == "hub" else identity


def _recipe_text(recipe: Mapping[str, Any]) -> str:
    defaults = json.loads(
        json.dumps(dataclasses.asdict(RecipeConfig()))
    )  # as a cell has them: lists, no tuples
    changed = [f"{k}={v}" for k, v in recipe.items() if k != "select" and defaults.get(k, object()) != v]
    select = str(recipe.get("select", "last"))
    return f"{', '.join(changed) or 'defaults'}; {SELECTION.get(select, select)}"


def _data_text(data: Mapping[str, Any]) -> str:
    """The label policy (cells of schema 1), or the entity types that are scored (schema 2)."""
    if "labels" in data:
        return LABELS.get(data["labels"], f"labels={data['labels']}")
    parts = [f"entity types scored: {_by_pair(data['types'])}"]
    if any(data["mapped_to_o"].values()):
        parts.append(f"read as O where predicted for the target: {_by_pair(data['mapped_to_o'])}")
    return "; ".join(parts)


def _by_pair(types: Mapping[str, list[str]]) -> str:
    """Entity types, preceded by their pairs unless all pairs have the same types."""
    pairs_of: dict[str, list[str]] = {}
    for pair, names in types.items():
        pairs_of.setdefault(", ".join(names) or "none", []).append(pair)
    if len(pairs_of) == 1:
        return next(iter(pairs_of))
    return "; ".join(f"{listed(pairs)} {names}" for names, pairs in pairs_of.items())


def _outdated(group: Group) -> tuple[str, ...]:
    n = group.outdated
    cells, differ = ("cell", "differs") if n == 1 else ("cells", "differ")
    return (f"Left out: {n} older {cells} that {differ} from a newer one in its code alone.",) if n else ()


def seeds_text(group: Group) -> tuple[int, str]:
    """The most frequent number of seeds, and the caption's words for it."""
    samples = [row.samples[pair] for row in group.rows for pair in group.pairs if row.samples[pair].done]
    n = Counter(len(sample.done) for sample in samples).most_common(1)[0][0]
    lists = {tuple(cell.seed for cell in sample.done) for sample in samples if len(sample.done) == n}
    which = f" ({', '.join(map(str, lists.pop()))})" if len(lists) == 1 and n <= SHOWN_VALUES else ""
    others = any(len(sample.done) != n for sample in samples)
    return n, f"n = {n} seed{'s' if n != 1 else ''}{which}{' unless a note says otherwise' if others else ''}"


def cell_notes(group: Group) -> tuple[str, ...]:
    """The notes that the cells recorded, each once, preceded by its pairs unless it holds for all of several pairs."""
    pairs_of: dict[str, list[str]] = {}
    for pair in group.pairs:
        for cell in group.cells:
            for note in cell.notes if cell.pair == pair else []:
                pairs = pairs_of.setdefault(note, [])
                if pair not in pairs:
                    pairs.append(pair)
    return tuple(
        as_sentence(note if len(pairs) == len(group.pairs) > 1 else f"{listed(pairs)}: {note}")
        for note, pairs in pairs_of.items()
    )


def unpredicted(group: Group) -> tuple[str, ...]:
    """How many words have no prediction, and what the score made of them: O, or with `truncate` nothing."""
    parts = []
    for row in group.rows:
        cells = [cell for pair in group.pairs for cell in row.samples[pair].done]
        words = sum(int(cell.record.get("unpredicted_words", 0)) for cell in cells)
        if words:
            parts.append(f"{row.label} {words}")
    if not parts:
        return ()
    what = "scored as O"
    if group.recipe.get("long_sentences") == "truncate":
        limit = group.recipe.get("max_length", RecipeConfig.max_length)
        what = f"such as those beyond the limit of {limit} pieces, left out of gold and prediction alike"
    return (f"Words without a prediction, {what}: {', '.join(parts)}.",)
