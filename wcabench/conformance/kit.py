"""Runs all checks of the kit on one method."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import torch

from wcabench import registry
from wcabench.conformance import couplings, declarations, predictions, training
from wcabench.conformance.report import Finding, Report, failed, not_applicable
from wcabench.conformance.sample import sample, save_tiny_encoder
from wcabench.conformance.trial import NoTrainingError, Trial
from wcabench.contract import MethodInfo
from wcabench.errors import UserError

CHECKS: dict[str, Callable[[Trial], Finding]] = {
    "info": declarations.info,
    "options": declarations.options,
    "needs": training.needs,
    "tagger": predictions.tagger,
    "predictions": predictions.predictions,
    "determinism": training.determinism,
    "form": couplings.form,
    "invariance": couplings.invariance,
    "gradients": training.gradients,
    "null": training.null,
    "speed": training.speed,
}


def check(method: str | type[Any], name: str | None = None) -> Report:
    """Check whether a method keeps the contract. It takes seconds on a CPU, and uses no network.

    Args:
        method: the name of a registered method, or a class.
        name: the name under which the class is or will be registered; None: its `info.name`.

    Raises:
        UserError: there is no such method, it cannot be loaded, or the class is not a method.
    """
    start = perf_counter()
    if isinstance(method, str):
        entry = registry.find(method)
        cls, name, origin = entry.load(), entry.name, entry.origin
    else:
        cls, origin = method, f"{method.__module__}:{method.__qualname__}"
        if not isinstance(getattr(cls, "info", None), MethodInfo) or not callable(getattr(cls, "fit", None)):
            raise UserError(f"{origin} has no `info: MethodInfo` and `fit(bench)`")
        name = name or cls.info.name
    data = sample()
    with TemporaryDirectory(prefix="wcabench-check-") as folder, one_thread():
        encoder = Path(folder) / "encoder"
        save_tiny_encoder(data, encoder)
        trial = Trial(cls, name, data, encoder)
        findings = [run(title, trial) for title in CHECKS]
    return Report(name, origin, findings, round(perf_counter() - start, 2))


@contextmanager
def one_thread() -> Iterator[None]:
    """Use one thread inside the context: several threads are slower on the kit's small matrices."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def run(title: str, trial: Trial) -> Finding:
    """Run one check; an error that the method raises is reported as a failed check."""
    return replace(_finding(CHECKS[title], trial), check=title)


def _finding(run_check: Callable[[Trial], Finding], trial: Trial) -> Finding:
    try:
        return run_check(trial)
    except NoTrainingError:
        return not_applicable("fit did not come to its end: see 'tagger'")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # foreign code may raise anything
        return failed(f"raised {type(error).__name__}: {error}", "mend that and check again")
