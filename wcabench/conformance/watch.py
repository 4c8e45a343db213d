"""A bench that records which slots and attributes a method uses."""

from dataclasses import dataclass, field
from typing import Any

from wcabench.contract import SLOTS, Need
from wcabench.nn.bench import NetworkBench

PROPERTIES: dict[str, Need] = {slot.name.replace("-", "_"): slot.name for slot in SLOTS.values()}
# Methods of the bench that read a slot for the method.
READING: dict[str, Need] = {"alignment": "parallel", "word_links": "parallel"}


@dataclass
class Watch:
    """What a method did during its fit.

    Attributes:
        asked: the slots that it asked the bench for.
        private: attributes that are not for methods, and that it read or set.
    """

    asked: set[Need] = field(default_factory=set)
    private: set[str] = field(default_factory=set)


class WatchedBench(NetworkBench):
    """Passes everything on to a real bench, and records it."""

    def __init__(self, bench: NetworkBench, watch: Watch) -> None:
        object.__setattr__(self, "_watched", (bench, watch))

    def __getattribute__(self, name: str) -> Any:
        """Return the real bench's attribute."""
        if name.startswith("__") and name != "__dict__":
            return object.__getattribute__(self, name)
        bench, watch = object.__getattribute__(self, "_watched")
        if name in PROPERTIES or name in READING:
            watch.asked.add(PROPERTIES.get(name) or READING[name])
        elif name.startswith("_"):
            watch.private.add(f"bench.{name}")
        return getattr(bench, name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set the attribute on the real bench; a method may set only `diagnostics`."""
        bench, watch = object.__getattribute__(self, "_watched")
        if name != "diagnostics":
            watch.private.add(f"bench.{name} (set)")
        setattr(bench, name, value)
