import sys
import types
from pathlib import Path

from wcabench.registry import find
from wcabench.runs.code import _sources, harness_code, method_code, sources_sha256


def test_the_harness_is_what_decides_a_number_and_nothing_else():
    import wcabench

    names = {name for name, _ in _sources(Path(wcabench.__file__).parent)}
    assert {"config.py", "nn/training.py", "scoring/counts.py", "transport/exact.py", "runs/work.py"} <= names
    assert not any(name.startswith(("cli/", "runs/store", "conformance/")) for name in names)
    assert len(harness_code()) == 64


def test_a_changed_source_changes_the_hash_and_line_ends_do_not(tmp_path):
    file = tmp_path / "a.py"
    hashes = []
    for content in (b"x = 1\n", b"x = 1\r\n", b"x = 2\n"):
        file.write_bytes(content)
        hashes.append(sources_sha256([("a.py", file)]))
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_methods_code_is_that_of_its_class_and_its_bases():
    soft, hard, none = (method_code(find(name).load()) for name in ("wca-soft", "wca-hard", "none"))
    assert len({soft, hard, none}) == 3


def test_a_base_outside_the_harness_counts_and_python_itself_does_not(tmp_path, monkeypatch):
    def classes(body: str) -> type:
        made = {}
        for name, text in (
            ("own_base", body),
            ("own_method", "from own_base import Base\nclass Own(Base): pass\n"),
        ):
            file = tmp_path / f"{name}.py"
            file.write_text(text)
            module = types.ModuleType(name)
            module.__file__ = str(file)
            monkeypatch.setitem(sys.modules, name, module)
            exec(compile(text, str(file), "exec"), vars(module))
            made[name] = module
        return made["own_method"].Own

    first = method_code(classes("from abc import ABC\nclass Base(ABC): x = 1\n"))
    assert first == method_code(classes("from abc import ABC\nclass Base(ABC): x = 1\n"))
    assert first != method_code(classes("from abc import ABC\nclass Base(ABC): x = 2\n"))
