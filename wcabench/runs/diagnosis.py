"""The diagnostics of a cell: measured last, so that nothing of them can reach a prediction, and never its undoing."""

from typing import TYPE_CHECKING, Any

from wcabench.nn.diagnostic_names import ABSENT, NO_NETWORK

if TYPE_CHECKING:
    from wcabench.data.sentences import PairData
    from wcabench.nn.bench import Bench
    from wcabench.registry import Tagger


def diagnose(method: Any, tagger: "Tagger", bench: "Bench", data: "PairData") -> dict[str, Any]:
    """What `wcabench.nn.diagnostics.measure` finds, or why it finds nothing; the global generators are left as they were.

    Args:
        method: as it was fitted.
        tagger: what `fit` returned, after it has predicted.
        bench: of the cell.
        data: of the cell, with the target's labels.
    """
    model = getattr(tagger, "model", None)
    if model is None:
        return {ABSENT: {"all": NO_NETWORK}}
    from wcabench.nn.diagnostics import measure
    from wcabench.nn.model import TokenClassifier
    from wcabench.nn.randomness import own_randomness

    if not isinstance(model, TokenClassifier):
        return {ABSENT: {"all": NO_NETWORK}}
    parallel = bench.parallel if "parallel" in method.info.needs else []
    try:
        with own_randomness(bench.seed, "diagnostics"):
            return measure(method, model, parallel, data)
    except (Exception, SystemExit) as error:  # anyone's coupling: a finished cell is worth more than its diagnostics
        return {ABSENT: {"all": " ".join(f"measuring raised {type(error).__name__}: {error}".split())}}
