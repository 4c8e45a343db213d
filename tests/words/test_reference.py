"""Held against what the C++ program and its atools printed on real text (needs WCABENCH_DATA)."""

import functools
import os
import re
from pathlib import Path

import pytest

from wcabench.words import Alignment, FastAlignModel, Pass, format_links, parse_links, symmetrise_corpus

CORPORA = ["ntrex.de", "ntrex.nl", "ntrex.hy", "conll.nl"]
DIRECTIONS = {"fwd": False, "rev": True}
SYMMETRISED = {"intersect": "intersect", "gdfa": "grow-diag-final-and"}
NUMBER = r"(-?[0-9.]+(?:e[+-]?[0-9]+)?)"


def data_folder() -> Path:
    folder = Path(os.environ.get("WCABENCH_DATA", "/nowhere"))
    if not (folder.parent / "reference" / "fastalign").is_dir():
        pytest.skip("WCABENCH_DATA is unset or has no reference/fastalign beside it")
    return folder


def reference(name: str) -> list[str]:
    path = data_folder().parent / "reference" / "fastalign" / name
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def pairs_of(corpus: str) -> list[tuple[list[str], list[str]]]:
    files = {
        "conll.nl": ("paper/translations/nl/train.DeepL.tsv", 2, 1),
        **{name: (f"open/parallel/{name}-en.tsv", 1, 0) for name in CORPORA if name.startswith("ntrex")},
    }
    path, source, target = files[corpus]
    rows = [
        line.split("\t") for line in (data_folder() / path).read_text(encoding="utf-8").split("\n") if line
    ]
    # The C++ program splits on ASCII blanks only, and two blanks make no empty word.
    return [(words(row[source]), words(row[target])) for row in rows]


def words(text: str) -> list[str]:
    return [word for word in text.split(" ") if word]


@functools.cache
def fitted(corpus: str, direction: str) -> Alignment:
    return FastAlignModel(reverse=DIRECTIONS[direction]).fit(pairs_of(corpus))


def share_of_equal_lines(links: list[tuple[tuple[int, int], ...]], lines: list[str]) -> float:
    return sum(format_links(a) == b for a, b in zip(links, lines, strict=True)) / len(lines)


def as_logged(run: Alignment) -> list[str]:
    """The numbers of a fit as the C++ program prints them, in the order of its log."""
    numbers = [f"{run.length_ratio:.6g}"]
    for one in run.passes:
        numbers += [
            f"{value:.6g}"
            for value in (
                one.log_likelihood,
                one.cross_entropy,
                2.0**one.cross_entropy,
                one.null_posterior,
                one.feature,
            )
        ]
        numbers += tensions_as_logged(one)
    return numbers


def tensions_as_logged(found: Pass) -> list[str]:
    if not found.model_features:
        return []
    steps = zip(found.model_features, found.tensions, strict=False)
    numbers = [f"{value:.6g}" for step in steps for value in step]
    return [*numbers, f"{found.tensions[-1]:.6g}"]


def logged(lines: list[str]) -> list[str]:
    wanted = re.compile(
        rf"(?:source length \*|log_e likelihood:|cross entropy:|perplexity:|posterior p0:|posterior al-feat:"
        rf"|final tension:) {NUMBER}$|model al-feat: {NUMBER} \(tension={NUMBER}\)$"
    )
    return [number for line in lines if (found := wanted.search(line)) for number in found.groups() if number]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("corpus", CORPORA)
def test_at_least_999_of_1000_lines_are_those_of_the_cpp_program(corpus: str, direction: str) -> None:
    lines = reference(f"{corpus}.{direction}")
    assert share_of_equal_lines(fitted(corpus, direction).links, lines) >= 0.999


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("corpus", CORPORA)
def test_likelihoods_and_tensions_are_logged_to_the_printed_digit(corpus: str, direction: str) -> None:
    lines = logged(reference(f"{corpus}.{direction}.log"))
    assert len(lines) == 1 + 5 * 5 + 3 * 17
    assert [float(n) for n in as_logged(fitted(corpus, direction))] == [float(n) for n in lines]


@pytest.mark.parametrize("kind", SYMMETRISED)
@pytest.mark.parametrize("corpus", CORPORA)
def test_at_least_999_of_1000_symmetrised_lines_are_those_of_atools(corpus: str, kind: str) -> None:
    links = symmetrise_corpus(fitted(corpus, "fwd").links, fitted(corpus, "rev").links, SYMMETRISED[kind])
    assert share_of_equal_lines(links, reference(f"{corpus}.{kind}")) >= 0.999


@pytest.mark.parametrize("kind", SYMMETRISED)
@pytest.mark.parametrize("corpus", CORPORA)
def test_symmetrising_the_same_links_gives_every_line_of_atools(corpus: str, kind: str) -> None:
    forward, reverse = (
        [parse_links(line, where=direction) for line in reference(f"{corpus}.{direction}")]
        for direction in DIRECTIONS
    )
    links = symmetrise_corpus(forward, reverse, SYMMETRISED[kind])
    assert share_of_equal_lines(links, reference(f"{corpus}.{kind}")) == 1
