"""`wcabench doctor`: check that everything is there that a run needs, and say what to do where it is not."""

import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.choices import chosen_encoder, load_suite
from wcabench.cli.options import data_dir_option, encoder_option, json_option, suite_option
from wcabench.cli.output import echo_json, echo_lines

if TYPE_CHECKING:
    from wcabench.config import EncoderConfig
    from wcabench.data.suites import Suite


@click.command()
@suite_option
@encoder_option
@data_dir_option
@json_option
def doctor(suite: str, encoder: str | None, data_dir: Path | None, as_json: bool) -> None:
    """Check versions, device, data and encoder; for what is missing, say what to do."""
    the_suite = load_suite(suite)
    the_encoder = chosen_encoder(the_suite, encoder)
    encoder_row, probed = _encoder(the_encoder, the_suite.recipe.max_length)
    report = {
        **_installation(),
        "device": _device(),
        "methods": _broken_methods(),
        "data_dir": str(data_dir) if data_dir else None,
        "suite": the_suite.name,
        "encoder": encoder_row,
        "probed": probed,
        "pairs": {pair: _pair(the_suite, pair, data_dir) for pair in the_suite.pairs},
    }
    if as_json:
        echo_json(report)
    else:
        _print(report)


def _installation() -> dict[str, Any]:
    from wcabench.runs.environment import environment

    facts = environment("cpu")
    return {name: facts[name] for name in ("wcabench", "python", "platform", "processor", "packages")}


def _device() -> dict[str, Any]:
    import torch

    from wcabench.nn.precision import resolve_device, resolve_precision
    from wcabench.runs.environment import device_name

    device = resolve_device("auto")
    return {
        "auto": device_name(device),
        "precision": resolve_precision("auto", device),
        "threads": torch.get_num_threads(),
        "cores": os.cpu_count(),
        "free_disk_gb": round(shutil.disk_usage(Path.cwd()).free / 1e9, 1),
    }


def _broken_methods() -> dict[str, str]:
    """Each method: "ok", or why it cannot be loaded."""
    from wcabench import registry
    from wcabench.errors import UserError

    states = {}
    for entry in registry.entries().values():
        try:
            entry.load()
            states[entry.name] = "ok"
        except UserError as error:
            states[entry.name] = str(error)
    return states


def _encoder(encoder: "EncoderConfig", max_length: int) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Whether an encoder is here and works with sequences of `max_length` pieces; the results of a trial run."""
    from wcabench.errors import UserError
    from wcabench.nn.identity import encoder_status
    from wcabench.nn.probe import probe_encoder

    try:
        status = encoder_status(encoder, offline=True)
        probed = probe_encoder(encoder, max_length)
    except UserError as error:
        return {"name": encoder.name, "ready": False, "state": str(error)}, None
    return {"name": encoder.name, "ready": True, "state": status}, asdict(probed)


def _pair(suite: "Suite", pair: str, data_dir: Path | None) -> dict[str, Any]:
    """Whether a pair's data is on this machine and correct: it is read as `run --offline` reads it."""
    from wcabench.data.data_source import DataSource
    from wcabench.errors import UserError

    try:
        data = suite.load(pair, suite.data, DataSource(data_dir=data_dir, offline=True))
    except UserError as error:
        return {"ready": False, "state": str(error)}
    sizes = f"{len(data.train)} labelled, {len(data.parallel)} pairs, {len(data.target_test)} test sentences"
    return {"ready": True, "state": sizes}


def _print(report: dict[str, Any]) -> None:
    echo_lines(f"wcabench {report['wcabench']}, Python {report['python']}, {report['platform']}")
    echo_lines(f"processor: {report['processor']}")
    echo_lines("packages: " + ", ".join(f"{name} {version}" for name, version in report["packages"].items()))
    echo_lines("device: " + ", ".join(f"{name} {value}" for name, value in report["device"].items()))
    for name, state in report["methods"].items():
        echo_lines(f"method {name}: {state}")
    echo_lines(f"data folder: {report['data_dir'] or 'none (--data-dir or WCABENCH_DATA)'}")
    rows = {"encoder " + report["encoder"]["name"]: report["encoder"], **report["pairs"]}
    echo_lines(f"suite {report['suite']}, without a network:")
    for name, row in rows.items():
        echo_lines(f"  {'ok     ' if row['ready'] else 'missing'}  {name}: {row['state']}")
    if report["probed"]:
        echo_lines("tried out: " + ", ".join(f"{name} {value}" for name, value in report["probed"].items()))
