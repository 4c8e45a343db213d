"""A class name says which class is meant: no two classes of the package share one."""

import ast
from collections import defaultdict
from pathlib import Path

import wcabench


def test_no_two_classes_share_a_name() -> None:
    files = defaultdict(list)
    for path in Path(wcabench.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                files[node.name].append(path.name)
    assert {name: where for name, where in files.items() if len(where) > 1} == {}
