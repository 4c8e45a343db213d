"""What decides a number beside a cell's configuration: the code, its libraries, precision and device."""

from collections.abc import Iterator, Mapping
from typing import Any

from wcabench.registry import is_built_in
from wcabench.runs.differences import difference
from wcabench.runs.environment import environment
from wcabench.runs.plan import PlannedCell

PACKAGES = ("torch", "transformers")  # their versions decide a number; they hold the encoder's arithmetic


def installation_differences(record: Mapping[str, Any], planned: PlannedCell, device: str) -> Iterator[str]:
    """What decides a number beside the configuration and is another here; what the record does not say is not."""
    then, now = _deciding(record), _deciding(installation(planned, device))
    for name, value in then.items():
        if value is not None and value != now.get(name):
            yield difference(name, value, now.get(name))


def installation(planned: PlannedCell, device: str) -> dict[str, Any]:
    """What a record of this cell would say of this installation.

    Args:
        planned: the cell.
        device: "auto", "cpu" or "cuda".
    """
    from wcabench.nn.precision import resolve_device

    return {
        "method": planned.method,
        "origin": planned.model.origin,
        "environment": environment(resolve_device(device), planned.recipe.precision),
        "config": planned.config,
    }


def _deciding(record: Mapping[str, Any]) -> dict[str, Any]:
    environment = record.get("environment", {})
    code = record.get("config", {}).get("model", {}).get("code") or record.get("code", {})
    packages = environment.get("packages", {})
    origin = str(record.get("origin") or "")
    return {
        "wcabench": environment.get("wcabench"),
        "code": code.get("harness"),
        f"code of {record.get('method')}": code.get("method"),
        "origin": None if not origin or is_built_in(origin) else origin,
        **{name: packages.get(name) for name in PACKAGES},
        **{f"{name} code": sha256 for name, sha256 in record.get("config", {}).get("code", {}).items()},
        "precision": record.get("training", {}).get("precision") or environment.get("precision"),
        "device": None if environment.get("device") is None else str(environment["device"]).partition(":")[0],
    }
