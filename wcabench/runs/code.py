"""The code that made a number, by content: between two releases a version says nothing.

A fingerprint covers what the number's own modules import, directly or not, and hashes their syntax trees without
docstrings: a comment, a docstring or a diagnostic changes nothing.
"""

import ast
import hashlib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import wcabench

# What reads the data and trains; a change here makes other models.
TRAINING = ("wcabench.nn.bench", "wcabench.data.suites")
# What asks a trained model for tags; a change here may make other tags.
TAGGING = ("wcabench.runs.tagging",)
# What turns tags into counts; a change here makes other scores of the same tags, see `wcabench.runs.rescore`.
SCORING = ("wcabench.runs.predictions",)
BUILT_IN_METHODS = "wcabench.methods"

Locate = Callable[[str], Path | None]


@cache
def training_code() -> str:
    """The sha256 of the harness's code that decides a trained model."""
    return code_sha256(import_closure(TRAINING, _locate_in("wcabench", Path(wcabench.__file__).parent)))


@cache
def tagging_code() -> str:
    """The sha256 of the harness's code that decides the tags of a trained model."""
    return code_sha256(import_closure(TAGGING, _locate_in("wcabench", Path(wcabench.__file__).parent)))


@cache
def scoring_code() -> str:
    """The sha256 of the harness's code that decides the score of these tags."""
    return code_sha256(import_closure(SCORING, _locate_in("wcabench", Path(wcabench.__file__).parent)))


def method_code(cls: type[Any]) -> str:
    """The sha256 of a method's code: the modules of its class and bases, and all that they import of their package.

    The harness and other packages are left out; which package the method comes from is in a cell's `origin`.
    """
    files: dict[str, Path] = {}
    for base in cls.__mro__:
        package = _package_of(base.__module__)
        if package is not None:
            files |= import_closure([base.__module__], _locate_in_package(package, base))
    return code_sha256(files)


def import_closure(roots: Iterable[str], locate: Locate) -> dict[str, Path]:
    """The source files of some modules and of all that they import, wherever in them, but for type checking.

    Args:
        roots: names of modules.
        locate: the source file of a module; None for one that is not to be followed.

    Returns:
        name -> file, of packages on the way (`__init__.py`), too.
    """
    files: dict[str, Path] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        file = None if name in files else locate(name)
        if file is not None:
            files[name] = file
            waiting += _imported(file, name)
        parent = name.rpartition(".")[0]
        if parent and parent not in files:
            waiting.append(parent)
    return files


def code_sha256(files: dict[str, Path]) -> str:
    """The sha256 over the syntax trees of some modules, docstrings left out."""
    digest = hashlib.sha256()
    for name, file in sorted(files.items()):
        digest.update(f"{name}\0{_content_sha256(file)}\n".encode())
    return digest.hexdigest()


def _locate_in(package: str, folder: Path) -> Locate:
    """Finds the modules of a package by its folder."""

    def locate(name: str) -> Path | None:
        if name != package and not name.startswith(f"{package}."):
            return None
        path = folder.joinpath(*name.removeprefix(package).strip(".").split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return file
        return None

    return locate


def _package_of(module: str) -> str | None:
    """The package that a method's module belongs to; None for the harness's and Python's own modules."""
    top = module.partition(".")[0]
    if module == BUILT_IN_METHODS or module.startswith(f"{BUILT_IN_METHODS}."):
        return BUILT_IN_METHODS
    return None if top == "wcabench" or top in sys.stdlib_module_names else top


def _locate_in_package(package: str, cls: type[Any]) -> Locate:
    folders = getattr(sys.modules.get(package), "__path__", None)
    if folders:
        return _locate_in(package, Path(next(iter(folders))))
    file = _source_file(cls)
    return lambda name: file if name == cls.__module__ else None  # one module alone, without a package


def _source_file(cls: type[Any]) -> Path | None:
    try:
        name = inspect.getsourcefile(cls)
    except (TypeError, OSError):  # made without a file
        return None
    return Path(name) if name and Path(name).is_file() else None


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_bytes(), str(file))


@cache
def _content_sha256(file: Path) -> str:
    return hashlib.sha256(_canonical(_tree(file)).encode()).hexdigest()


@cache
def _imported(file: Path, module: str) -> list[str]:
    """Names of the modules that a module imports; some may be names of things in modules instead."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    names: list[str] = []
    for node in _nodes(_tree(file)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return names


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, without what stands under `if TYPE_CHECKING`."""
    yield node
    children: Iterable[ast.AST] = ast.iter_child_nodes(node)
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        children = node.orelse
    for child in children:
        yield from _nodes(child)


def _canonical(value: Any) -> str:
    """A syntax tree as text that does not depend on lines, docstrings, or the version of Python."""
    if isinstance(value, ast.AST):
        fields = [(name, child) for name, child in ast.iter_fields(value) if child not in (None, [])]
        inside = ",".join(
            f"{name}={_canonical(_without_docstring(value, name, child))}" for name, child in fields
        )
        return f"{type(value).__name__}({inside})"
    if isinstance(value, list):
        return f"[{','.join(map(_canonical, value))}]"
    return repr(value)


def _without_docstring(node: ast.AST, name: str, child: Any) -> Any:
    documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    if not documented or name != "body":
        return child
    first = child[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return child[1:] if is_text and isinstance(first.value.value, str) else child
