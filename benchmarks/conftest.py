"""Set-up of the benchmarks: one thread, real problems that are computed once, and the table of ratios at the end."""

import importlib.metadata
import os
import platform
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
# The modules beside this file are not a package.
sys.path.append(str(Path(__file__).parent))

import numpy as np
import pytest
import torch
from interleaving import HEADER, RATIOS, ROUNDS, RULE
from real_costs import embedded_model, steps_of

from wcabench.runs.environment import processor_name

PACKAGES = (
    "pot",
    "geomloss",
    "ott-jax",
    "torch",
    "numba",
    "transformers",
    "seqeval",
    "nervaluate",
    "systran-align",
    "eflomal",
)


@pytest.fixture(scope="session")
def steps(tmp_path_factory) -> list[list[torch.Tensor]]:
    """The transport problems of some training steps, by the packaged encoder, kept in a file of the session."""
    torch.set_num_threads(1)
    path = tmp_path_factory.mktemp("costs") / "steps.npz"
    computed = steps_of(embedded_model(), ROUNDS)
    np.savez(
        path,
        **{f"{k:02}-{i:03}": cost.numpy() for k, step in enumerate(computed) for i, cost in enumerate(step)},
    )
    with np.load(path, allow_pickle=False) as kept:
        names = sorted(kept.files)
        return [
            [torch.from_numpy(kept[n]) for n in names if n.startswith(f"{k:02}-")]
            for k in range(len(computed))
        ]


def versions() -> str:
    """Return the machine and the versions of packages, for the table."""
    packages = []
    for name in PACKAGES:
        try:
            packages.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            packages.append(f"{name} not installed")
    machine = f"{processor_name()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return f"{machine}; Python {platform.python_version()}; {', '.join(packages)}"


def pytest_terminal_summary(terminalreporter) -> None:
    """Print the ratios as a Markdown table."""
    if RATIOS:
        terminalreporter.section("ratios: the peer's processor time over ours")
        for line in (HEADER, RULE, *(ratio.row() for ratio in RATIOS), "", versions()):
            terminalreporter.write_line(line)
