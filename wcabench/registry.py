"""Finds methods by their entry points (group `wcabench.methods`), without importing them before they are used.

The built-in methods are registered in the same way as those of other packages.
"""

import importlib.metadata
from dataclasses import dataclass
from functools import cache
from typing import Any

from wcabench.contract import MethodInfo
from wcabench.errors import UserError, suggest
from wcabench.output_files import LONGEST_NAME

GROUP = "wcabench.methods"
_OWN = "wcabench "  # how the origins of the built-in methods begin


@dataclass(frozen=True)
class RegisteredMethod:
    """A registered method.

    Attributes:
        name: the method's canonical name.
        origin: package, version, module and class.
        point: the entry point.
    """

    name: str
    origin: str
    point: importlib.metadata.EntryPoint

    def load(self) -> type[Any]:
        """Import and return the method's class.

        Raises:
            UserError: no folder can have the method's name, the module cannot be imported, or the entry point is not a
                method; its origin is named.
        """
        _check_name(self.name, self.origin)
        try:
            cls = self.point.load()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # foreign code may raise anything
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise UserError(f"method '{self.name}' ({self.origin}) cannot be loaded: {reason}") from error
        if not isinstance(getattr(cls, "info", None), MethodInfo) or not callable(getattr(cls, "fit", None)):
            raise UserError(
                f"method '{self.name}' ({self.origin}) has no `info: MethodInfo` and `fit(bench)`"
            )
        return cls  # type: ignore[no-any-return]


def is_built_in(origin: str) -> bool:
    """Whether a method of this origin comes with wcabench itself."""
    return origin.startswith(_OWN)


def _check_name(name: str, origin: str) -> None:
    """Refuse a name that no cell could be kept under."""
    if "/" in name or name.startswith(".") or not name.isprintable() or len(name.encode()) > LONGEST_NAME:
        raise UserError(
            f"method '{name[:60]}' ({origin}): no folder of cells can be named so; wanted letters, digits, '.', '_' "
            f"and '-', {LONGEST_NAME} at most"
        )


def canonical(name: str) -> str:
    """Return the spelling in which names are compared: `WCA_Hard` becomes `wca-hard`."""
    return name.strip().lower().replace("_", "-")


@cache
def entries() -> dict[str, RegisteredMethod]:
    """Return all registered methods by canonical name, sorted; nothing is imported.

    Raises:
        UserError: two packages register the same name; both origins are named.
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
    """Return the method of a name.

    Raises:
        UserError: there is no such method; the nearest name is offered.
    """
    known = entries()
    if canonical(name) not in known:
        raise suggest(canonical(name), list(known), "method")
    return known[canonical(name)]
