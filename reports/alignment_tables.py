"""Tables of a sweep over word aligners: an overview by gold set, each set in detail, and layers by epsilon."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from wcabench.reports.alignment_findings import findings
from wcabench.reports.table import Mark, ReportTable, ResultsReport, Row, Section, TableEntry
from wcabench.sweep.gold_files import GoldSet
from wcabench.sweep.settings import EFLOMAL, Setting
from wcabench.sweep.sweep import Outcome

COLUMNS = ("precision", "recall", "AER", "95% interval", "links")
MEASURE = "Alignment error rate in percent, lower is better (Och & Ney 2003); bold: the lowest of a column."
DIRECTIONS = (
    "forward: each target word has one source word at most; reverse: the other way; the rest combine both. "
    "Intersected, nearest-token is SimAlign's argmax (Jalili Sabet et al. 2020)."
)
SAMPLED = "eflomal samples, with a seed of its own: another run gives slightly other numbers."


def alignment_report(
    golds: Sequence[GoldSet],
    outcomes: Sequence[Outcome],
    encoder: str,
    *,
    details: bool,
    notes: Sequence[str],
) -> ResultsReport:
    """The tables.

    Args:
        golds: the gold sets.
        outcomes: of every setting on every gold set.
        encoder: what the couplings read, in words; empty where none was read.
        details: show precision, recall and interval of every setting, not only of each method's reference setting.
        notes: further sentences for the first caption.
    """
    by_setting: dict[Setting, dict[str, Outcome]] = {}
    for outcome in outcomes:
        by_setting.setdefault(outcome.setting, {})[outcome.gold] = outcome
    names = tuple(gold.name for gold in golds)
    reference = [setting for setting in by_setting if setting.reference]
    overview = replace(
        _rates("overview", "AER by method", names, [(_label(each), by_setting[each]) for each in reference]),
        caption=(MEASURE, DIRECTIONS, *_references(reference), *notes),
        findings=findings(names, [outcome for outcome in outcomes if outcome.setting.reference]),
    )
    tables = [overview]
    for gold in golds:
        shown = [
            outcome
            for outcome in outcomes
            if outcome.gold == gold.name and (details or outcome.setting.reference)
        ]
        tables.append(_gold_table(gold, shown))
    swept = _swept(list(by_setting))
    if swept:
        title = f"AER by layers and epsilon ({swept[0].direction})"
        rows = [(f"{setting.method} ({setting.state})", by_setting[setting]) for setting in swept]
        tables.append(_rates("settings", title, names, rows))
    heading = f"Word alignment{f': {encoder}' if encoder else ''}"
    return ResultsReport((Section(heading, {"encoder": encoder}, tuple(tables)),))


def _references(settings: Sequence[Setting]) -> list[str]:
    """Say the layers, epsilon and threshold of the couplings, which the row labels do not hold."""
    states = dict.fromkeys(f"{setting.method}: {setting.state}" for setting in settings if setting.layers)
    thresholds = {setting.threshold for setting in settings if setting.threshold is not None}
    lines = [f"{'; '.join(states)}."] if states else []
    return lines + [
        f"wca-soft links all that share at least {threshold:g} of a token's mass, wca-hard the largest share alone."
        for threshold in thresholds
    ]


def _rates(
    name: str, title: str, golds: tuple[str, ...], rows: Sequence[tuple[str, Mapping[str, Outcome]]]
) -> ReportTable:
    """Error rates, a row a setting and a column a gold set."""
    lowest = {gold: min(round(100 * row[gold].score.error_rate, 2) for _, row in rows) for gold in golds}
    return ReportTable(
        name,
        title,
        golds,
        tuple(
            Row(
                label,
                tuple(_rate(row[gold], lowest[gold]) for gold in golds),
                more=asdict(row[golds[0]].setting),
            )
            for label, row in rows
        ),
        (MEASURE,),
    )


def _rate(outcome: Outcome, lowest: float) -> TableEntry:
    rate = 100 * outcome.score.error_rate
    mark: Mark = "best" if round(rate, 2) == lowest else ""
    return TableEntry(
        (f"{rate:.1f}",), mark, value=rate, more={"interval": [100 * bound for bound in outcome.interval]}
    )


def _gold_table(gold: GoldSet, outcomes: Sequence[Outcome]) -> ReportTable:
    """Precision, recall and error rate on one gold set."""
    lowest = min((round(100 * outcome.score.error_rate, 2) for outcome in outcomes), default=0.0)
    caption = (
        f"{gold.title}; {len(gold.pairs)} sentence pairs.",
        *_learned(gold, outcomes),
        "Percent; the interval is a bootstrap of the AER over sentences; links: how many were made "
        f"({sum(len(links.sure) for links in gold.gold):,} are sure in the gold).",
        *(f"{note[0].upper()}{note[1:]}." for note in gold.notes),
    )
    rows = tuple(
        Row(_label(outcome.setting), _details(outcome, lowest), more=asdict(outcome.setting))
        for outcome in outcomes
    )
    return ReportTable(gold.name, gold.name, COLUMNS, rows, caption)


def _learned(gold: GoldSet, outcomes: Sequence[Outcome]) -> list[str]:
    """Say what the statistical aligners learned from; nothing if all methods are couplings."""
    if all(outcome.setting.layers for outcome in outcomes):
        return []
    more = f" and {gold.learned_from}." if gold.learned_from else " alone."
    return [f"The statistical aligners learn from these {len(gold.pairs)} pairs{more}"]


def _details(outcome: Outcome, lowest: float) -> tuple[TableEntry, ...]:
    score, (low, high) = outcome.score, outcome.interval
    percents = [100 * value for value in (score.precision, score.recall)]
    return (
        *(TableEntry((f"{value:.1f}",), value=value) for value in percents),
        _rate(outcome, lowest),
        TableEntry((f"{100 * low:.1f} to {100 * high:.1f}",)),
        TableEntry((str(score.predicted),), value=score.predicted),
    )


def _label(setting: Setting) -> str:
    """Label of a row: method and direction, and layers and epsilon unless the setting is the method's reference."""
    state = "" if setting.reference else f" ({setting.state})"
    return f"{setting.method}, {setting.direction}{state}"


def _swept(settings: Sequence[Setting]) -> list[Setting]:
    """Settings of the couplings in one direction (intersect if measured); empty if all are reference settings."""
    directions = [setting.direction for setting in settings if setting.layers]
    wanted = "intersect" if "intersect" in directions else next(iter(directions), "")
    tried = [setting for setting in settings if setting.layers and setting.direction == wanted]
    return [] if all(setting.reference for setting in tried) else tried


def sampled_note(methods: Sequence[str]) -> list[str]:
    """Say that eflomal's numbers vary from run to run, if it is among the methods."""
    return [SAMPLED] if EFLOMAL in methods else []
