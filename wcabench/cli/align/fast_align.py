"""`wcabench align` with the statistical aligner: learn from a text or load a model, write links and scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wcabench.cli.output import echo_data
from wcabench.cli.stderr import log, warn
from wcabench.output_files import new_files, write_lines

if TYPE_CHECKING:
    from wcabench.data.line_pairs import PairForm
    from wcabench.words.aligner import MakeDirection, Progress, ScoredLinks
    from wcabench.words.corpus import Corpus
    from wcabench.words.direction import Pass
    from wcabench.words.fitted import FittedAligner
    from wcabench.words.symmetrise import Links

DIRECTIONS = {False: "forward", True: "reverse"}


@dataclass(frozen=True)
class Files:
    """What is read and written; None: not asked for.

    Attributes:
        source: sentences of the source language; without `target`, both sides.
        target: sentences of the target language.
        form: how they are laid out.
        out: links; None is stdout.
        save_model: fitted model to write.
        model: fitted model to read.
        scores: scores to write.
    """

    source: Path
    target: Path | None
    form: PairForm
    out: Path | None
    save_model: Path | None
    model: Path | None
    scores: Path | None


def fast_align(files: Files, direction: str, method: Any, *, options_given: bool) -> None:
    """Link a text by fast_align's model.

    Args:
        files: what is read and written.
        direction: one of `SYMMETRISATIONS`.
        method: options: lowercase, em_iterations.
        options_given: whether they were set on the command line.

    Raises:
        UserError: the files do not fit together, or the model is none.
    """
    from wcabench.errors import require
    from wcabench.output_files import check_distinct
    from wcabench.words.aligner import link_corpus, score_corpus, trained_on
    from wcabench.words.model import FastAlignModel
    from wcabench.words.pharaoh import format_links

    require(
        not (files.model and files.save_model),
        "--model or --save-model: a model is read or learned, not both",
    )
    require(not (files.model and options_given), "--model has its options; leave --set fastalign.… out")
    check_distinct(files.out, files.scores, files.save_model)
    options = FastAlignModel(iterations=method.em_iterations)
    fitted = _load(files.model)
    corpus = _read(files, lowercase=fitted.lowercase if fitted else method.lowercase)
    if files.save_model:
        fitted = _fit(corpus, options, method.lowercase, files.save_model)
    make_direction: MakeDirection = (
        fitted.applied(corpus) if fitted else trained_on(corpus, options, _reporter(options.iterations))
    )
    if files.scores is None:
        show_links(link_corpus(corpus, make_direction, direction), files.out)
        return
    scored = list(score_corpus(corpus, make_direction, direction))
    scores = map(_score_line, scored)
    if files.out is None:
        write_lines(files.scores, scores)
        show_links((pair.links for pair in scored), None)
        return
    with new_files(files.out, files.scores) as (links_file, scores_file):
        write_lines(links_file, (format_links(pair.links) for pair in scored))
        write_lines(scores_file, scores)


def _load(path: Path | None) -> FittedAligner | None:
    from wcabench.data.files import open_regular
    from wcabench.words.fitted import load_aligner

    if path is None:
        return None
    with open_regular(path):  # a pipe in its place would be waited for
        return load_aligner(path)


def _read(files: Files, *, lowercase: bool) -> Corpus:
    from wcabench.data.line_pairs import iter_line_pairs
    from wcabench.words.corpus import encode

    corpus = encode(iter_line_pairs(files.source, files.target, files.form), lowercase=lowercase)
    echo_empty(corpus.given - len(corpus.kept), corpus.given)
    return corpus


def _fit(corpus: Corpus, options: Any, lowercase: bool, path: Path) -> FittedAligner:
    from wcabench.words.fitted import fit_aligner

    fitted = fit_aligner(corpus, options, lowercase=lowercase, progress=_reporter(options.iterations))
    fitted.save(path)
    log(f"model: {path}")
    return fitted


def _score_line(scored: ScoredLinks) -> str:
    """One line of the scores file; empty for a pair with an empty side."""
    if scored.likelihood != scored.likelihood:  # NaN
        return ""
    return f"{scored.likelihood:.4f}\t{' '.join(f'{p:.4f}' for p in scored.probabilities)}"


def _reporter(passes: int) -> Progress:
    """A callback that logs how well the model fits after each pass; the last pass only decodes."""

    def report(reverse: bool, number: int, done: Pass) -> None:
        way = DIRECTIONS[reverse]
        log(f"fast_align {way}: pass {number} of {passes - 1}, {done.cross_entropy:.3f} bits a word")

    return report


def echo_empty(empty: int, total: int) -> None:
    """Say how many lines cannot be linked."""
    if empty:
        warn(f"{empty} of {total} lines have an empty side: no links")


def show_links(links: Iterable[Links], out: Path | None) -> None:
    """Write the links of each pair in Pharaoh format, a line a pair.

    Args:
        links: of each pair.
        out: the file; None is stdout.

    Raises:
        UserError: the file cannot be written.
    """
    from wcabench.words.pharaoh import format_links

    lines = map(format_links, links)
    if out is None:
        echo_data(lines)
    else:
        write_lines(out, lines)
