"""A method of each kind, from the plan to the store, on the embedded suite."""

import ast
import importlib.metadata
import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from wcabench import registry
from wcabench.conformance import check
from wcabench.data.data_source import DataSource
from wcabench.data.suites import load_suite
from wcabench.runs.attempt import RunSettings
from wcabench.runs.cells import read_cell
from wcabench.runs.execution import execute
from wcabench.runs.plan import plan

NAME = "wcabench_test_kinds"
FILE = Path(__file__).with_name("kinds.py")
spec = importlib.util.spec_from_file_location(NAME, FILE)
kinds = importlib.util.module_from_spec(spec)
sys.modules[NAME] = kinds
spec.loader.exec_module(kinds)

LONGEST = 60
SMALL = {
    "recipe": {"epochs": "1", "max_labelled": "24", "max_pairs": "24", "batch_size": "8", "precision": "fp32"}
}
NAMES = [cls.info.name for cls in kinds.KINDS]
OTHER_KINDS = [cls for cls in kinds.KINDS if cls not in (kinds.Gazetteer, kinds.PreAligned)]


@pytest.fixture
def registered(monkeypatch):
    """The methods of `kinds` beside the built-in ones."""
    built_in = registry.entries()
    points = {
        cls.info.name: importlib.metadata.EntryPoint(cls.info.name, f"{NAME}:{cls.__name__}", registry.GROUP)
        for cls in kinds.KINDS
    }
    # They pose as built-in ones: others would run in processes of their own, where these points are not known.
    own = {
        name: registry.RegisteredMethod(name, f"wcabench tests: {p.value}", p) for name, p in points.items()
    }
    monkeypatch.setattr(registry, "entries", lambda: {**built_in, **own})


@pytest.fixture
def tiny(tiny_suite, tiny_encoder):
    """A suite of three pairs that share their labels, and a tiny encoder: seconds less than mini."""
    pair = tiny_suite.read_text().partition("[pairs.en-nl]\n")[2]
    more = "".join(f"\n[pairs.{name}]\n{pair}" for name in ("en-de", "en-es"))
    tiny_suite.write_text(f'{tiny_suite.read_text()}{more}\n[encoder]\nname = "{tiny_encoder}"\n')
    return str(tiny_suite)


@pytest.fixture
def run(registered, tiny, tmp_path):
    """Runs methods on pairs of a suite with few sentences; method -> its cells."""

    def several(*methods, pairs=("en-nl",), suite=tiny, **more):
        source = DataSource(offline=True)
        cells = plan(
            load_suite(suite),
            methods,
            pairs,
            (1,),
            settings=SMALL,
            suite_path=suite,
            source=source,
            device="cpu",
        )
        results = execute(cells, RunSettings(tmp_path, source, "cpu", **more))
        assert [r.error for r in results.values() if r.error] == []
        found = {}
        for cell in cells:
            found.setdefault(cell.method, []).append(read_cell(results[cell.key].path))
        return found, results

    return several


@pytest.mark.parametrize("cls", kinds.KINDS)
def test_a_method_of_each_kind_is_short(cls):
    tree = ast.parse(FILE.read_text())
    sizes = {
        node.name: node.end_lineno - node.lineno + 1 for node in tree.body if isinstance(node, ast.ClassDef)
    }
    helpers = {"Distilled": "SoftLabels", "Adversarial": "Adversary", "PreAligned": "PullTogether"}
    assert sizes[cls.__name__] + sizes.get(helpers.get(cls.__name__, ""), 0) <= LONGEST


@pytest.mark.parametrize(
    "cls",
    [kinds.Gazetteer, kinds.PreAligned, *(pytest.param(cls, marks=pytest.mark.slow) for cls in OTHER_KINDS)],
)
def test_it_keeps_the_contract(cls):
    report = check(cls)
    assert report.passed, report


def test_each_kind_runs_to_its_end_on_mini_and_records_its_stages(run):
    cells, _ = run(*NAMES, "none", suite="mini")
    stages = {name: [stage["name"] for stage in cells[name][0].record["stages"]] for name in NAMES}
    assert stages == {
        "distilled": ["fitted:none", "student"],
        "adversarial": ["fit"],
        "mapped-features": ["fit"],
        "pre-aligned": ["align", "fit"],
        "gazetteer": [],
        "farthest-token": ["fit"],
    }
    aligned = cells["pre-aligned"][0].record
    assert set(aligned["stages"][0]["loss"]) == {"total", "pull.distance"}
    assert set(aligned["stages"][1]["loss"]) == {"total", "cross_entropy"}
    assert aligned["stages"][0]["recipe"]["decay"] == "constant"
    assert aligned["training"]["steps"] == sum(stage["steps"] for stage in aligned["stages"])
    assert 0 < cells["adversarial"][0].record["diagnostics"]["discriminator_accuracy"] <= 1
    assert cells["gazetteer"][0].record["unpredicted_words"] > 0


def test_a_model_that_others_build_on_is_the_very_one_of_its_own_row_and_trained_once(run):
    cells, results = run("distilled", "none", pairs=("en-nl", "en-de"))
    none, distilled = cells["none"], cells["distilled"]
    assert len({cell.record["model"]["key"] for cell in none}) == 1
    assert {cell.record["model"]["key"] for cell in distilled}.isdisjoint({none[0].record["model"]["key"]})
    for cell in distilled:
        (teacher, student) = cell.record["stages"]
        assert teacher["model"] == none[0].record["model"]["key"] and teacher["shared"]
        assert student["name"] == "student" and set(student["loss"]) == {"total", "soft_labels"}
        assert cell.record["model"]["seconds"] >= none[0].record["model"]["seconds"]
    assert sum(result.trained for result in results.values()) == 3  # none, and a student a pair
    assert "select:last" in distilled[0].record["signature"]


def test_a_model_is_kept_where_that_is_asked_for_and_gone_otherwise(run, tmp_path):
    run("none")
    assert not list((tmp_path / ".models").iterdir())
    cells, _ = run("none", pairs=("en-de",), keep=True)
    (folder,) = (tmp_path / ".models").iterdir()
    record = json.loads((folder / "model.json").read_text())
    assert folder.name == cells["none"][0].record["model"]["key"]
    assert record["config"] == cells["none"][0].config["model"]
    again, results = run("none", pairs=("en-es",), keep=True)
    assert again["none"][0].record["model"]["shared"] and not any(r.trained for r in results.values())


@pytest.mark.slow
def test_a_model_from_the_store_predicts_what_the_trained_one_did(run, tmp_path):
    first, _ = run("none", keep=True)
    trained = first["none"][0].tags()
    shutil.rmtree(first["none"][0].path)
    again, results = run("none", keep=True)
    assert again["none"][0].record["model"]["shared"] and not any(r.trained for r in results.values())
    assert again["none"][0].tags() == trained
    forced, results = run("none", keep=True, force=True)
    assert all(result.trained for result in results.values())
    assert forced["none"][0].tags() == trained


@pytest.mark.slow
def test_a_run_that_is_cut_short_leaves_its_models_and_goes_on_with_them(run, tmp_path, monkeypatch):
    from wcabench.runs import attempt

    real = attempt.score_cell

    def interrupted(planned, *arguments, **more):
        if planned.pair == "en-de":
            raise KeyboardInterrupt
        return real(planned, *arguments, **more)

    monkeypatch.setattr(attempt, "score_cell", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run("none", pairs=("en-nl", "en-de"))
    monkeypatch.setattr(attempt, "score_cell", real)
    _, results = run("none", pairs=("en-nl", "en-de"))
    assert sorted((r.fresh, r.trained) for r in results.values()) == [(False, False), (True, False)]
    assert not list((tmp_path / ".models").iterdir())


def flipped(file):
    raw = bytearray(file.read_bytes())
    raw[-5] ^= 1
    file.write_bytes(raw)


def piped(file):
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("weights.safetensors", flipped),
        *(
            pytest.param(name, damage, marks=pytest.mark.slow)
            for name in ("model.json", "network.json", "weights.safetensors")
            for damage in (flipped, piped, lambda file: file.write_bytes(b""), lambda file: file.unlink())
            if (name, damage) != ("weights.safetensors", flipped)
        ),
    ],
)
def test_a_damaged_model_in_the_store_is_trained_anew(run, tmp_path, name, damage):
    first, _ = run("none", pairs=("en-nl",), keep=True)
    (model,) = (tmp_path / ".models").iterdir()
    damage(model / name)
    shutil.rmtree(first["none"][0].path)
    again, results = run("none", pairs=("en-nl",), keep=True)
    assert all(result.state == "done" and result.trained for result in results.values())
    assert again["none"][0].tags() == first["none"][0].tags()
