"""What a cell ran on: versions of all direct dependencies, machine, device, threads."""

import importlib.metadata
import platform
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import wcabench


def environment(device: str, precision: str | None = None) -> dict[str, Any]:
    """The environment as a cell records it. No host name, user or path.

    Args:
        device: "cpu", "cuda" or "cuda:N".
        precision: "bf16" or "fp32", where it is known.
    """
    return {
        "wcabench": wcabench.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": processor_name(),
        "device": device_name(device),
        "threads": _threads(),
        "precision": precision,
        "packages": dict(package_versions()),
    }


@cache
def package_versions() -> tuple[tuple[str, str], ...]:
    """(name, version) of the direct dependencies, without those of extras; nothing is imported."""
    try:
        requirements = importlib.metadata.requires("wcabench") or []
    except importlib.metadata.PackageNotFoundError:
        return ()
    lines = (line for line in requirements if "extra ==" not in line)
    names = {match.group() for line in lines if (match := re.match(r"[\w.-]+", line))}
    versions = {}
    for name in names:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return tuple(sorted(versions.items(), key=lambda item: item[0].lower()))


@cache
def processor_name() -> str:
    """The processor's model, as far as the system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def device_name(device: str) -> str:
    """ "cpu", or "cuda" with the name of the accelerator."""
    torch = sys.modules.get("torch")
    if not device.startswith("cuda") or torch is None or not torch.cuda.is_available():
        return device
    return f"{device}: {torch.cuda.get_device_name(device)}"


def _threads() -> int | None:
    torch = sys.modules.get("torch")  # where it is not loaded, nothing was trained
    return None if torch is None else torch.get_num_threads()
