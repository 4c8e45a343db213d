"""The interface of objectives: the losses that a training minimises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class OwnParameters:
    """An objective's own parameters (of a discriminator, a projection), which the training loop's optimiser trains.

    Attributes:
        parameters: they are trained together with the network's, without weight decay.
        learning_rate: their peak rate; None: the recipe's. The recipe's schedule applies to it.
    """

    parameters: list[torch.nn.Parameter]
    learning_rate: float | None = None


class Objective(Protocol):
    """One term of the loss, eq. (7), such as cross entropy or the alignment loss.

    In every step the loop calls `loss` of each objective in turn, each under its own random stream, and adds `weight`
    times its gradient to the network's. So an objective of weight 0 does not change the others' numbers.

    An objective may have two more methods. `parameters() -> list[OwnParameters]` returns its own parameters.
    `after_step(network, step, factor)` is called after the optimiser's step, under its own random stream; `factor` is
    the schedule's factor on learning rates. Use it for a second optimiser or for alternating updates.

    Attributes:
        name: the objective's column in the loss curve; unique in a training.
        weight: factor of this loss in the sum of all objectives.
        steps_per_epoch: number of steps of one pass over its data. The first objective of a training must give it, as
            its passes are the epochs; for others it may be None.
    """

    name: str
    weight: float
    steps_per_epoch: int | None

    def loss(self, network: Any, step: int) -> torch.Tensor | dict[str, torch.Tensor] | None:
        """Return the loss of a step (from 0): a scalar, or named scalars to be summed; None: no loss in this step."""
        ...
