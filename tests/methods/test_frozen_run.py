"""`run` with couplings that are made once, before training."""

import json
from pathlib import Path

from click.testing import CliRunner

from wcabench.cli import main


def test_run_takes_frozen_couplings_and_keeps_them_apart_from_others(tiny_suite, tiny_encoder, monkeypatch):
    monkeypatch.chdir(tiny_suite.parent)
    monkeypatch.delenv("WCABENCH_DATA", raising=False)
    run = ["run", "--suite", tiny_suite.name, "--encoder", str(tiny_encoder), "--pair", "en-nl", "--json"]
    run += ["--set", "recipe.epochs=1"]
    cells = []
    for setting in ("wca-hard.beta=0.5", "wca-hard.coupling_encoder=frozen"):
        arguments = [*run, "--method", "wca-hard", "--set", "wca-hard.beta=0.5", "--set", setting]
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.output
        cells += json.loads(done.stdout)["cells"]
    current, frozen = (json.loads((Path(cell["path"]) / "cell.json").read_text()) for cell in cells)
    assert current["key"] != frozen["key"]
    assert frozen["config"]["model"]["method"]["options"]["coupling_encoder"] == "frozen"
    # The first coupling is that of the same untouched encoder, but for dropout; later ones move on.
    losses = [record["training"]["loss"]["alignment"] for record in (current, frozen)]
    assert len(losses[0]) == len(losses[1])
    assert losses[0] != losses[1]
