"""Small stores written by hand, of cells as a run writes them: synthetic counts, no corpus text."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from wcabench.runs.cells import COUNTS, ERROR, PREDICTIONS, TAGS
from wcabench.runs.counts_file import read_counts, write_counts
from wcabench.runs.keys import config_key
from wcabench.runs.record import with_checksums, write_record
from wcabench.runs.tags_file import write_tags
from wcabench.scoring.counts import Counts
from wcabench.scoring.scorer import LENIENT, STRICT, Scorer

TYPES = ("LOC", "ORG", "PER")
SENTENCES = 120
CAPTION = "Counts made up for tests."

RECIPE = {
    "epochs": 2,
    "batch_size": 32,
    "pair_batch_size": 32,
    "learning_rate": 5e-5,
    "warmup": 0.1,
    "decay": "linear",
    "weight_decay": 0.01,
    "clip": 1.0,
    "max_length": 128,
    "max_labelled": 1500,
    "max_pairs": None,
    "cross_entropy": "mean-token",
    "label_pieces": "first",
    "decode": "argmax",
    "select": "last",
    "train_on": "train",
    "precision": "fp32",
}
ENCODER = {
    "identity": "sha256:" + "ab" * 32,
    "layers": 9,
    "bidirectional": True,
    "freeze": -1,
    "dropout": 0.1,
}

SIGNED_ENCODER = "enc:toy-encoder@sha256:abababababab"

# What the built-in methods are when nothing is set: the tests need no torch to know it.
DEFAULTS: dict[str, dict[str, Any]] = {"wca-hard": {"epsilon": 0.05, "max_iterations": 100}, "none": {}}
NEEDS = {
    "none": frozenset({"labelled"}),
    **dict.fromkeys(
        ("nearest-token", "fastalign", "wca-soft", "wca-hard"), frozenset({"labelled", "parallel"})
    ),
}


def synthetic(pair: str, seed: int, quality: float) -> Counts:
    """Counts on one test set a pair: each gold entity is found with probability `quality`."""
    digest = int(hashlib.sha256(pair.encode()).hexdigest()[:8], 16)
    gold = np.random.default_rng(digest).integers(0, 3, (SENTENCES, len(TYPES)))
    draw = np.random.default_rng([digest, seed])
    tp = (draw.random((2, SENTENCES, len(TYPES))) < quality).astype(int)
    tp = np.minimum(tp.sum(0), gold)
    extra = (np.random.default_rng([digest, seed, 1]).random(gold.shape) < 0.2).astype(int)
    return Counts(TYPES, tp, tp + extra, gold)


def sha256(text: str) -> str:
    """Of the content of a part of the data, which is made up."""
    return hashlib.sha256(text.encode()).hexdigest()


class StoreOnDisk:
    """Writes cells into a results folder as a run does."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def cell(
        self,
        pair: str = "en-nl",
        method: str = "none",
        seed: int = 1,
        *,
        quality: float = 0.6,
        state: str = "done",
        suite: str = "synthetic",
        schema: int = 2,
        options: dict[str, Any] | None = None,
        encoder: dict[str, Any] | None = None,
        recipe: dict[str, Any] | None = None,
        changes: dict[str, Any] | None = None,
        lenient: Counts | None = None,
        source: bool = True,
        **record: Any,
    ) -> str:
        """Write one cell; returns its key.

        `changes` are tables of the configuration that differ from the usual: in schema 2 "test", "types",
        "mapped_to_o", and of the model "slots" and "code"; in schema 1 "data".
        """
        model = {
            "method": {"name": method, "options": DEFAULTS.get(method, {}) if options is None else options},
            "encoder": {**ENCODER, **(encoder or {})},
            "recipe": {**RECIPE, **(recipe or {})},
            "seed": seed,
        }
        make = _config_1 if schema == 1 else _config_2
        config = make(suite, pair, model, changes or {})
        key = config_key(config)
        folder = self.root / suite / pair / method / f"seed-{seed}-{key}"
        folder.mkdir(parents=True)
        header = _header(config, model, key, state, schema)
        outcome = _failed(folder) if state == "failed" else _done(folder, header, quality, lenient, source)
        write_record(folder / "cell.json", {**header, **outcome, **record})
        return key


def _config_1(suite: str, pair: str, model: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    data = {"labels": "drop", "sha256": {"test": sha256(pair)}}
    return {"schema": 1, "suite": suite, "pair": pair, **model, "data": {**data, **changes.get("data", {})}}


def _config_2(suite: str, pair: str, model: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    needs = NEEDS.get(model["method"]["name"], {"labelled"})
    slots = {need: sha256(need if need == "labelled" else f"{need} {pair}") for need in needs}
    return {
        "schema": 2,
        "suite": suite,
        "pair": pair,
        "test": {"target": sha256(pair), "source": sha256("en"), **changes.get("test", {})},
        "types": list(changes.get("types", TYPES)),
        "mapped_to_o": list(changes.get("mapped_to_o", ())),
        "code": {"tagging": "a0" * 32, "scoring": changes.get("scoring_code", "e0" * 32)},
        "model": {
            **model,
            "code": {"harness": "c0" * 32, "method": "d0" * 32, **changes.get("code", {})},
            "types": list(changes.get("types", TYPES)),
            "slots": {**slots, **changes.get("slots", {})},
        },
    }


def _header(
    config: dict[str, Any], model: dict[str, Any], key: str, state: str, schema: int
) -> dict[str, Any]:
    """What every record says."""
    added = {"caption": CAPTION, "labels": "drop", "commit": None, "stages": []} if schema > 1 else {}
    return {
        "schema": schema,
        "key": key,
        "state": state,
        **{name: config[name] for name in ("suite", "pair")},
        "method": model["method"]["name"],
        "seed": model["seed"],
        "config": config,
        "encoder_name": "toy-encoder",
        "seconds": 10.0 + model["seed"],
        **added,
    }


def _failed(folder: Path) -> dict[str, Any]:
    """The files of a failed cell; its record says no more."""
    (folder / ERROR).write_text("Traceback (most recent call last):\nFloatingPointError: loss is NaN\n")
    return {}


def _done(
    folder: Path, header: dict[str, Any], quality: float, lenient: Counts | None, source: bool
) -> dict[str, Any]:
    """The files of a finished cell, and what its record says of them."""
    pair, seed, method = header["pair"], header["seed"], header["method"]
    target, at_home = synthetic(pair, seed, quality), synthetic("source", seed, 0.9)
    read_leniently = lenient or target
    write_counts(
        folder / COUNTS,
        {
            ("target", STRICT): target,
            ("target", LENIENT): read_leniently,
            ("source", STRICT): at_home,
            ("source", LENIENT): at_home,
        },
    )
    if header["schema"] == 1:
        (folder / PREDICTIONS).write_text("x\tO\n")
    else:
        write_tags(folder / TAGS, {"target": [["O", "B-PER"]], "source": [["O", None]]})
    scores = scores_of({STRICT: target, LENIENT: read_leniently}, "target")
    if source:
        scores |= scores_of({STRICT: at_home, LENIENT: at_home}, "source")
    return {
        "f1": target.f1,
        "scores": scores,
        "unpredicted_words": 0,
        "peak_memory_mb": 512.0,
        "training": {"precision": "fp32", "steps": 96},
        "environment": {
            "wcabench": "0.1.0",
            "python": "3.11.9",
            "device": "cpu",
            "packages": {"torch": "2.6.0"},
        },
        "notes": [],
        "signature": f"{method}|{pair}|{header['suite']}|{SIGNED_ENCODER}|seed:{seed}|wcabench:0.1.0",
        "finished": "2026-11-22T20:00:00Z",
    }


def scores_of(counts: dict[Scorer, Counts], side: str) -> dict[str, Any]:
    """What a record says of one test set."""
    return {f"{side}-test": {**STRICT.score(counts[STRICT]), "lenient": {"f1": counts[LENIENT].f1}}}


Change = Callable[
    [dict[str, Any], dict[str, Any]], None
]  # of a record and of the arrays of its counts, in place


def rewrite(folder: Path, change: Change) -> None:
    """Change a finished cell as if its run had given something else: scores and checksums follow."""
    record = json.loads((folder / "cell.json").read_text(encoding="utf-8"))
    with np.load(folder / COUNTS, allow_pickle=False) as file:
        arrays = dict(file)
    change(record, arrays)
    np.savez(folder / COUNTS, **arrays)
    counts = read_counts(folder / COUNTS)
    for side in ("target", "source"):
        by_scorer = {scorer: counts[key, scorer] for key, scorer in counts if key == side}
        record["scores"] |= scores_of(by_scorer, side)
    record["f1"] = counts["target", STRICT].f1
    signed = with_checksums(record, folder, (COUNTS, TAGS)) if "checksums" in record else record
    write_record(folder / "cell.json", signed)


MANY_PAIRS = ("en-nl", "en-de", "en-es", "en-hy")
MANY_METHODS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("none", {}),
    ("nearest-token", {}),
    ("fastalign", {"symmetrisation": "grow-diag-final-and", "lowercase": True}),
    ("wca-soft", {}),
    ("wca-hard", {"epsilon": 0.05, "max_iterations": 100}),
    ("wca-hard", {"epsilon": 0.01, "max_iterations": 1000}),
    ("a-method-of-somebody-else", {"temperature": 0.125}),
    ("contextual-string-aligner", {}),
)


def write_many(store: StoreOnDisk, seeds: int = 5, steps: int = 250) -> None:
    """Four pairs, eight methods of which some have long names, with losses, times and alignment error rates."""
    for p, pair in enumerate(MANY_PAIRS):
        for m, (method, options) in enumerate(MANY_METHODS):
            for seed in range(1, seeds + 1):
                draw = np.random.default_rng([p, m, seed])
                quality = (0.62, 0.6, 0.55, 0.3)[p] + 0.015 * m * (p != 1) - 0.1 * (m == 6)
                store.cell(
                    pair,
                    method,
                    seed,
                    quality=quality + float(draw.normal(0, 0.01)),
                    options=options,
                    training={"precision": "fp32", "steps": steps, "loss": losses(draw, steps, m)},
                    timings={"fit": (40.0 if m else 20.0) * (1 + p / 2) + float(draw.normal(0, 2))},
                    diagnostics={"alignment_error_rate": 0.2 + 0.03 * m + float(draw.normal(0, 0.005))}
                    if m
                    else {},
                )


def losses(draw: np.random.Generator, steps: int, method_number: int) -> dict[str, list[float]]:
    """Falling losses; the first method has no alignment."""
    falling = np.exp(-np.arange(steps) / 30) * 2
    tagging = (falling + 0.05) * draw.uniform(0.7, 1.3, steps)
    alignment = (falling / 4 + 0.5 + 0.1 * method_number) * draw.uniform(0.9, 1.1, steps)
    terms = {"cross_entropy": tagging} | ({"alignment": alignment} if method_number else {})
    return {name: values.tolist() for name, values in {"total": tagging, **terms}.items()}
