"""Checks of a training: slots, determinism, gradients, the null setting and speed."""

import torch

from wcabench.conformance.predictions import sample_words
from wcabench.conformance.report import Finding, failed, not_applicable, passed
from wcabench.conformance.trial import Fitted, Trial
from wcabench.data.guard import ClosedDataError
from wcabench.nn.training_data import UndeclaredNeedError

# A step of wca-soft was measured at 2.4 steps of `none`; a slow machine must not fail a sound method.
SPEED_LIMIT = 50
NO_COUPLING = "the method is no JointAlignment"


def needs(trial: Trial) -> Finding:
    """Check that a method reads only the slots that it declares, and uses only the bench's public attributes."""
    fitted = trial.fit()
    watch = fitted.watch
    undeclared = sorted(watch.asked - trial.info.needs)
    if undeclared:
        return failed(
            f"asked for {', '.join(undeclared)}, which it does not declare",
            "add it to `needs` of its MethodInfo, or do without",
        )
    if isinstance(fitted.error, UndeclaredNeedError):
        return failed(str(fitted.error), "cross entropy reads slot 'labelled' unless it is given others")
    if isinstance(fitted.error, ClosedDataError):
        return failed(str(fitted.error), "take data from the bench alone")
    if watch.private:
        return failed(
            f"reached behind the bench: {', '.join(sorted(watch.private))}",
            "use its public attributes, and set none but `diagnostics`",
        )
    idle = sorted(trial.info.needs - watch.asked - {"labelled"})
    rest = f"; never asked for {', '.join(idle)}" if idle else ""
    return passed(f"declares {', '.join(sorted(trial.info.needs)) or 'nothing'}{rest}")


def determinism(trial: Trial) -> Finding:
    """Check that the same seed gives the same weights bit for bit, and another seed gives others."""
    first, second = trial.trained(), trial.trained(again=True)
    difference = _difference(trial, first, second)
    if difference:
        return failed(
            f"two fits with seed 1 differ: {difference}",
            "draw from bench.generator(NAME) or bench.stream(NAME), never from a global generator, the clock or a "
            "set's order",
        )
    if first.network is None:
        return passed("the same seed, the same predictions (no network whose weights could be compared)")
    if not _difference(trial, first, trial.trained(2)):
        return failed("seeds 1 and 2 end with the same weights", "take networks and streams from the bench")
    return passed("seed 1 twice: the same weights, bit for bit; seed 2: others")


def gradients(trial: Trial) -> Finding:
    """Check that training changes the encoder, unless the method declares `trains_encoder=False`."""
    if trial.couples:
        return _gradients_of_the_coupling(trial)
    fitted = trial.trained()
    if fitted.network is None:
        return not_applicable("the tagger is no network of the bench")
    before = dict(trial.untrained().encoder.named_parameters())
    after = fitted.network.encoder.named_parameters()
    moved = [not torch.equal(p, before[n]) for n, p in after if n in before]
    if any(moved) and not trial.info.trains_encoder:
        return failed(
            "training moved the encoder, and the method says trains_encoder=False",
            "take bench.network(train_encoder=False)",
        )
    if not any(moved) and trial.info.trains_encoder:
        return failed(
            "training left the encoder as it was",
            "let the loss reach it: no detach, no frozen part; or declare trains_encoder=False",
        )
    return passed(f"{sum(moved)} of {len(moved)} tensors of the encoder moved")


def _gradients_of_the_coupling(trial: Trial) -> Finding:
    loss, network = trial.loss()
    network.train()
    value = loss.loss(network, 0)
    if not bool(torch.isfinite(value)):
        return failed(
            f"the alignment loss is {float(value.detach())}", "look for logarithms and divisions of zero"
        )
    if value.requires_grad:
        value.backward()  # type: ignore[no-untyped-call]
    reached_by = [p.grad for p in network.encoder.parameters() if p.grad is not None]
    if not all(bool(torch.isfinite(grad).all()) for grad in reached_by):
        return failed("a gradient is not finite", "keep what couple returns away from infinities")
    reached = sum(bool(grad.any()) for grad in reached_by)
    if not reached:
        return failed("the loss moves nothing in the encoder", "couple must give some pair a positive weight")
    return passed(f"alignment loss {float(value.detach()):.4g}; it moves {reached} tensors of the encoder")


def null(trial: Trial) -> Finding:
    """Check that a method with its null options is plain transfer, bit for bit."""
    options = dict(trial.info.null)
    if not options:
        return not_applicable("the method names no options that switch it off (MethodInfo.null)")
    setting = ", ".join(f"{name}={value}" for name, value in options.items())
    difference = _difference(trial, trial.trained(**options), trial.plain)
    if difference:
        return failed(
            f"{setting} is not plain transfer: {difference}",
            "weigh the losses by these options alone, and draw from no stream but those of the bench",
        )
    return passed(f"{setting} ends with the weights of plain transfer, bit for bit")


def speed(trial: Trial) -> Finding:
    """Check that a step takes at most `SPEED_LIMIT` times the processor time of a step of plain transfer."""
    # The second fit is timed, because the first may include compilation.
    own, plain = trial.trained(again=True).step_seconds, trial.plain.step_seconds
    if own is None or plain is None:
        return not_applicable("the method does not train by bench.train")
    comparison = f"a step takes {own / plain:.1f} times that of `none` (limit {SPEED_LIMIT})"
    if own > SPEED_LIMIT * plain:
        return failed(comparison, "vectorise, compile, or do offline in `prepare` what does not change")
    return passed(comparison)


def _difference(trial: Trial, a: Fitted, b: Fitted) -> str:
    """Return how two trained models differ, in words; empty if they do not."""
    if a.network is None or b.network is None:
        words = sample_words(trial)
        same = a.tagger.predict(words, "target") == b.tagger.predict(words, "target")
        return "" if same else "they tag the same words differently"
    weights_a, weights_b = a.network.state_dict(), b.network.state_dict()
    if weights_a.keys() != weights_b.keys():
        return "their networks have other parameters"
    unequal = [name for name in weights_a if not torch.equal(weights_a[name], weights_b[name])]
    return f"{len(unequal)} of {len(weights_a)} tensors, first {unequal[0]}" if unequal else ""
