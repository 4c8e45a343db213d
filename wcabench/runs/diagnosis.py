"""The diagnostics of a cell. They are measured after prediction; a failure here never fails the cell."""

from typing import TYPE_CHECKING, Any

from wcabench.contract import SentencePair, Tagger
from wcabench.measuring.diagnostic_names import ABSENT, NO_NETWORK

if TYPE_CHECKING:
    from wcabench.data.sentences import PairData
    from wcabench.runs.cells import Cell
    from wcabench.runs.here import Here
    from wcabench.runs.plan import PlannedCell


def diagnose(
    method: Any, tagger: Tagger, planned: "PlannedCell", data: "PairData", *, prepared: bool
) -> dict[str, Any]:
    """The numbers that `wcabench.measuring.diagnostics.measure` gives, or why it gives none.

    The global generators are left as they were.

    Args:
        method: as it was fitted.
        tagger: what `fit` returned, after it has predicted.
        planned: the cell.
        data: of the cell, with the target's labels.
        prepared: whether the method has seen the parallel text; it has not where the store had the model.
    """
    network = getattr(tagger, "network", None)
    if network is None:
        return {ABSENT: {"all": NO_NETWORK}}
    from wcabench.nn.network import TaggingNetwork

    if not isinstance(network, TaggingNetwork):
        return {ABSENT: {"all": NO_NETWORK}}
    return _measured(method, network, planned, data, prepared=prepared)


def diagnose_untrained(cell: "Cell", here: "Here") -> dict[str, Any]:
    """The same numbers of a stored cell's encoder as it was before the training, measured now.

    Raises:
        UserError: suite, encoder or data cannot be found here, or are not what the cell was made with.
    """
    from wcabench import registry
    from wcabench.config import build
    from wcabench.errors import UserError
    from wcabench.nn.bench import NetworkBench
    from wcabench.nn.precision import resolve_device
    from wcabench.nn.training_data import TrainingData
    from wcabench.runs.inputs import load_labels
    from wcabench.runs.repeat import repeat_cells

    again = repeat_cells([cell], here)
    if again.changed:
        raise UserError(f"{cell.label}: not as it was made (then | now): {'; '.join(again.changed)}")
    (planned,) = again.cells
    method = build(registry.find(planned.method).load(), planned.model.options, planned.method)
    data = load_labels(planned, here.source)
    device = resolve_device(here.device)
    nothing = TrainingData(planned.model.context.types, {})
    bench = NetworkBench(nothing, planned.encoder, planned.recipe, seed=planned.seed, device=device)
    return _measured(method, bench.network(), planned, data, prepared=False)


def _measured(
    method: Any, network: Any, planned: "PlannedCell", data: "PairData", *, prepared: bool
) -> dict[str, Any]:
    from wcabench.measuring.diagnostics import measure
    from wcabench.nn.alignment import JointAlignment
    from wcabench.nn.randomness import own_randomness
    from wcabench.runs.inputs import sentence_pairs

    reads_pairs = "parallel" in method.info.needs
    parallel: list[SentencePair] = sentence_pairs(data, planned.recipe) if reads_pairs else []
    try:
        with own_randomness(planned.seed, "diagnostics"):
            if isinstance(method, JointAlignment) and not prepared:
                method.prepare(parallel)
            measured: dict[str, Any] = measure(method, network, parallel, data)
            return measured
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # Anyone's coupling may fail on other pairs: a finished cell is worth more than its diagnostics.
        return {ABSENT: {"all": " ".join(f"measuring raised {type(error).__name__}: {error}".split())}}
