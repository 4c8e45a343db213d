"""What a user can get wrong, through the real command: exit 2, one line on stderr that names it, no traceback."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from wcabench.cli import main

FILES = {
    "train.conll": "Mira B-PER\nlives O\nin O\nOldwick B-LOC\n. O\n\nAcme B-ORG\nhired O\nher O\n",
    "test.en.conll": "Jon B-PER\nleft O\n",
    "test.nl.conll": "Jon B-PER\nverliet O\nOudwijk B-LOC\n\nAcme B-ORG\nsluit O\n",
    "en.txt": "She left .\nHe won\n",
    "nl.txt": "Zij vertrok .\nHij won\n",
}
SUITE = """
[suite]
name = "tiny"
types = ["LOC", "ORG", "PER"]

[source]
train = { path = "train.conll" }
test = { path = "test.en.conll" }

[pairs.en-nl]
target = { test = { path = "test.nl.conll" } }
parallel = { path = "en.txt", target_path = "nl.txt" }
"""
RUN = ("run", "--suite", "tiny.toml", "--method", "none", "--pair", "en-nl")
ENCODER = ("--encoder", "encoder")
ZEROS = "0" * 64


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, tiny_encoder) -> Path:
    """A folder with the suite `tiny.toml`, its data and an encoder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WCABENCH_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, text in {**FILES, "tiny.toml": SUITE}.items():
        Path(name).write_text(text)
    shutil.copytree(tiny_encoder, "encoder")
    return tmp_path


def wcabench(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def refusal(result: Result) -> str:
    """The one line of a command that is refused before it does anything."""
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit) and result.stdout == ""
    assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1, result.stderr
    assert not Path("results", "tiny").exists(), "nothing is left of a run that was refused"
    return result.stderr


def change(file: str, old: str, new: str) -> None:
    text = Path(file).read_text()
    assert old in text
    Path(file).write_text(text.replace(old, new))


# Data


@pytest.mark.parametrize("file", ["train.conll", "test.en.conll", "test.nl.conll", "en.txt"])
@pytest.mark.parametrize("command", [RUN, (*RUN, "--dry-run"), ("status", *RUN[1:])])
def test_a_missing_data_file_is_named_with_the_places_looked_at(here, file, command):
    Path(file).unlink()
    line = refusal(wcabench(*command, *ENCODER))
    assert f"looked for {file}" in line and str(here) in line and "is missing" in line


def test_a_missing_file_of_two_that_belong_together_is_named(here):
    Path("nl.txt").unlink()
    line = refusal(wcabench(*RUN, *ENCODER))
    assert "nl.txt is missing" in line and "en.txt" in line and "put it there" in line


def test_a_missing_file_with_a_known_origin_says_how_to_get_it(here):
    known = f'{{ path = "train.conll", sha256 = "{ZEROS}", licence = "CC0", instructions = "ask Mira" }}'
    change("tiny.toml", '{ path = "train.conll" }', known)
    Path("train.conll").unlink()
    line = refusal(wcabench(*RUN, *ENCODER))
    assert all(part in line for part in ("en-train is missing", ZEROS, "licence: CC0", "get it: ask Mira"))


def test_a_data_folder_that_is_not_there_is_named():
    assert "--data-dir nowhere: no such folder" in refusal(wcabench(*RUN, *ENCODER, "--data-dir", "nowhere"))


def test_a_file_with_another_content_than_its_pin_is_refused_with_both_checksums(here):
    rows = json.loads(wcabench("prepare", "--suite", "tiny.toml", *ENCODER, "--json").stdout)["resources"]
    pin = next(row["sha256"] for row in rows if row["resource"] == "en-train")
    change(
        "tiny.toml",
        '{ path = "train.conll" }',
        f'{{ path = "train.conll", sha256 = "{pin}", sentences = 2 }}',
    )
    assert wcabench(*RUN, *ENCODER, "--dry-run").exit_code == 0
    assert wcabench("prepare", "--suite", "tiny.toml", *ENCODER).exit_code == 0

    change("train.conll", "hired", "fired")
    line = refusal(wcabench(*RUN, *ENCODER))
    assert (
        f"{here / 'train.conll'}: not the pinned content of en-train: wanted 2 sentences with sha256 {pin}"
        in line
    )
    assert "got 2 with" in line and "another version of the corpus" in line

    Path("train.conll").write_text(FILES["train.conll"].partition("\n\n")[0] + "\n")
    assert "got 1 with" in (line := refusal(wcabench(*RUN, *ENCODER))) and "cut short" in line


@pytest.mark.parametrize("file", ["train.conll", "test.en.conll", "test.nl.conll"])
def test_a_tag_that_the_suite_does_not_know_is_named_with_file_and_line(here, file):
    Path(file).write_text(FILES[file] + "\nGent B-GPE\n")
    line = refusal(wcabench(*RUN, *ENCODER))
    number = FILES[file].count("\n") + 2
    assert f"{here / file}:{number}: tag 'B-GPE'" in line and "known: LOC, ORG, PER" in line


@pytest.mark.parametrize(
    ("text", "where"),
    [("Mira PER\n", "train.conll:1: 'PER' is no tag"), ("Mira B-PER\nleft\n", "train.conll:2:")],
)
def test_a_malformed_line_is_named(text, where):
    Path("train.conll").write_text(text)
    assert where in refusal(wcabench(*RUN, *ENCODER))


@pytest.mark.parametrize(("text", "lines"), [("Zij vertrok .\n", 1), ("Zij vertrok .\nHij won\nen\n", 3)])
def test_parallel_files_of_unequal_length_are_named_with_their_lengths(here, text, lines):
    Path("nl.txt").write_text(text)
    line = refusal(wcabench(*RUN, *ENCODER))
    assert f"unequal length: {here / 'en.txt'} has 2 lines, {here / 'nl.txt'} has {lines}" in line


# Names and options


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ("--method", "wca-hrad"),
            "error: unknown method 'wca-hrad': did you mean 'wca-hard'? known: fastalign, ",
        ),
        (
            ("--pair", "en-ml"),
            "error: unknown pair of suite 'tiny' 'en-ml': did you mean 'en-nl'? known: all, en-nl",
        ),
        (
            ("--set", "recipe.epoch=1"),
            "error: unknown key 'recipe.epoch': did you mean 'recipe.epochs'? known: ",
        ),
        (
            ("--set", "encoder.layer=9"),
            "error: unknown key 'encoder.layer': did you mean 'encoder.layers'? known: ",
        ),
        (("--set", "data.label=map"), "error: unknown key 'data.label': did you mean 'data.labels'? known: "),
        (
            ("--set", "recipes.epochs=1"),
            "error: unknown table of --set 'recipes': did you mean 'recipe'? known: ",
        ),
        (("--set", "none.beta=1"), "error: unknown key 'none.beta': known: none\n"),
        (
            ("--set", "wca-hard.beta=1"),
            "error: --set wca-hard.…: method 'wca-hard' is not in this run; add --method",
        ),
        (("--set", "recipe.epochs"), "error: --set 'recipe.epochs': wanted TABLE.KEY=VALUE"),
        (("--set", "recipe.epochs=many"), "error: recipe.epochs: 'many' is not an int"),
        (("--set", "recipe.epochs=-1"), "error: recipe.epochs: -1 is not at least 1"),
        (("--set", "recipe.decay=cosine"), "error: recipe.decay: 'cosine' is not one of linear, constant"),
        (
            ("--set", "data.translation=deepl"),
            "error: unknown translation of en-nl in suite 'tiny' 'deepl': ",
        ),
        (
            ("--suite", "papr"),
            "error: unknown suite (a file of your own is written as PATH.toml) 'papr': did you mean",
        ),
        (("--suite", "no.toml"), "error: suite no.toml: cannot be read: No such file or directory"),
        (("--seeds", "one"), "error: --seeds one: wanted a number of seeds (5) or a list of them (1,7,42)"),
        (("--seeds", "0"), "error: --seeds 0: a single number is how many seeds"),
    ],
)
@pytest.mark.parametrize("command", ["run", "status"])
def test_an_unknown_name_or_option_is_refused_with_what_would_do(command, arguments, line):
    assert refusal(wcabench(command, *RUN[1:], *ENCODER, *arguments)).startswith(line)


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("[suite]", "[suite", "tiny.toml: no TOML: "),
        (
            "[source]",
            "[recipe]\nepoch = 1\n[source]",
            "unknown key in tiny.toml 'recipe.epoch': did you mean 'recipe.epochs'",
        ),
        ("[source]", "[recipe]\nepochs = 0\n[source]", "tiny.toml: recipe.epochs: 0 is not at least 1"),
        ("[source]", "[recipes]\n[source]", "unknown key in tiny.toml 'recipes': did you mean 'recipe'"),
        (
            "[source]",
            "[recipe.epochs]\na = 1\n[source]",
            "tiny.toml: recipe.epochs: '{'a': 1}' is not an int",
        ),
        ('name = "tiny"', 'nam = "tiny"', "unknown key in tiny.toml: suite 'nam': did you mean 'name'"),
    ],
)
def test_a_mistake_in_a_suites_file_names_the_file_and_the_key(old, new, part):
    change("tiny.toml", old, new)
    for command in (RUN, ("list", "pairs", "--suite", "tiny.toml"), ("doctor", "--suite", "tiny.toml")):
        assert part in refusal(wcabench(*command))


# Encoder


def test_an_encoder_folder_without_weights_is_refused(here):
    Path("encoder/model.safetensors").unlink()
    line = refusal(wcabench(*RUN, *ENCODER))
    assert f"encoder {here / 'encoder'}: no weights (*.safetensors)" in line and "save_pretrained" in line
    Path("encoder/pytorch_model.bin").write_bytes(b"\x80\x04.")
    assert "pickled weights are never loaded" in refusal(wcabench(*RUN, *ENCODER))


def test_a_folder_that_is_no_encoder_is_refused(here):
    Path("encoder/config.json").unlink()
    assert f"encoder {here / 'encoder'}: no config.json" in refusal(wcabench(*RUN, *ENCODER))
    assert "./nowhere: no such folder" in refusal(wcabench(*RUN, "--encoder", "./nowhere")).replace(
        f"{here}/", "./"
    )
    assert "no revision: pin one" in refusal(wcabench(*RUN, "--encoder", "some/encoder"))


@pytest.mark.parametrize("damage", ["{}", "{", "[]", '{"model_type": "no-such-model"}'])
def test_an_encoder_whose_configuration_is_none_is_refused(damage):
    Path("encoder/config.json").write_text(damage)
    assert "encoder 'encoder' cannot be loaded: " in refusal(wcabench(*RUN, *ENCODER))


def test_an_encoder_folder_without_tokenizer_is_refused():
    for file in Path("encoder").glob("tokenizer*"):
        file.unlink()
    assert "tokenizer" in refusal(wcabench(*RUN, *ENCODER))


def test_more_layers_than_the_encoder_has_are_refused():
    line = refusal(wcabench(*RUN, *ENCODER, "--set", "encoder.layers=5"))
    assert "encoder.layers: 5 is more than the 4 layers of 'encoder'" in line


def test_damaged_weights_fail_the_cell_and_exit_1():
    Path("encoder/model.safetensors").write_bytes(b"\0" * 16)
    result = wcabench(*RUN, *ENCODER)
    assert result.exit_code == 1 and "Traceback" not in result.output
    assert "en-nl none seed 1: failed: " in result.stderr and "error.txt" in result.stderr
    assert wcabench("status").stdout.endswith("results: 0 done, 1 failed\n")


# Results folder


def test_a_results_folder_where_none_can_be_is_refused_before_training():
    line = refusal(wcabench(*RUN, *ENCODER, "--results", "tiny.toml/results"))
    assert "results folder tiny.toml/results: Not a directory" in line and "--results" in line


def test_a_read_only_results_folder_is_refused_before_training(monkeypatch):
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    line = refusal(wcabench(*RUN, *ENCODER))
    assert (
        "results folder results: Read-only file system; choose a folder on a writable disk with --results"
        in line
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to read-only folders")
def test_a_results_folder_without_permission_is_refused_before_training():
    Path("locked").mkdir(mode=0o555)
    line = refusal(wcabench(*RUN, *ENCODER, "--results", "locked"))
    assert "results folder locked: Permission denied; make it writable" in line


def test_a_full_disk_is_refused_before_training(monkeypatch):
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    line = refusal(wcabench(*RUN, *ENCODER))
    assert "results folder results: No space left on device; free some space" in line
    assert "finished cells are kept" in line


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limits")
def test_a_real_process_that_cannot_write_ends_with_one_line_and_exit_2():
    code = (
        "import resource\nfrom wcabench.cli import main\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\nmain({[*RUN, *ENCODER]!r}, prog_name='wcabench')"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "error: results folder results: File too large; raise the limit on file sizes"
    )
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_output_onto_a_full_disk_ends_with_one_line():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "wcabench", "list", "methods"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 2 and done.stderr.startswith("error: ") and done.stderr.count("\n") == 1


@pytest.fixture(scope="module")
def finished(tiny_encoder, tmp_path_factory) -> Path:
    """A results folder with two finished cells of the suite, seeds 1 and 2."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, text in {**FILES, "tiny.toml": SUITE}.items():
            Path(name).write_text(text)
        result = wcabench(*real_run(tiny_encoder, "2"))
    assert result.exit_code == 0, result.output
    return folder / "results"


def real_run(encoder: Path, seeds: str) -> tuple[str, ...]:
    return (
        *RUN,
        "--encoder",
        str(encoder),
        "--set",
        "recipe.epochs=1",
        "--device",
        "cpu",
        "--seeds",
        seeds,
        "--json",
    )


def test_a_disk_that_is_full_when_a_cell_ends_keeps_the_finished_ones(finished, tiny_encoder, monkeypatch):
    shutil.copytree(finished, "results")
    run = real_run(tiny_encoder, "3")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez_compressed", refuse)  # the counts, written when the cell has been trained
        result = wcabench(*run)
    assert result.exit_code == 2 and result.stdout == "" and "Traceback" not in result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert (
        len(errors) == 1 and "results folder results: No space left on device; free some space" in errors[0]
    )
    assert not list(Path("results/.partial").iterdir())

    cells = json.loads(wcabench("list", "results", "--json").stdout)
    assert [cell["seed"] for cell in cells] == [1, 2]
    again = json.loads(wcabench(*run).stdout)["cells"]
    assert [(cell["seed"], cell["cached"]) for cell in again] == [(1, True), (2, True), (3, False)]


def cut(file: str):
    return lambda cell: (cell / file).write_bytes((cell / file).read_bytes()[:-40])


def remove(file: str):
    return lambda cell: (cell / file).unlink()


def write(content: bytes):
    return lambda cell: (cell / "cell.json").write_bytes(content)


def edit(**values):
    def do(cell: Path) -> None:
        record = json.loads((cell / "cell.json").read_text())
        (cell / "cell.json").write_text(json.dumps({**record, **values}))

    return do


def reseed(cell: Path) -> None:
    record = json.loads((cell / "cell.json").read_text())
    edit(config={**record["config"], "seed": 7})(cell)


def miscount(cell: Path) -> None:
    with np.load(cell / "counts.npz") as arrays:
        np.savez(cell / "counts.npz", **{**arrays, "target_tp": np.zeros(3, np.int8)})


CORRUPTIONS = {
    "a record that is cut short": cut("cell.json"),
    "an empty record": write(b""),
    "a record of zeros": write(b"\0" * 64),
    "a record in another encoding": write(b"\xff\xfe{}"),
    "a record that is a list": write(b"[]"),
    "a record without schema": write(b"{}"),
    "a record of a newer version": edit(schema=99),
    "a record without its F1": edit(f1=None),
    "a record with another configuration than its key": reseed,
    "no record": remove("cell.json"),
    "counts that are cut short": cut("counts.npz"),
    "no counts": remove("counts.npz"),
    "counts of the wrong shape": miscount,
    "an F1 that is no number": edit(f1=float("nan")),
    "an F1 that is not that of its counts": edit(f1=99.0),
    "a training of the wrong type": edit(training=None),
    "notes of the wrong type": edit(notes=None),
    "a record nested beyond reason": write(b"[" * 100_000),
}


@pytest.fixture
def corrupt(finished):
    """A copy of the finished cells in `results`; a call damages that of seed 1 and gives its folder."""
    shutil.copytree(finished, "results")
    (cell,) = Path("results/tiny/en-nl/none").glob("seed-1-*")

    def damage(how) -> Path:
        how(cell)
        return cell

    return damage


@pytest.mark.parametrize(("name", "how"), CORRUPTIONS.items())
def test_a_corrupt_cell_is_left_out_and_named_and_the_others_count(corrupt, name, how):
    cell = corrupt(how)
    for command in (
        ("list", "results", "--json"),
        ("status", "--json"),
        ("report", "--json", "--resamples", "100"),
    ):
        result = wcabench(*command)
        assert result.exit_code == 0, result.output
        assert str(cell) in result.stderr + result.stdout and "Traceback" not in result.output
        answer = json.loads(result.stdout)
        if command[0] == "list":
            assert [row["seed"] for row in answer] == [2]
            assert result.stderr.startswith("left out: ") and result.stderr.count("\n") == 1
        if command[0] == "status":
            assert answer["done"] == 1 and [row["path"] for row in answer["left_out"]] == [str(cell)]

    shown = wcabench("show", cell.name.rpartition("-")[2])
    assert shown.exit_code == 2 and isinstance(shown.exception, SystemExit)
    assert shown.stderr.startswith("error: ") and shown.stderr.count("\n") == 1 and str(cell) in shown.stderr


@pytest.mark.parametrize("name", ["a record that is cut short", "counts that are cut short"])
def test_a_corrupt_cell_is_run_again_and_kept_aside(corrupt, tiny_encoder, name):
    cell = corrupt(CORRUPTIONS[name])
    result = wcabench(*real_run(tiny_encoder, "2"))
    assert result.exit_code == 0, result.output
    cells = json.loads(result.stdout)["cells"]
    assert [(one["seed"], one["state"], one["cached"]) for one in cells] == [
        (1, "done", False),
        (2, "done", True),
    ]
    assert cell.with_name(cell.name + ".corrupt-1").is_dir()
    listed = wcabench("list", "results", "--json")
    assert [row["seed"] for row in json.loads(listed.stdout)] == [1, 2] and listed.stderr == ""
