"""Methods by entry point (group `wcabench.methods`): lazy, forgiving in spelling, and clear about clashes.

The built-in methods come through the same entry points as anyone else's.
"""

import importlib.metadata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from wcabench.errors import UserError, suggest

if TYPE_CHECKING:
    from wcabench.nn.bench import Bench

GROUP = "wcabench.methods"
Need = Literal["labelled", "parallel", "target-text", "dictionary"]
NEEDS: tuple[Need, ...] = ("labelled", "parallel", "target-text", "dictionary")


@dataclass(frozen=True)
class MethodInfo:
    """What a method is and what it may see.

    Attributes:
        name: the name on the command line and in tables.
        paper: where it was published ("Wang & Henao 2022").
        needs: the parts of the data that it may ask its bench for; anything else is refused.
    """

    name: str
    paper: str
    needs: frozenset[Need]

    def __post_init__(self) -> None:
        """Take any iterable of needs; refuse an unknown one."""
        object.__setattr__(self, "needs", frozenset(self.needs))
        for need in sorted(self.needs):
            if need not in NEEDS:
                raise suggest(need, list(NEEDS), f"need of method '{self.name}'")


class Tagger(Protocol):
    """What a method hands back: anything that tags words."""

    def predict(self, sentences: list[tuple[str, ...]]) -> list[list[str | None]]:
        """One IOB2 tag a word of every sentence; None where it has no answer (scored as O)."""
        ...


class Method(Protocol):
    """A frozen dataclass whose fields are the method's options, with one verb."""

    info: ClassVar[MethodInfo]

    def fit(self, bench: "Bench") -> Tagger:
        """Train on what the bench hands out."""
        ...


@dataclass(frozen=True)
class Entry:
    """A registered method: its name, where it comes from, and the way to load it."""

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
def entries() -> dict[str, Entry]:
    """All registered methods by canonical name, in the order of their names; nothing is imported.

    Raises:
        UserError: two packages register one name; both origins are named.
    """
    found: dict[str, Entry] = {}
    for point in importlib.metadata.entry_points(group=GROUP):
        package = f"{point.dist.name} {point.dist.version}" if point.dist else "unknown package"
        entry = Entry(canonical(point.name), f"{package}: {point.value}", point)
        clash = found.get(entry.name)
        if clash and clash.origin != entry.origin:
            raise UserError(
                f"two methods are called '{entry.name}': {clash.origin} and {entry.origin}; "
                "uninstall one of them"
            )
        found[entry.name] = entry
    return dict(sorted(found.items()))


def find(name: str) -> Entry:
    """The method of that name, or a `UserError` that offers the nearest."""
    known = entries()
    if canonical(name) not in known:
        raise suggest(canonical(name), list(known), "method")
    return known[canonical(name)]
