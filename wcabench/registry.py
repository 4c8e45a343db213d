"""Methods by entry point (group `wcabench.methods`): lazy, forgiving in spelling, and clear about clashes.

The built-in methods come through the same entry points as anyone else's.
"""

import importlib.metadata
from dataclasses import dataclass
from functools import cache
from typing import Any

from wcabench.contract import MethodInfo
from wcabench.errors import UserError, suggest

GROUP = "wcabench.methods"


@dataclass(frozen=True)
class RegisteredMethod:
    """A method by its entry point: its name, where it comes from, and the way to load it."""

    name: str
    origin: str
    point: importlib.metadata.EntryPoint

    def load(self) -> type[Any]:
        """The method's class.

        Raises:
            UserError: the module cannot be imported, or what it names is no method; its origin is named.
        """
        try:
            cls = self.point.load()
        except (Exception, SystemExit) as error:  # anyone's code: a module may even call sys.exit
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise UserError(f"method '{self.name}' ({self.origin}) cannot be loaded: {reason}") from error
        if not isinstance(getattr(cls, "info", None), MethodInfo) or not callable(getattr(cls, "fit", None)):
            raise UserError(
                f"method '{self.name}' ({self.origin}) has no `info: MethodInfo` and `fit(bench)`"
            )
        return cls  # type: ignore[no-any-return]


def canonical(name: str) -> str:
    """Spelling in which names are compared: `WCA_Hard` and `wca-hard` are one."""
    return name.strip().lower().replace("_", "-")


@cache
def entries() -> dict[str, RegisteredMethod]:
    """All registered methods by canonical name, in the order of their names; nothing is imported.

    Raises:
        UserError: two packages register one name; both origins are named.
    """
    methods: dict[str, RegisteredMethod] = {}
    for point in importlib.metadata.entry_points(group=GROUP):
        package = f"{point.dist.name} {point.dist.version}" if point.dist else "unknown package"
        entry = RegisteredMethod(canonical(point.name), f"{package}: {point.value}", point)
        clash = methods.get(entry.name)
        if clash and clash.origin != entry.origin:
            raise UserError(
                f"two methods are called '{entry.name}': {clash.origin} and {entry.origin}; "
                "uninstall one of them"
            )
        methods[entry.name] = entry
    return dict(sorted(methods.items()))


def find(name: str) -> RegisteredMethod:
    """The method of that name, or a `UserError` that offers the nearest."""
    known = entries()
    if canonical(name) not in known:
        raise suggest(canonical(name), list(known), "method")
    return known[canonical(name)]
