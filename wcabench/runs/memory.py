"""Peak memory of one cell."""

import contextlib
import gc
import resource
import sys
from pathlib import Path


def reset_peak_memory() -> None:
    """Let the peak be this cell's own: a process runs many. Only Linux can; elsewhere it is the process's."""
    gc.collect()
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def peak_memory_mb() -> float:
    """Peak resident memory of the process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)  # bytes there, KiB elsewhere


def peak_device_memory_mb(device: str) -> float | None:
    """Peak memory of the accelerator; None without one."""
    if not device.startswith("cuda"):
        return None
    import torch

    return round(torch.cuda.max_memory_allocated(device) / (1 << 20), 1)
