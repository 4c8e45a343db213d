"""What a training shows: needs, the tagger, determinism, gradients, beta=0 and speed."""

import math

import torch

from wcabench.conformance.report import Finding, failed, not_applicable, passed
from wcabench.conformance.trial import Fitted, Trial
from wcabench.nn.bench import UndeclaredNeedError
from wcabench.nn.labels import tag_names

# A step of wca-soft was measured at 2.4 steps of `none`; a slow machine must not fail a sound method.
SPEED_LIMIT = 50
NO_COUPLING = "the method is no JointAlignment"


def needs(trial: Trial) -> Finding:
    """A method asks for what it declares, and looks behind nothing."""
    fitted = trial.fit()
    watch = fitted.watch
    undeclared = sorted(watch.asked - trial.info.needs)
    if undeclared:
        return failed(
            f"asked for {', '.join(undeclared)}, which it does not declare",
            "add it to `needs` of its MethodInfo, or do without",
        )
    if isinstance(fitted.error, UndeclaredNeedError):
        return failed(str(fitted.error), "bench.train reads the labelled sentences unless it is given others")
    if watch.files:
        return failed(
            f"opened {', '.join(sorted(watch.files))} of the corpus, where the target's labels are",
            "take data from the bench alone",
        )
    if watch.private:
        return failed(
            f"reached behind the bench: {', '.join(sorted(watch.private))}",
            "use its public attributes, and set none but `diagnostics`",
        )
    idle = sorted(trial.info.needs - watch.asked - {"labelled"})
    rest = f"; never asked for {', '.join(idle)}" if idle else ""
    return passed(f"declares {', '.join(sorted(trial.info.needs)) or 'nothing'}{rest}")


def tagger(trial: Trial) -> Finding:
    """`fit` comes to its end, and what it returns gives every word a tag of the label set."""
    fitted = trial.fit()
    if fitted.error is not None:
        return failed(
            f"fit raised {type(fitted.error).__name__}: {fitted.error}",
            "it must train on any pair that has what it needs",
        )
    sentences = _words(trial)
    predicted = fitted.tagger.predict(sentences)
    lengths = [len(words) for words in sentences]
    if [len(tags) for tags in predicted] != lengths:
        return failed("predict does not give one tag a word", "return a list as long as each sentence")
    known = {*tag_names(trial.data.types), None}
    unknown = sorted({str(tag) for tags in predicted for tag in tags if tag not in known})
    if unknown:
        return failed(f"predicts {', '.join(unknown[:5])}", "use O, B-X and I-X of the types in bench.types")
    return passed(f"one tag a word for {len(sentences)} sentences")


def determinism(trial: Trial) -> Finding:
    """The seed makes the weights: the same seed the same ones bit for bit, another seed others."""
    first, second = trial.trained(), trial.trained(again=True)
    difference = _difference(trial, first, second)
    if difference:
        return failed(
            f"two fits with seed 1 differ: {difference}",
            "draw from bench.generator(NAME), never from a global generator, the clock or a set's order",
        )
    if first.model is None:
        return passed("the same seed, the same predictions (no network whose weights could be compared)")
    if not _difference(trial, first, trial.trained(2)):
        return failed("seeds 1 and 2 end with the same weights", "take models and streams from the bench")
    return passed("seed 1 twice: the same weights, bit for bit; seed 2: others")


def gradients(trial: Trial) -> Finding:
    """The loss is finite and moves the encoder."""
    if trial.couples:
        return _gradients_of_the_coupling(trial)
    fitted = trial.trained()
    if fitted.model is None:
        return not_applicable("the tagger is no network of the bench")
    if not all(math.isfinite(value) for term in fitted.loss.values() for value in term):
        return failed("a loss is not finite", "look for logarithms and divisions of zero")
    before = dict(trial.untrained().encoder.named_parameters())
    moved = [not torch.equal(p, before[n]) for n, p in fitted.model.encoder.named_parameters() if n in before]
    if not any(moved):
        return failed(
            "training left the encoder as it was", "let the loss reach it: no detach, no frozen part"
        )
    return passed(f"losses finite; {sum(moved)} of {len(moved)} tensors of the encoder moved")


def _gradients_of_the_coupling(trial: Trial) -> Finding:
    loss, model = trial.loss()
    model.train()
    value = loss.loss(model, 0)
    if not bool(torch.isfinite(value)):
        return failed(
            f"the alignment loss is {float(value.detach())}", "look for logarithms and divisions of zero"
        )
    if value.requires_grad:
        value.backward()  # type: ignore[no-untyped-call]
    found = [p.grad for p in model.encoder.parameters() if p.grad is not None]
    if not all(bool(torch.isfinite(grad).all()) for grad in found):
        return failed("a gradient is not finite", "keep what couple returns away from infinities")
    reached = sum(bool(grad.any()) for grad in found)
    if not reached:
        return failed("the loss moves nothing in the encoder", "couple must give some pair a positive weight")
    return passed(f"alignment loss {float(value.detach()):.4g}; it moves {reached} tensors of the encoder")


def beta_zero(trial: Trial) -> Finding:
    """Without its loss, a joint alignment is plain transfer, bit for bit."""
    if not trial.couples:
        return not_applicable(NO_COUPLING)
    difference = _difference(trial, trial.trained(beta=0.0), trial.plain)
    if difference:
        return failed(
            f"beta=0 is not plain transfer: {difference}",
            "weigh the loss by beta alone, and draw from no stream but bench.generator(NAME)",
        )
    return passed("beta=0 ends with the weights of plain transfer, bit for bit")


def speed(trial: Trial) -> Finding:
    """A step takes no more than a stated number of steps of plain transfer."""
    # The second fit, if there is one: the first may have compiled something.
    own, plain = trial.trained(again=True).step_seconds, trial.plain.step_seconds
    if own is None or plain is None:
        return not_applicable("the method does not train by bench.train")
    found = f"a step takes {own / plain:.1f} times that of `none` (limit {SPEED_LIMIT})"
    if own > SPEED_LIMIT * plain:
        return failed(found, "vectorise, compile, or do offline in `prepare` what does not change")
    return passed(found)


def _words(trial: Trial) -> list[tuple[str, ...]]:
    return [sentence.words for sentence in trial.data.target_test]


def _difference(trial: Trial, one: Fitted, other: Fitted) -> str:
    """Where two trainings differ, in words; empty where they do not."""
    if one.model is None or other.model is None:
        words = _words(trial)
        same = one.tagger.predict(words) == other.tagger.predict(words)
        return "" if same else "they tag the same words differently"
    left, right = one.model.state_dict(), other.model.state_dict()
    if left.keys() != right.keys():
        return "their networks have other parameters"
    unequal = [name for name in left if not torch.equal(left[name], right[name])]
    return f"{len(unequal)} of {len(left)} tensors, first {unequal[0]}" if unequal else ""
