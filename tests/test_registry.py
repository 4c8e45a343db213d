"""Methods by entry point: spelling, suggestions, clashes, and packages that are broken in every way."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wcabench import registry
from wcabench.contract import MethodInfo
from wcabench.errors import UserError

GOOD = """
from wcabench.contract import MethodInfo
class Method:
    "Does nothing."
    info = MethodInfo("good", "nobody 2020", {"labelled"})
    def fit(self, bench): ...
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Puts a package with entry points (and a module of its own name) on the path; the registry looks anew."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    registry.entries.cache_clear()

    def add(package: str, points: dict[str, str], source: str = GOOD, version: str = "1.0") -> Path:
        module = package.replace("-", "_")
        (site / f"{module}.py").write_text(source)
        monkeypatch.delitem(sys.modules, module, raising=False)
        folder = site / f"{module}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        lines = "".join(f"{name} = {value}\n" for name, value in points.items())
        (folder / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{lines}")
        return folder

    yield add
    registry.entries.cache_clear()


def refusal(call, *arguments) -> str:
    with pytest.raises(UserError) as error:
        call(*arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_package_is_found_by_its_entry_point_without_being_imported(install):
    install("good-method", {"good": "good_method:Method"}, "raise AssertionError('imported')")
    entry = registry.find("good")
    assert (entry.name, entry.origin) == ("good", "good-method 1.0: good_method:Method")
    assert "good_method" not in sys.modules


@pytest.mark.parametrize("name", ["team/good", "..", "go\u202eod", "é" * 101, "x" * 201])
def test_a_name_that_no_folder_can_have_is_refused_before_anything_runs(install, name):
    install("good-method", {name: "good_method:Method"})
    assert "good-method 1.0" in refusal(registry.find(name).load)


def test_the_class_is_loaded_when_it_is_asked_for(install):
    install("good-method", {"good": "good_method:Method"})
    assert registry.find("good").load().info == MethodInfo("good", "nobody 2020", frozenset({"labelled"}))


def test_methods_are_sorted_by_name_and_the_papers_are_among_them(install):
    install("good-method", {"aaa": "good_method:Method", "zzz": "good_method:Method"})
    names = list(registry.entries())
    assert names == sorted(names) and {"aaa", "none", "nearest-token", "wca-hard", "zzz"} <= set(names)


@pytest.mark.parametrize("name", ["wca-hard", "WCA-Hard", "wca_hard", " WCA_HARD "])
def test_spelling_is_forgiving(name):
    assert registry.find(name).name == "wca-hard"


def test_spelling_is_forgiving_in_the_entry_point_too(install):
    install("good-method", {"My_Method": "good_method:Method"})
    assert registry.find("my-method") is registry.find("MY_METHOD")


@given(st.text())
def test_canonical_spelling_is_its_own(name):
    once = registry.canonical(name)
    assert registry.canonical(once) == once and "_" not in once


@pytest.mark.parametrize(
    ("name", "near"), [("wca-hrad", "wca-hard"), ("Nearest", "nearest-token"), ("nonne", "none")]
)
def test_an_unknown_method_gets_the_nearest_and_all(name, near):
    line = refusal(registry.find, name)
    assert f"unknown method '{registry.canonical(name)}': did you mean '{near}'?" in line
    assert all(known in line for known in registry.entries())


def test_a_name_that_is_like_no_method_gets_the_list_alone():
    assert "did you mean" not in refusal(registry.find, "qqqqqqqq")


def test_two_packages_with_one_name_are_refused_with_both_origins(install):
    install("rival", {"None": "rival:Method"})
    line = refusal(registry.entries)
    assert "two methods are called 'none'" in line and "uninstall one of them" in line
    assert "rival 1.0: rival:Method" in line and "wcabench.methods.none:NoAlignment" in line


def test_one_package_that_is_on_the_path_twice_is_no_clash(install):
    folder = install("good-method", {"good": "good_method:Method"})
    second = folder.parents[1] / "second" / folder.name
    second.mkdir(parents=True)
    for file in folder.iterdir():
        (second / file.name).write_text(file.read_text())
    sys.path.insert(0, str(second.parent))
    try:
        assert registry.find("good").origin == "good-method 1.0: good_method:Method"
    finally:
        sys.path.remove(str(second.parent))


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        (
            "raise RuntimeError('out of\\norder')",
            "bad:Method",
            "cannot be loaded: RuntimeError: out of order",
        ),
        ("import no_such_module", "bad:Method", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def broken(:", "bad:Method", "cannot be loaded: SyntaxError"),
        ("import sys; sys.exit('goodbye')", "bad:Method", "cannot be loaded: SystemExit: goodbye"),
        (GOOD, "bad:Methud", "cannot be loaded: AttributeError"),
        (GOOD, "worse:Method", "ModuleNotFoundError: No module named 'worse'"),
        ("class Method: ...", "bad:Method", "has no `info: MethodInfo` and `fit(bench)`"),
        (GOOD.replace("fit", "train"), "bad:Method", "has no `info: MethodInfo` and `fit(bench)`"),
        ("Method = 3", "bad:Method", "has no `info: MethodInfo` and `fit(bench)`"),
        (GOOD, "bad", "has no `info: MethodInfo` and `fit(bench)`"),
        (GOOD.replace("labelled", "labeled"), "bad:Method", "unknown need 'labeled' of method 'good'"),
    ],
)
def test_a_broken_method_is_named_with_its_origin_when_it_is_loaded(install, source, target, reason):
    install("bad", {"bad": target}, source)
    entry = registry.find("bad")
    line = refusal(entry.load)
    assert line.startswith(f"method 'bad' (bad 1.0: {target}) ") and reason in line
    assert registry.find("none").load(), "the others are none the worse"


def test_what_is_left_of_an_uninstalled_package_does_no_harm(install):
    folder = install("gone", {"gone": "gone:Method"})
    (folder / "METADATA").unlink()
    assert "gone:Method" in registry.find("gone").origin
    assert "none" in registry.entries()


@pytest.mark.parametrize(
    ("need", "near"), [("labeled", "labelled"), ("paralel", "parallel"), ("target_text", "target-text")]
)
def test_an_unknown_need_gets_the_nearest(need, near):
    line = refusal(MethodInfo, "mine", "nobody 2020", frozenset({need}))
    assert line.startswith(f"unknown need '{need}' of method 'mine': did you mean '{near}'?")
    assert "dictionary" in line


def test_needs_may_be_given_as_any_iterable():
    assert MethodInfo("mine", "nobody", ["parallel", "parallel"]).needs == frozenset({"parallel"})
