"""No module imports itself by way of others, be it at its top, within a function or for the type checker alone."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.util import find_spec
from pathlib import Path

# The four top folders of the repository, which install under one name.
FOLDERS = ("wcabench", "wcabench.methods", "wcabench.tasks", "wcabench.reports")


def modules() -> dict[str, Path]:
    """Every module of the package by name."""
    files: dict[str, Path] = {}
    for name in FOLDERS:
        spec = find_spec(name)
        assert spec is not None and spec.submodule_search_locations
        root = Path(next(iter(spec.submodule_search_locations)))
        for path in root.rglob("*.py"):
            if "method_template" not in path.parts:
                parts = path.relative_to(root).with_suffix("").parts
                files[".".join([name, *(part for part in parts if part != "__init__")])] = path
    return files


def imported(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules of the package that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            within = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in known else str(node.module) for name in within]
        else:
            continue
        yield from (name for name in names if name in known)


def circle() -> list[str]:
    """Modules that import each other in a ring; empty where there are none."""
    known = modules()
    graph = {name: set(imported(path, known)) - {name} for name, path in known.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circle() == []
