"""The training loop that every method's network is trained with; methods differ in their objectives."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import torch

from wcabench.config import RecipeConfig
from wcabench.contract import Objective, OwnParameters
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.randomness import Streams
from wcabench.nn.vocabulary import EmbeddingRows

Progress = Callable[[str, int, int], None]


class LossError(ArithmeticError):
    """A loss is NaN or infinite: training has diverged, and the cell fails."""


@dataclass
class LossCurve:
    """The loss of every step: the total of eq. (7), and each term before weighting.

    A term has one value for each step in which its objective returned a loss.
    """

    total: list[float] = field(default_factory=list)
    terms: dict[str, list[float]] = field(default_factory=dict)

    def add(self, terms: Mapping[str, float], total: float) -> None:
        """Append one step."""
        self.total.append(total)
        for name, value in terms.items():
            self.terms.setdefault(name, []).append(value)

    def record(self) -> dict[str, list[float]]:
        """Return all columns with values of six significant digits, which is enough for plots and keeps cells small."""
        columns = {"total": self.total, **self.terms}
        return {name: [float(f"{v:.6g}") for v in values] for name, values in columns.items()}


def train(
    network: TaggingNetwork,
    objectives: Sequence[Objective],
    recipe: RecipeConfig,
    streams: Streams,
    *,
    progress: Progress,
    after_epoch: Callable[[], None] = lambda: None,
) -> LossCurve:
    """Minimise the weighted sum of the objectives (eq. 7) with AdamW, warm-up and decay.

    Each objective runs forward and backward in turn under its own random stream. So an added objective of weight 0
    changes no number of the others, and a step needs only the memory of its largest objective.

    Args:
        network: trained in place; afterwards it is in evaluation mode and has its whole embedding table.
        objectives: the epochs are passes over the first objective's data.
        recipe: the settings of section 4.1.
        streams: the random streams, set to this stage.
        progress: called with ("training", steps done, all steps).
        after_epoch: called after each epoch, with the network in evaluation mode and its whole embedding table.

    Raises:
        LossError: a loss is NaN or infinite.
        ValueError: the first objective has no `steps_per_epoch`, or two objectives have the same name.
    """
    steps_per_epoch = _steps_per_epoch(objectives)
    steps = steps_per_epoch * recipe.epochs
    rows = EmbeddingRows(network)
    own = _own_parameters(objectives)
    optimiser = _optimiser(network, recipe, rows, own)
    curve = LossCurve()
    network.train()
    for step in range(steps):
        factor = schedule(step, steps, recipe)
        for group in optimiser.param_groups:
            group["lr"] = group["peak_rate"] * factor
        _backward(network, objectives, step, streams, curve)
        if recipe.clip:
            for parameters in (network.trained_parameters(), *(group.parameters for group in own)):
                torch.nn.utils.clip_grad_norm_(parameters, recipe.clip, foreach=True)
        rows.decay(recipe.learning_rate * factor, recipe.weight_decay)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        _after_step(network, objectives, step, factor, streams)
        progress("training", step + 1, steps)
        if (step + 1) % steps_per_epoch == 0:
            network.eval()
            rows.restore()
            after_epoch()
            if step + 1 < steps:
                rows.narrow()
                network.train()
    return curve


def schedule(step: int, steps: int, recipe: RecipeConfig) -> float:
    """Return the factor on the learning rate: linear warm-up to 1, then linear decay to 0 or constant."""
    warm = math.ceil(recipe.warmup * steps)
    if step < warm:
        return (step + 1) / warm
    if recipe.decay == "constant":
        return 1.0
    return (steps - step) / max(steps - warm, 1)


def _steps_per_epoch(objectives: Sequence[Objective]) -> int:
    names = [objective.name for objective in objectives]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(
            f"two objectives are called '{twice[0]}': each needs a name, and so a stream, of its own"
        )
    if not objectives or not objectives[0].steps_per_epoch:
        raise ValueError("the first objective counts the epochs: it needs a steps_per_epoch of 1 or more")
    return int(objectives[0].steps_per_epoch)


def _own_parameters(objectives: Sequence[Objective]) -> list[OwnParameters]:
    """Return the objectives' own parameters, which are trained with the network's."""
    return [own for o in objectives for own in getattr(o, "parameters", list)()]


def _backward(
    network: TaggingNetwork, objectives: Sequence[Objective], step: int, streams: Streams, curve: LossCurve
) -> None:
    """Add up the gradients of a step, and append its losses to the curve."""
    terms: dict[str, float] = {}
    total = 0.0
    for objective in objectives:
        streams.seed_torch("dropout", objective.name, step)
        loss = objective.loss(network, step)
        if loss is None:
            continue
        named = {f"{objective.name}.{n}": v for n, v in loss.items()} if isinstance(loss, dict) else {}
        summed = sum(named.values(), torch.zeros(())) if isinstance(loss, dict) else loss
        values = {name: float(value.detach()) for name, value in (named or {objective.name: summed}).items()}
        for name, value in values.items():
            if not math.isfinite(value):
                raise LossError(
                    f"{name} is {value} at step {step + 1}: lower recipe.learning_rate, or try fp32"
                )
        terms |= values
        total += objective.weight * sum(values.values())
        if summed.requires_grad:
            (objective.weight * summed).backward()  # type: ignore[no-untyped-call]
    curve.add(terms, total)


def _after_step(
    network: TaggingNetwork, objectives: Sequence[Objective], step: int, factor: float, streams: Streams
) -> None:
    """Call `after_step` of each objective that has it, and clear the gradients that it leaves."""
    for objective in objectives:
        if hasattr(objective, "after_step"):
            streams.seed_torch("after-step", objective.name, step)
            objective.after_step(network, step, factor)
            network.zero_grad(set_to_none=True)


def _optimiser(
    network: TaggingNetwork, recipe: RecipeConfig, rows: EmbeddingRows, own: Sequence[OwnParameters]
) -> torch.optim.AdamW:
    """Return AdamW without decay on biases and norms (parameters of one dimension), and on rows decayed elsewhere."""
    parameters = network.trained_parameters()
    plain = [p for p in parameters if p.dim() <= 1 or p is rows.part]
    matrices = [p for p in parameters if p.dim() > 1 and p is not rows.part]
    groups = [
        {"params": matrices, "weight_decay": recipe.weight_decay, "peak_rate": recipe.learning_rate},
        {"params": plain, "weight_decay": 0.0, "peak_rate": recipe.learning_rate},
        *(
            {
                "params": group.parameters,
                "weight_decay": 0.0,
                "peak_rate": recipe.learning_rate if group.learning_rate is None else group.learning_rate,
            }
            for group in own
        ),
    ]
    first, second = recipe.adam_betas
    return torch.optim.AdamW(
        groups, lr=recipe.learning_rate, betas=(first, second), eps=recipe.adam_epsilon, fused=True
    )
