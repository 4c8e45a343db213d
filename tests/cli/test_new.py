"""`wcabench method new`: what it writes is a whole project, installed and checked here for real."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LONG = "a-name-of-just-forty-characters-in-all-x"


def run(*command, cwd, path=None):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    if path:
        environment["PYTHONPATH"] = str(path)
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_project_is_written_and_its_files_are_named(invoke, tmp_path):
    result = invoke("method", "new", "my-method")
    assert result.exit_code == 0, result.output
    folder = tmp_path / "wcabench-my-method"
    assert files(folder) == [
        "README.md",
        "pyproject.toml",
        "tests/test_my_method.py",
        "wcabench_my_method.py",
    ]
    named = sorted(line.removeprefix("wcabench-my-method/") for line in result.stdout.splitlines())
    assert named == files(folder)
    assert "pip install -e wcabench-my-method" in result.stderr
    assert not any("$" in path.read_text() for path in folder.rglob("*.*") if path.is_file())
    assert "class MyMethod(JointAlignment)" in (folder / "wcabench_my_method.py").read_text()


@pytest.mark.parametrize("name", ["x", "true", "joint-alignment", "class-var", LONG])
def test_what_is_written_passes_ruff_whatever_the_name(invoke, tmp_path, name):
    pytest.importorskip("ruff")
    assert invoke("method", "new", name, "--out", "project").exit_code == 0
    for command in (["check"], ["format", "--check"]):
        done = run("ruff", *command, "--no-cache", ".", cwd=tmp_path / "project")
        assert done.returncode == 0, done.stdout + done.stderr
    for file in (tmp_path / "project").rglob("*.py"):
        compile(file.read_text(), str(file), "exec")


@pytest.mark.slow
def test_it_installs_and_passes_its_own_test_and_the_check(invoke, tmp_path):
    assert invoke("method", "new", "my-method", "--out", "project").exit_code == 0
    source, target = tmp_path / "source", tmp_path / "installed"
    shutil.copytree(tmp_path / "project", source)  # pip builds in place
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    done = run("pip", "install", *options, "--target", str(target), str(source), cwd=tmp_path)
    if done.returncode:
        pytest.skip(f"a project cannot be installed here without a network: {done.stderr.strip()[-500:]}")
    own = run("pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path / "project", path=target)
    assert own.returncode == 0 and "2 passed" in own.stdout, own.stdout
    found = run("wcabench", "method", "check", "my-method", cwd=tmp_path, path=target)
    assert found.returncode == 0, found.stdout + found.stderr
    assert found.stdout.splitlines()[-1].startswith("my-method: nothing failed")
    assert found.stderr == ""


@pytest.mark.parametrize("name", ["My-Method", "my_method", "1st", "a--b", "-a", "a-", "ä", "", LONG + "y"])
def test_a_name_that_is_not_lower_case_with_hyphens_is_refused(invoke, tmp_path, name):
    result = invoke("method", "new", "--", name)
    assert result.exit_code == 2 and "wanted lower-case letters" in result.stderr
    assert result.stderr.count("\n") == 1 and not list(tmp_path.glob("wcabench-*"))


@pytest.mark.parametrize("name", ["all", "recipe", "encoder", "data"])
def test_a_name_with_another_meaning_on_the_command_line_is_refused(invoke, name):
    result = invoke("method", "new", name)
    assert result.exit_code == 2 and "another meaning" in result.stderr


def test_the_name_of_an_existing_method_is_refused_with_its_origin(invoke, monkeypatch):
    from wcabench import registry

    entry = registry.RegisteredMethod("theirs", "theirs 1.0: theirs:Theirs", None)
    monkeypatch.setattr(registry, "entries", lambda: {"theirs": entry})
    result = invoke("method", "new", "theirs")
    assert result.exit_code == 2 and "theirs 1.0" in result.stderr


def test_nothing_is_overwritten(invoke, tmp_path):
    kept = tmp_path / "project" / "notes.txt"
    kept.parent.mkdir()
    assert invoke("method", "new", "mine", "--out", "project").exit_code == 0  # an empty folder is no loss
    kept.write_text("mine")
    before = files(kept.parent)
    result = invoke("method", "new", "other", "--out", "project")
    assert result.exit_code == 2 and "nothing is overwritten" in result.stderr
    assert files(kept.parent) == before and kept.read_text() == "mine"
    assert invoke("method", "new", "other", "--out", "project/notes.txt").exit_code == 2


def test_a_folder_that_cannot_be_made_is_one_line(invoke, tmp_path):
    (tmp_path / "file").write_text("")
    result = invoke("method", "new", "mine", "--out", "file/project")
    assert result.exit_code == 2 and "cannot be written" in result.stderr and result.stderr.count("\n") == 1
