"""The diagnostics of a cell: measured last, so that nothing of them can reach a prediction, and never its undoing."""

from typing import TYPE_CHECKING, Any

from wcabench.nn.diagnostic_names import ABSENT, NO_NETWORK

if TYPE_CHECKING:
    from wcabench.data.sentences import PairData
    from wcabench.nn.bench import Bench
    from wcabench.registry import Tagger
    from wcabench.runs.cells import Cell
    from wcabench.runs.here import Here


def diagnose(method: Any, tagger: "Tagger", bench: "Bench", data: "PairData") -> dict[str, Any]:
    """What `wcabench.nn.diagnostics.measure` finds, or why it finds nothing.

    The global generators are left as they were.

    Args:
        method: as it was fitted.
        tagger: what `fit` returned, after it has predicted.
        bench: of the cell.
        data: of the cell, with the target's labels.
    """
    model = getattr(tagger, "model", None)
    if model is None:
        return {ABSENT: {"all": NO_NETWORK}}
    from wcabench.nn.model import TokenClassifier

    if not isinstance(model, TokenClassifier):
        return {ABSENT: {"all": NO_NETWORK}}
    return _measured(method, model, bench, data)


def diagnose_untrained(cell: "Cell", here: "Here") -> dict[str, Any]:
    """The same numbers of a stored cell's encoder as it was before the training, measured now.

    Raises:
        UserError: suite, encoder or data cannot be found here, or are not what the cell was made with.
    """
    from wcabench import registry
    from wcabench.config import build
    from wcabench.errors import UserError
    from wcabench.nn import bench as benches
    from wcabench.nn.alignment import JointAlignment
    from wcabench.runs.repeat import repeat_cells
    from wcabench.runs.work import load_data

    again = repeat_cells([cell], here)
    if again.changed:
        raise UserError(f"{cell.label}: not as it was made (then | now): {'; '.join(again.changed)}")
    (planned,) = again.cells
    cls = registry.find(planned.method).load()
    method = build(cls, planned.options, planned.method)
    data = load_data(planned, here.source)
    device = benches.cuda_or_cpu(here.device)
    bench = benches.Bench(
        data, planned.encoder, planned.recipe, seed=planned.seed, needs=cls.info.needs, device=device
    )
    if isinstance(method, JointAlignment):
        method.prepare(bench.parallel)
    return _measured(method, bench.fresh_model(), bench, data)


def _measured(method: Any, model: Any, bench: "Bench", data: "PairData") -> dict[str, Any]:
    from wcabench.nn.diagnostics import measure
    from wcabench.nn.randomness import own_randomness

    parallel = bench.parallel if "parallel" in method.info.needs else []
    try:
        with own_randomness(bench.seed, "diagnostics"):
            return measure(method, model, parallel, data)
    except (Exception, SystemExit) as error:
        # Anyone's coupling may fail on other pairs: a finished cell is worth more than its diagnostics.
        return {ABSENT: {"all": " ".join(f"measuring raised {type(error).__name__}: {error}".split())}}
