"""Every file or folder that a command writes is there whole or not at all, whichever call of the disk fails."""

import errno
import os
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from failing_disk import FailingDisk, contents, disk, largest_file
from stores_by_hand import StoreOnDisk

from wcabench.cli import main
from wcabench.runs.store import Store

__all__ = ["disk"]
ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO)
OLD = b"a good one that stood there"
FORMATS = ("terminal", "markdown", "latex", "json", "csv", "html")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder and a parallel text."""
    folder = tmp_path_factory.mktemp("inputs")
    store = StoreOnDisk(folder / "results")
    for seed in (1, 2):
        for method in ("none", "fastalign"):
            store.cell("en-nl", method, seed, quality=0.6)
    (folder / "text").write_text("the house\thet huis\na red house\teen rood huis\n" * 20)
    (folder / "old.zip").write_bytes(OLD)
    return folder


COMMANDS: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    **{
        f"report {form}": (
            (
                "report",
                "--results",
                "{in}/results",
                "--resamples",
                "100",
                "--format",
                form,
                "--out",
                "{out}/a",
            ),
            ("a",),
        )
        for form in FORMATS
    },
    "align": (("align", "{in}/text", "--out", "{out}/a"), ("a",)),
    "align with scores": (("align", "{in}/text", "--out", "{out}/a", "--scores", "{out}/b"), ("a", "b")),
    "align scores alone": (("align", "{in}/text", "--scores", "{out}/b"), ("b",)),
    "align with a model": (("align", "{in}/text", "--save-model", "{out}/m", "--out", "{out}/a"), ("m", "a")),
    "export": (("store", "export", "{out}/new.zip", "--results", "{in}/results"), ()),
    "new": (("method", "new", "my-method", "--out", "{out}/project"), ()),
    "plot": (("plot", "f1", "--results", "{in}/results", "--out", "{out}/a.svg"), ("a.svg",)),
}


@pytest.fixture(params=COMMANDS)
def command(
    request: pytest.FixtureRequest, inputs: Path, tmp_path: Path
) -> Callable[[], tuple[Path, Callable[[], Result]]]:
    """Makes a fresh output folder with good old files in it, and gives it with the call that writes into it."""
    arguments, outputs = COMMANDS[request.param]
    if request.param == "plot":
        pytest.importorskip("matplotlib")

    def fresh() -> tuple[Path, Callable[[], Result]]:
        out = tmp_path / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        for name in outputs:
            (out / name).write_bytes(OLD)
        words = [word.replace("{in}", str(inputs)).replace("{out}", str(out)) for word in arguments]
        return out, lambda: CliRunner().invoke(main, words)

    return fresh


def undisturbed(
    command: Callable[[], tuple[Path, Callable[[], Result]]], disk: FailingDisk
) -> tuple[int, dict[str, bytes]]:
    """How many calls of the disk the command makes, and what it writes."""
    out, call = command()
    with disk.at(out):
        result = call()
    assert result.exit_code == 0, result.output
    return len(disk.calls), contents(out)


def complete(left: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """The files that are whole new ones; of a model the size is compared, since safetensors orders facts at random."""
    return {
        name
        for name, data in left.items()
        if name in after and (len(data) == len(after[name]) if name == "m" else data == after[name])
    }


def check_nothing_happened(result: Result, out: Path, before: dict[str, bytes]) -> None:
    assert result.exit_code == 2, result.output
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and errors[0] == result.stderr.splitlines()[-1]
    assert "cannot be written" in errors[0] and "Traceback" not in result.output
    assert {name: data for name, data in contents(out).items() if name in before} == before


def test_an_error_at_any_call_leaves_what_stood_there(command, disk) -> None:
    total, after = undisturbed(command, disk)
    refused = 0
    for number in range(total):
        out, call = command()
        before = contents(out)
        with disk.at(out, number, ERRORS[number % len(ERRORS)]):
            result = call()
        left = contents(out)
        if result.exit_code == 0:  # the folder that was to be made is there already
            assert complete(left, after) == after.keys()
            continue
        refused += 1
        whole = complete(left, after)
        # Of files that do not belong together, one may be written already; it is then the whole new one.
        check_nothing_happened(
            result, out, {name: data for name, data in before.items() if name not in whole}
        )
        assert set(left) <= {*before, *whole}, "a leftover"
    assert refused >= 3


def test_a_full_disk_leaves_what_stood_there(command, disk) -> None:
    _, after = undisturbed(command, disk)
    for share in (0.0, 0.5, 0.95):
        out, call = command()
        before = contents(out)
        largest = max(map(len, after.values()))
        with largest_file(int(largest * share)):
            result = call()
        left = contents(out)
        whole = complete(left, after)
        check_nothing_happened(
            result, out, {name: data for name, data in before.items() if name not in whole}
        )
        assert set(left) <= {*before, *whole}, "a leftover"


def test_a_written_file_has_the_permissions_that_any_file_of_the_user_has(command, disk) -> None:
    out, call = command()
    shutil.rmtree(out)
    assert call().exit_code == 0
    umask = os.umask(0)
    os.umask(umask)
    for file in out.rglob("*"):
        assert file.stat().st_mode & 0o777 == (0o777 if file.is_dir() else 0o666) & ~umask


@pytest.mark.parametrize("command", ["merge", "import"])
def test_what_stops_half_way_says_how_many_cells_arrived(command, inputs: Path, tmp_path: Path, disk) -> None:
    source = inputs / "results"
    if command == "import":
        source = tmp_path / "published.zip"
        exported = ["store", "export", str(source), "--results", str(inputs / "results")]
        assert CliRunner().invoke(main, exported).exit_code == 0
    arrived = set()
    for number in range(0, 1000, 5):
        target = tmp_path / "target"
        shutil.rmtree(target, ignore_errors=True)
        with disk.at(target, number, errno.ENOSPC):
            result = CliRunner().invoke(main, ["store", command, str(source), "--results", str(target)])
        if len(disk.calls) <= number:
            break
        if result.exit_code == 0:  # a folder was to be made that is there already
            continue
        assert result.exit_code == 2 and "Traceback" not in result.output
        finished = Store(target).cells()[0]
        said = re.search(r"(\d) of 4 cells were copied before", result.stderr)
        assert int(said[1]) == len(finished) if said else not finished
        arrived.add(len(finished))
        again = CliRunner().invoke(main, ["store", command, str(source), "--results", str(target)])
        assert again.exit_code == 0 and len(Store(target).cells()[0]) == 4
    assert arrived == {0, 1, 2, 3}
