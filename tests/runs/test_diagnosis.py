"""Diagnostics come last and reach nothing: predictions, training and random streams are what they are without them."""

import dataclasses
import gc
import json
import random
import types
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from wcabench.cli import main
from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.contract import MethodInfo, SentencePair
from wcabench.data.data_source import DataSource
from wcabench.measuring.diagnostic_names import ABSENT, NO_NETWORK, OF_GOLD
from wcabench.nn.alignment import JointAlignment
from wcabench.nn.bench import NetworkBench
from wcabench.runs import work
from wcabench.runs.cells import read_cell
from wcabench.runs.diagnosis import diagnose, diagnose_untrained
from wcabench.runs.here import Here
from wcabench.runs.inputs import training_data
from wcabench.runs.two_runs import compare_runs
from wcabench.transport import Coupling

RECIPE = RecipeConfig(epochs=1, batch_size=8, pair_batch_size=4, learning_rate=1e-3, precision="fp32")
TINY = ("max_labelled=12", "epochs=1", "max_length=64", "max_pairs=8", "precision=fp32")


def run(results: Path, encoder: Path, method: str = "wca-hard") -> Any:
    settings = [word for one in TINY for word in ("--set", f"recipe.{one}")]
    arguments = ["run", "--pair", "en-nl", "--method", method, *settings, "--encoder", str(encoder)]
    ran = CliRunner().invoke(
        main, [*arguments, "--offline", "--device", "cpu", "--results", str(results), "--json"]
    )
    assert ran.exit_code == 0, ran.output
    (row,) = json.loads(ran.stdout)["cells"]
    return read_cell(Path(row["path"]))


def generators() -> list[Any]:
    return [torch.get_rng_state().tolist(), str(np.random.get_state()), random.getstate()]


def test_a_cell_keeps_its_diagnostics_and_their_seconds(tiny_encoder: Path, tmp_path: Path) -> None:
    cell = run(tmp_path / "r", tiny_encoder)
    assert 0 <= cell.record["diagnostics"]["alignment_error_rate"] <= 1
    assert cell.record["diagnostics"]["source_coverage"] > 0  # what the method itself left stays
    assert cell.record["timings"]["diagnose"] > 0
    assert cell.record["seconds"] >= sum(cell.record["timings"].values()) - 0.01


def test_predictions_are_the_same_to_the_bit_without_diagnostics_and_with_ones_that_wreck_everything(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = run(tmp_path / "usual", tiny_encoder)

    def wreck(method: Any, tagger: Any, planned: Any, data: Any, *, prepared: bool) -> dict[str, Any]:
        with torch.no_grad():
            for parameter in tagger.network.parameters():
                parameter.zero_()
        torch.manual_seed(7)
        return {}

    for name, instead in (("without", lambda *_, **__: {}), ("wrecked", wreck)):
        monkeypatch.setattr(work, "diagnose", instead)
        other = run(tmp_path / name, tiny_encoder)
        assert other.key == usual.key
        assert other.tags() == usual.tags()
        assert other.record["training"] == usual.record["training"]
        assert other.record["scores"] == usual.record["scores"]


@pytest.mark.slow
def test_a_cell_of_before_the_diagnostics_is_verified_on_what_it_has(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = run(tmp_path / "now", tiny_encoder)
    monkeypatch.setattr(work, "diagnose", lambda *_, **__: {})
    then = run(tmp_path / "then", tiny_encoder)
    difference = compare_runs(then, now)
    assert (difference.verdict, difference.not_stored) == ("identical", ("some diagnostics",))
    assert compare_runs(now, then).unlike == ("diagnostics",)


@dataclasses.dataclass(frozen=True)
class Draws(JointAlignment):
    """Draws from every global generator."""

    info: ClassVar[MethodInfo] = MethodInfo("draws", "nobody 2020", {"labelled", "parallel"})

    def couple(self, costs: Any) -> Coupling:
        plans = [torch.rand(c.shape[1:]) + random.random() + np.random.random() for c in costs.by_layer]
        return Coupling([plan / plan.sum() for plan in plans])


@dataclasses.dataclass(frozen=True)
class Breaks(Draws):
    """Couples what it was trained with and nothing else."""

    def couple(self, costs: Any) -> Coupling:
        if max(costs.pairs) >= 40:
            raise IndexError("pair 40\nis not mine")
        return super().couple(costs)


PLANNED: Any = types.SimpleNamespace(recipe=RECIPE, seed=1)


def trained(cls: Any, data: Any, folder: Path) -> tuple[Any, Any]:
    visible = training_data(data, cls.info.needs, RECIPE)
    method = cls()
    return method, method.fit(NetworkBench(visible, EncoderConfig(name=str(folder)), RECIPE, seed=1))


@pytest.fixture
def gold_data(tiny_data: Any) -> Any:
    pairs = zip(tiny_data.source_test, tiny_data.target_test, strict=True)
    return dataclasses.replace(
        tiny_data, aligned=tuple(SentencePair(s.words, t.words, ((0, 0),)) for s, t in pairs)
    )


def test_global_generators_stand_where_they_stood_and_what_draws_from_them_is_measured_alike(
    gold_data: Any, tiny_encoder: Path
) -> None:
    method, tagger = trained(Draws, gold_data, tiny_encoder)
    before = generators()
    found = diagnose(method, tagger, PLANNED, gold_data, prepared=True)
    assert generators() == before
    torch.manual_seed(3)
    random.seed(3)
    assert diagnose(method, tagger, PLANNED, gold_data, prepared=True) == found
    assert found["plan_entropy"] > 0


def test_a_coupling_that_fails_on_other_pairs_costs_its_diagnostics_and_no_cell(
    gold_data: Any, tiny_encoder: Path
) -> None:
    found = diagnose(*trained(Breaks, gold_data, tiny_encoder), PLANNED, gold_data, prepared=True)
    assert found == {ABSENT: {"all": "measuring raised IndexError: pair 40 is not mine"}}


def test_a_tagger_that_is_no_network_has_none(gold_data: Any, tiny_encoder: Path) -> None:
    method, tagger = trained(Draws, gold_data, tiny_encoder)
    for other in (types.SimpleNamespace(predict=tagger.predict), types.SimpleNamespace(network="a lexicon")):
        assert diagnose(method, other, PLANNED, gold_data, prepared=True) == {ABSENT: {"all": NO_NETWORK}}  # type: ignore[arg-type]


def test_gold_links_and_target_tags_are_not_to_be_reached_from_the_bench(
    gold_data: Any, tiny_encoder: Path
) -> None:
    visible = training_data(gold_data, {"labelled", "parallel", "target-text"}, RECIPE)
    bench = NetworkBench(visible, EncoderConfig(name=str(tiny_encoder)), RECIPE, seed=1)
    bench.network()
    reached = _reachable(bench)
    assert id(bench._data.slots["parallel"]) in reached
    secret = [gold_data.aligned, gold_data.target_test, *gold_data.aligned, *gold_data.target_test, gold_data]
    assert not any(id(one) in reached for one in secret)


def _reachable(start: Any) -> set[int]:
    """Ids of all objects that can be reached by attributes, elements and closures; not by the module of a function."""
    seen: dict[int, Any] = {}
    todo = [start]
    while todo:
        one = todo.pop()
        if id(one) in seen or isinstance(one, types.ModuleType | type | torch.nn.Module | torch.Tensor):
            continue
        seen[id(one)] = one
        if isinstance(one, types.FunctionType):
            todo += [cell.cell_contents for cell in one.__closure__ or ()]
        elif not isinstance(one, str | bytes | int | float):
            todo += gc.get_referents(one)
    return set(seen)


def test_the_first_key_that_others_read_is_a_fraction(tiny_encoder: Path, tmp_path: Path) -> None:
    found = run(tmp_path / "r", tiny_encoder, "fastalign").record["diagnostics"]
    assert isinstance(found[OF_GOLD[0]], float) and OF_GOLD == ("alignment_error_rate",)
    assert "alignment_error_rate" not in run(tmp_path / "r", tiny_encoder, "none").record["diagnostics"]


def test_the_untouched_encoder_is_measured_from_a_stored_cell(tiny_encoder: Path, tmp_path: Path) -> None:
    cell = run(tmp_path / "r", tiny_encoder, "fastalign")
    here = Here(DataSource(offline=True), "cpu", None, EncoderConfig(name=str(tiny_encoder)))
    before = diagnose_untrained(cell, here)
    after = cell.record["diagnostics"]
    assert before["alignment_error_rate"] == after["alignment_error_rate"]  # the aligner reads no encoder
    assert before["cosine_within_sentence"] != after["cosine_within_sentence"]
    shown = CliRunner().invoke(
        main,
        [
            "method",
            "diagnose",
            "--results",
            str(tmp_path / "r"),
            "--before",
            "--encoder",
            str(tiny_encoder),
            "--json",
        ],
    )
    assert shown.exit_code == 0, shown.output
    tables = {table["name"]: table for table in json.loads(shown.stdout)["sections"][0]["tables"]}
    rows = {row["label"]: row["entries"] for row in tables["words en-nl"]["rows"]}
    changed = next(label for label in rows if label.endswith(", before"))
    assert rows[changed]["cosine"]["value"] == before["cosine_within_sentence"]
    other = CliRunner().invoke(main, ["method", "diagnose", "--results", str(tmp_path / "r"), "--before"])
    assert other.exit_code == 2 and "give its folder with --encoder" in other.stderr
