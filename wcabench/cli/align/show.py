"""`wcabench align show`: the paper's Figure 1 for any sentence pair, in the terminal and as a figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wcabench.cli.choices import chosen_encoder, data_source, load_suite
from wcabench.cli.options import (
    data_dir_option,
    encoder_option,
    offline_option,
    one_pair_option,
    out_option,
    quiet_option,
    set_option_of,
    suite_option,
)
from wcabench.cli.output import echo_table
from wcabench.cli.stderr import log, warn

if TYPE_CHECKING:
    from wcabench.contract import SentencePair
    from wcabench.data.sentences import PairData
    from wcabench.data.suites import Suite
    from wcabench.measuring.sentence_alignment import SentenceAlignment

COUPLINGS = ("wca-soft", "wca-hard", "nearest-token")
TITLES = {
    "similarity": "cosine similarity",
    "wca-soft": "wca-soft: transport plan",
    "wca-hard": "wca-hard: hardened plan",
    "nearest-token": "nearest-token",
    "word links": "fast_align (intersection)",
}


@click.command()
@suite_option
@one_pair_option("A language pair; its parallel text teaches the word aligner.")
@click.option("--line", type=click.IntRange(min=1), help="This pair of the parallel text, from 1.")
@click.option("--source", "source_text", help="A source sentence, words parted by spaces.")
@click.option("--target", "target_text", help="Its translation.")
@encoder_option
@set_option_of("'encoder'", "'recipe'", "a coupling", example="wca-hard.epsilon=0.01")
@data_dir_option
@offline_option
@out_option("Figure: .png, .svg or .pdf.")
@quiet_option
def show(
    suite: str,
    pair: str,
    line: int | None,
    source_text: str | None,
    target_text: str | None,
    encoder: str | None,
    settings: tuple[str, ...],
    data_dir: Path | None,
    offline: bool,
    out: Path | None,
) -> None:
    """Show how each method couples the tokens of one sentence pair.

    The pair is a line of the suite's parallel text, or two sentences of your own.
    """
    from wcabench.config import assignments

    the_suite = load_suite(suite)
    tables = assignments(settings)
    data = the_suite.load(_pair_name(the_suite, pair), the_suite.data, data_source(data_dir, offline))
    chosen = _sentence_pair(data, line, source_text, target_text)
    alignment = _align(chosen, data, the_suite, encoder, tables)
    if alignment.cut:
        warn(f"{alignment.cut} words lie beyond the encoder's limit and are left out")
    if out is not None:
        from wcabench.reports.alignment_figure import draw

        draw(alignment, out, TITLES)
        log(f"figure: {out}")
    _print(alignment)


def _pair_name(suite: Suite, pair: str) -> str:
    from wcabench.runs.grid import choose_pairs

    return choose_pairs(suite, [pair])[0]


def _sentence_pair(data: PairData, line: int | None, source: str | None, target: str | None) -> SentencePair:
    from wcabench.contract import SentencePair
    from wcabench.data.tokenise import tokenise
    from wcabench.errors import UserError

    if (line is None) == (source is None and target is None) or (source is None) != (target is None):
        raise UserError("which sentences? give --line N, or both --source and --target")
    if line is None:
        source_words, target_words = tokenise(source or "", "spaces"), tokenise(target or "", "spaces")
        if not (source_words and target_words):
            raise UserError("--source and --target: a sentence needs at least one word")
        return SentencePair(source_words, target_words)
    if line > len(data.parallel):
        raise UserError(f"--line {line}: the parallel text of {data.pair} has {len(data.parallel)} pairs")
    return data.parallel[line - 1]


def _align(
    pair: SentencePair, data: PairData, suite: Suite, encoder: str | None, tables: dict[str, dict[str, str]]
) -> SentenceAlignment:
    from wcabench import registry
    from wcabench.config import build
    from wcabench.errors import suggest
    from wcabench.measuring.sentence_alignment import align_sentence
    from wcabench.nn.probe import open_encoder
    from wcabench.runs.plan import overlay

    known = ["encoder", "recipe", *COUPLINGS]
    for table in tables:
        if table not in known:
            raise suggest(table, known, "table of --set")
    methods: list[Any] = [build(registry.find(name).load(), tables.get(name, {}), name) for name in COUPLINGS]
    chosen = tables.get("recipe", {})
    recipe = overlay(suite.recipe, chosen, "recipe")
    config = overlay(chosen_encoder(suite, encoder), tables.get("encoder", {}), "encoder")
    model = open_encoder(config, recipe, "cpu", limit_given="max_length" in chosen)
    return align_sentence(pair, model, methods, recipe, _word_links(pair, data))


def _word_links(pair: SentencePair, data: PairData) -> tuple[tuple[int, int], ...]:
    """fast_align's links, learned from the pair's parallel text and this sentence pair."""
    from wcabench.words import align

    texts = [(known.source, known.target) for known in (*data.parallel, pair)]
    return align(texts, symmetrisation="intersect")[-1]


def _print(alignment: SentenceAlignment) -> None:
    """Print, for each target token, the source tokens that each method couples it with."""
    caption = (
        "nearest-token: the cosine. wca-soft: the two largest shares of the target token's mass. "
        "A dot: no source token."
    )
    columns = ("target token", *(TITLES[name].partition(":")[0] for name in alignment.plans))
    rows = (
        [token, *(_partners(alignment, name, column) for name in alignment.plans)]
        for column, token in enumerate(alignment.target)
    )
    echo_table(columns, rows, caption=caption)


def _partners(alignment: SentenceAlignment, name: str, column: int) -> str:
    """The source tokens coupled with one target token: of a soft plan the two largest shares, else in their order."""
    shares = alignment.plans[name][:, column]
    linked = [int(i) for i in shares.nonzero()[:, 0]]
    if name == "wca-soft":
        largest = sorted(linked, key=lambda i: -float(shares[i]))[:2]
        return ", ".join(f"{alignment.source[i]} {shares[i]:.2f}" for i in largest)
    if name == "nearest-token":
        return ", ".join(f"{alignment.source[i]} {alignment.similarity[i, column]:.2f}" for i in linked)
    return " ".join(alignment.source[i] for i in linked) or "·"
