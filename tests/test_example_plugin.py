"""The example of a third-party method, installed for real and run through the real command line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "wcabench-csls"
ORIGIN = "wcabench-csls 0.1.0: wcabench_csls:Csls"


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A folder that pip has installed the example into, without a network."""
    source = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("source") / EXAMPLE.name)  # pip builds in place
    target = tmp_path_factory.mktemp("target")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--target"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, str(target), str(source)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.skip(f"the example cannot be installed here without a network: {done.stderr.strip()[-500:]}")
    return target


@pytest.fixture
def wcabench(installed, tmp_path):
    """Runs `wcabench` as a user's shell does, with the example on the path; further folders come first."""

    def run(*arguments: str, before: tuple[Path, ...] = ()) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(map(str, [*before, installed]))
        environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
        environment.pop("WCABENCH_DATA", None)
        command = [sys.executable, "-P", "-m", "wcabench", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )

    return run


def package(folder: Path, name: str, point: str, source: str) -> Path:
    """A folder with an installed package of one module, as pip would leave it."""
    module = name.replace("-", "_")
    information = folder / f"{module}-2.0.dist-info"
    information.mkdir(parents=True)
    (folder / f"{module}.py").write_text(source)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n")
    (information / "entry_points.txt").write_text(f"[wcabench.methods]\n{point} = {module}:Method\n")
    return folder


def test_it_is_listed_with_its_origin(wcabench):
    done = wcabench("list", "methods", "--json")
    assert done.returncode == 0, done.stderr
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert rows["csls"] == {
        "name": "csls",
        "summary": "Couples each target token with its nearest source token by cross-domain similarity local scaling.",
        "needs": ["labelled", "parallel"],
        "paper": "Conneau et al. 2018",
        "origin": ORIGIN,
    }
    assert {"none", "nearest-token", "fastalign", "wca-soft", "wca-hard"} < set(rows)
    assert "wcabench.methods.none:NoAlignment" in rows["none"]["origin"]


@pytest.mark.slow
def test_it_runs_beside_the_others_and_is_found_again(wcabench, tiny_suite, tiny_encoder, tmp_path):
    run = [
        "run",
        "--suite",
        str(tiny_suite),
        "--encoder",
        str(tiny_encoder),
        "--pair",
        "en-nl",
        "--seeds",
        "1",
    ]
    run += ["--method", "CSLS", "--method", "none", "--set", "recipe.epochs=1", "--set", "csls.k=3"]
    run += ["--offline", "--results", "results", "--json"]
    first = wcabench(*run)
    assert first.returncode == 0, first.stderr
    cells = {cell["method"]: cell for cell in json.loads(first.stdout)["cells"]}
    assert {name: cell["state"] for name, cell in cells.items()} == {"csls": "done", "none": "done"}
    assert not any(cell["cached"] for cell in cells.values())
    assert cells["csls"]["key"] != cells["none"]["key"]

    record = json.loads((tmp_path / cells["csls"]["path"] / "cell.json").read_text())
    assert record["origin"] == ORIGIN
    assert record["config"]["model"]["method"]["options"]["k"] == 3
    assert record["training"]["loss"]["alignment"] and record["diagnostics"]["mass"] == pytest.approx(
        1, abs=1e-3
    )

    second = wcabench(*run)
    assert second.returncode == 0, second.stderr
    again = {cell["method"]: cell for cell in json.loads(second.stdout)["cells"]}
    assert all(cell["cached"] for cell in again.values())
    assert {name: cell["f1"] for name, cell in again.items()} == {n: c["f1"] for n, c in cells.items()}
    assert "done already" in second.stderr


@pytest.mark.slow
def test_its_own_tests_pass(wcabench, installed, tmp_path):
    shutil.copytree(EXAMPLE / "tests", tmp_path / "tests")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout


def test_a_wrong_option_of_it_is_the_users_mistake(wcabench, tiny_suite, tiny_encoder):
    run = ["run", "--suite", str(tiny_suite), "--encoder", str(tiny_encoder), "-p", "en-nl", "-m", "csls"]
    for setting, line in {
        "csls.kk=3": "error: unknown key 'csls.kk': did you mean 'csls.k'?",
        "csls.k=many": "error: csls.k: 'many' is not an int",
        "csls.k=0": "error: csls.k: 0 is not at least 1",
    }.items():
        done = wcabench(*run, "--set", setting)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(line) and done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["list", "methods"], ["run", "-m", "csls", "-p", "en-nl"]])
def test_a_name_that_two_packages_claim_stops_with_both_origins(wcabench, tmp_path, command):
    rival = package(tmp_path / "rival", "rival-none", "None", "Method = None\n")
    done = wcabench(*command, before=(rival,))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: two methods are called 'none': ") and done.stderr.count("\n") == 1
    assert "rival-none 2.0: rival_none:Method" in done.stderr
    assert "wcabench.methods.none:NoAlignment" in done.stderr


def test_a_broken_package_is_listed_as_broken_and_the_others_stay(wcabench, tmp_path):
    broken = package(tmp_path / "broken", "broken-method", "broken", "raise RuntimeError('half installed')\n")
    done = wcabench("list", "methods", "--json", before=(broken,))
    assert done.returncode == 0, done.stderr
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert "RuntimeError: half installed" in rows["broken"]["broken"]
    assert rows["broken"]["origin"] == "broken-method 2.0: broken_method:Method"
    assert {"csls", "none", "wca-hard"} < set(rows) and "broken" not in rows["csls"]

    plain = wcabench("list", "methods", before=(broken,))
    assert plain.returncode == 0 and "half installed" in plain.stdout and "Traceback" not in plain.stderr
