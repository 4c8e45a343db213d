"""The one training loop. Every method's model goes through it; they differ in the objectives they add."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch

from wcabench.config import RecipeConfig
from wcabench.nn.model import TokenClassifier
from wcabench.nn.objectives import CrossEntropy, Objective
from wcabench.nn.randomness import seed_torch
from wcabench.nn.vocabulary import EmbeddingRows

Progress = Callable[[str, int, int], None]


class LossError(ArithmeticError):
    """A loss that is not a finite number: training has diverged, and the cell fails."""


@dataclass
class LossCurve:
    """Loss by step: the total of eq. (7), and each term before its weight."""

    total: list[float] = field(default_factory=list)
    terms: dict[str, list[float]] = field(default_factory=dict)

    def add(self, terms: dict[str, float], total: float) -> None:
        """Append one step."""
        self.total.append(total)
        for name, value in terms.items():
            self.terms.setdefault(name, []).append(value)

    def record(self) -> dict[str, list[float]]:
        """Six significant digits a value: enough for a plot, small in a cell."""
        columns = {"total": self.total, **self.terms}
        return {name: [float(f"{v:.6g}") for v in values] for name, values in columns.items()}


def train(
    model: TokenClassifier,
    labelled: CrossEntropy,
    extra: Sequence[Objective],
    recipe: RecipeConfig,
    *,
    seed: int,
    progress: Progress,
    after_epoch: Callable[[], None] = lambda: None,
) -> LossCurve:
    """Minimise cross entropy plus the weighted extra objectives (eq. 7) with AdamW, warm-up and decay.

    Each objective runs forward and backward in turn under a random stream of its own, so adding one with weight 0
    leaves the others' numbers untouched bit for bit, and the memory of a step is that of its largest objective.

    Args:
        model: trained in place; left in evaluation mode with its whole vocabulary.
        labelled: the cross-entropy objective; its passes count the epochs.
        extra: further objectives.
        recipe: the settings of section 4.1.
        seed: dropout streams.
        progress: called with ("training", steps done, steps in all).
        after_epoch: called after each epoch, with the model in evaluation mode and its vocabulary whole.

    Raises:
        LossError: a loss is NaN or infinite.
    """
    objectives: list[Objective] = [labelled, *extra]
    steps = labelled.steps_an_epoch * recipe.epochs
    rows = EmbeddingRows(model, set().union(*(o.used_pieces() for o in objectives)))
    optimiser = _optimiser(model, recipe, rows)
    curve = LossCurve()
    model.train()
    for step in range(steps):
        rate = recipe.learning_rate * schedule(step, steps, recipe)
        for group in optimiser.param_groups:
            group["lr"] = rate
        _backward(model, objectives, step, seed, curve)
        if recipe.clip:
            torch.nn.utils.clip_grad_norm_(_trained(model), recipe.clip, foreach=True)
        rows.decay(rate, recipe.weight_decay)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        progress("training", step + 1, steps)
        if (step + 1) % labelled.steps_an_epoch == 0:
            model.eval()
            rows.restore()
            after_epoch()
            if step + 1 < steps:
                rows.narrow()
                model.train()
    return curve


def schedule(step: int, steps: int, recipe: RecipeConfig) -> float:
    """Factor on the learning rate: a linear warm-up from above 0 to 1, then linear to 0, or constant."""
    warm = math.ceil(recipe.warmup * steps)
    if step < warm:
        return (step + 1) / warm
    if recipe.decay == "constant":
        return 1.0
    return (steps - step) / max(steps - warm, 1)


def _backward(
    model: TokenClassifier, objectives: Sequence[Objective], step: int, seed: int, curve: LossCurve
) -> None:
    terms, total = {}, 0.0
    for objective in objectives:
        seed_torch(seed, "dropout", objective.name, step)
        loss = objective.loss(model, step)
        terms[objective.name] = value = float(loss.detach())
        total += objective.weight * value
        if not math.isfinite(value):
            raise LossError(
                f"{objective.name} is {value} at step {step + 1}: lower recipe.learning_rate, or try fp32"
            )
        if loss.requires_grad:
            (objective.weight * loss).backward()  # type: ignore[no-untyped-call]
    curve.add(terms, total)


def _trained(model: TokenClassifier) -> list[torch.nn.Parameter]:
    return [p for p in model.parameters() if p.requires_grad]


def _optimiser(model: TokenClassifier, recipe: RecipeConfig, rows: EmbeddingRows) -> torch.optim.AdamW:
    """AdamW; no decay on biases and norms, which are the parameters of one dimension, nor on rows that decay anyway."""
    parameters = _trained(model)
    plain = [p for p in parameters if p.dim() <= 1 or p is rows.part]
    groups = [
        {
            "params": [p for p in parameters if p.dim() > 1 and p is not rows.part],
            "weight_decay": recipe.weight_decay,
        },
        {"params": plain, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=True)
