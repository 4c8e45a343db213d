"""`run` with couplings that are made once, before training."""

import json
from pathlib import Path

from click.testing import CliRunner

from wcabench.cli import main
from wcabench.data.columns import write_columns

SUITE = """
[suite]
name = "tiny"
types = ["LOC", "ORG", "PER"]

[recipe]
epochs = 1
batch_size = 8
pair_batch_size = 8
max_length = 32

[source]
train = { path = "train.conll" }
test = { path = "test.en.conll" }

[pairs.en-nl]
target = { test = { path = "test.nl.conll" } }
parallel = { path = "pairs.tsv" }
"""


def test_run_takes_frozen_couplings_and_keeps_them_apart_from_others(
    tiny_data, tiny_encoder, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WCABENCH_DATA", raising=False)
    write_columns(tmp_path / "train.conll", tiny_data.train)
    write_columns(tmp_path / "test.en.conll", tiny_data.source_test)
    write_columns(tmp_path / "test.nl.conll", tiny_data.target_test)
    pairs = (f"{' '.join(pair.source)}\t{' '.join(pair.target)}\n" for pair in tiny_data.parallel)
    Path("pairs.tsv").write_text("".join(pairs))
    Path("tiny.toml").write_text(SUITE)
    run = ["run", "--suite", "tiny.toml", "--encoder", str(tiny_encoder), "--pair", "en-nl", "--json"]
    cells = []
    for setting in ("wca-hard.beta=0.5", "wca-hard.coupling_encoder=frozen"):
        arguments = [*run, "--method", "wca-hard", "--set", "wca-hard.beta=0.5", "--set", setting]
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.output
        cells += json.loads(done.stdout)["cells"]
    current, frozen = (json.loads((Path(cell["path"]) / "cell.json").read_text()) for cell in cells)
    assert current["key"] != frozen["key"]
    assert frozen["config"]["method"]["options"]["coupling_encoder"] == "frozen"
    # The first coupling is that of the same untouched encoder, but for dropout; later ones move on.
    losses = [record["training"]["loss"]["alignment"] for record in (current, frozen)]
    assert len(losses[0]) == len(losses[1])
    assert losses[0] != losses[1]
