"""The code that made a number, by content: between two releases a version says nothing."""

import hashlib
import inspect
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import wcabench

# What decides a number; commands, reports and the store do not.
DECIDING = (
    "compiled.py",
    "config.py",
    "data",
    "nn",
    "runs/predictions.py",
    "runs/work.py",
    "scoring",
    "transport",
    "words",
)


@cache
def harness_code() -> str:
    """The sha256 of the harness's sources that decide a number; a changed comment counts."""
    return sources_sha256(_sources(Path(wcabench.__file__).parent))


def method_code(cls: type[Any]) -> str:
    """The sha256 of the modules that a method's class and its bases stand in, the harness and Python left out.

    What else these modules import is not in it; which package the method comes from is in a cell's `origin`.
    """
    modules = {one.__module__: one for one in cls.__mro__ if _of_method(one.__module__)}
    files = {name: _source_file(one) for name, one in modules.items()}
    return sources_sha256((name, file) for name, file in sorted(files.items()) if file is not None)


def sources_sha256(files: Iterable[tuple[str, Path]]) -> str:
    """The sha256 over (name, file); the ends of lines do not count."""
    digest = hashlib.sha256()
    for name, file in files:
        content = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()


def _sources(root: Path) -> Iterator[tuple[str, Path]]:
    for part in DECIDING:
        path = root / part
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            yield file.relative_to(root).as_posix(), file


def _of_method(module: str) -> bool:
    package, _, rest = module.partition(".")
    return rest.startswith("methods.") if package == "wcabench" else package not in sys.stdlib_module_names


def _source_file(cls: type[Any]) -> Path | None:
    try:
        name = inspect.getsourcefile(cls)
    except TypeError:  # made without a file
        return None
    return Path(name) if name and Path(name).is_file() else None
