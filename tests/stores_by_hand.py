"""Small stores written by hand: synthetic counts, no corpus text."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from wcabench.runs.cells import COUNTS, ERROR, PREDICTIONS, write_record
from wcabench.runs.counts_file import write_counts
from wcabench.runs.keys import config_key
from wcabench.scoring.counts import Counts

TYPES = ("LOC", "ORG", "PER")
SENTENCES = 120

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
    "precision": "auto",
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
        options: dict[str, Any] | None = None,
        encoder: dict[str, Any] | None = None,
        recipe: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        lenient: Counts | None = None,
        source: bool = True,
        **record: Any,
    ) -> str:
        """Write one cell; returns its key."""
        config = {
            "schema": 1,
            "suite": suite,
            "pair": pair,
            "seed": seed,
            "method": {"name": method, "options": DEFAULTS.get(method, {}) if options is None else options},
            "encoder": {**ENCODER, **(encoder or {})},
            "recipe": {**RECIPE, **(recipe or {})},
            "data": {"labels": "drop", "sha256": {"test": pair}} | (data or {}),
        }
        key = config_key(config)
        folder = self.root / suite / pair / method / f"seed-{seed}-{key}"
        folder.mkdir(parents=True)
        outcome = _failed(folder) if state == "failed" else _done(folder, config, quality, lenient, source)
        write_record(folder / "cell.json", {**_header(config, key, state), **outcome, **record})
        return key


def _header(config: dict[str, Any], key: str, state: str) -> dict[str, Any]:
    """What every record says."""
    return {
        "schema": 1,
        "key": key,
        "state": state,
        **{name: config[name] for name in ("suite", "pair", "seed")},
        "method": config["method"]["name"],
        "config": config,
        "encoder_name": "toy-encoder",
        "seconds": 10.0 + config["seed"],
    }


def _failed(folder: Path) -> dict[str, Any]:
    """The files of a failed cell; its record says no more."""
    (folder / ERROR).write_text("Traceback (most recent call last):\nFloatingPointError: loss is NaN\n")
    return {}


def _done(
    folder: Path, config: dict[str, Any], quality: float, lenient: Counts | None, source: bool
) -> dict[str, Any]:
    """The files of a finished cell, and what its record says of them."""
    pair, seed, method = config["pair"], config["seed"], config["method"]["name"]
    target, at_home = synthetic(pair, seed, quality), synthetic("source", seed, 0.9)
    read_leniently = lenient or target
    write_counts(
        folder / COUNTS,
        {
            ("target", False): target,
            ("target", True): read_leniently,
            ("source", False): at_home,
            ("source", True): at_home,
        },
    )
    (folder / PREDICTIONS).write_text("x\tO\n")
    scores = {"target-test": {**target.scores(), "lenient": {"f1": read_leniently.f1}}}
    if source:
        scores["source-test"] = {**at_home.scores(), "lenient": {"f1": at_home.f1}}
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
        "signature": f"{method}|{pair}|{config['suite']}|{SIGNED_ENCODER}|seed:{seed}|wcabench:0.1.0",
        "finished": "2026-11-22T20:00:00Z",
    }


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


def losses(draw: np.random.Generator, steps: int, place: int) -> dict[str, list[float]]:
    """Falling losses; the first method has no alignment."""
    falling = np.exp(-np.arange(steps) / 30) * 2
    tagging = (falling + 0.05) * draw.uniform(0.7, 1.3, steps)
    alignment = (falling / 4 + 0.5 + 0.1 * place) * draw.uniform(0.9, 1.1, steps)
    terms = {"cross_entropy": tagging} | ({"alignment": alignment} if place else {})
    return {name: values.tolist() for name, values in {"total": tagging, **terms}.items()}
