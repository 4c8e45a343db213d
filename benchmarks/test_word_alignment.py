"""Word alignment of real parallel text by fast_align's model, both directions."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from interleaving import compare, cpu_seconds
from real_costs import parallel_text

from wcabench.data.line_pairs import read_line_pairs
from wcabench.words import FastAlignModel, align

pytestmark = pytest.mark.benchmark(timer=cpu_seconds)
PAIRS = 25_000


@pytest.fixture(scope="session")
def text() -> list[tuple[list[str], list[str]]]:
    """German and then Spanish pairs of the open parallel text if WCABENCH_DATA is set, else of the packaged corpus."""
    folder = os.environ.get("WCABENCH_DATA")
    if folder:
        files = [Path(folder) / "text" / f"parallel.{language}-en.tsv" for language in ("de", "es")]
        pairs = [pair for file in files for pair in read_line_pairs(file) if all(pair)]
    else:
        pairs = [(pair.source, pair.target) for pair in parallel_text("de")]
    return [([w.lower() for w in source], [w.lower() for w in target]) for source, target in pairs[:PAIRS]]


@pytest.fixture(scope="session")
def files(text, tmp_path_factory) -> Path:
    """A folder with the text in the formats of the programs."""
    folder = tmp_path_factory.mktemp("text")
    lines = [(" ".join(source), " ".join(target)) for source, target in text]
    (folder / "both").write_text("".join(f"{s} ||| {t}\n" for s, t in lines))
    (folder / "source").write_text("".join(f"{s}\n" for s, _ in lines))
    (folder / "target").write_text("".join(f"{t}\n" for _, t in lines))
    return folder


def both_ways(text):
    return align(text, symmetrisation="intersect")


def test_alignment_beside_systran_align(benchmark, text, files):
    systran_align = pytest.importorskip("systran_align")
    tables = [str(files / name) for name in ("forward", "backward")]
    options = {"favor_diagonal": True, "optimize_tension": True, "variational_bayes": True}
    sides = [list(side) for side in zip(*text, strict=True)]

    def theirs():
        systran_align.generate_alignment_probabilities(str(files / "both"), *tables, **options)
        return systran_align.Aligner(*tables).align_batch(*sides)

    compare(
        benchmark, f"{len(text)} pairs, both directions", "systran-align", lambda: both_ways(text), theirs
    )


def test_alignment_beside_the_program_in_cpp(benchmark, text, files):
    program = os.environ.get("FAST_ALIGN") or shutil.which("fast_align")
    if not program:
        pytest.skip("there is no fast_align on the path or in FAST_ALIGN")
    command = [program, "-i", str(files / "both"), "-d", "-o", "-v"]

    def theirs() -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    links = [" ".join(f"{i}-{j}" for i, j in own) for own in FastAlignModel().fit(text).links]
    same = sum(a == b for a, b in zip(links, theirs().splitlines(), strict=True)) / len(links)
    compare(
        benchmark, f"{len(text)} pairs, forward", "fast_align, C++", lambda: FastAlignModel().fit(text), theirs,
        note=f"{same:.2%} of the lines the same",
    )  # fmt: skip


def test_alignment_beside_eflomal(benchmark, text, files):
    eflomal = pytest.importorskip("eflomal")

    def theirs() -> None:
        with (files / "source").open() as source, (files / "target").open() as target:
            eflomal.Aligner().align(
                source,
                target,
                links_filename_fwd=str(files / "ahead"),
                links_filename_rev=str(files / "back"),
            )

    compare(
        benchmark, f"{len(text)} pairs, both directions", "eflomal", lambda: both_ways(text), theirs,
        note="another model",
    )  # fmt: skip
