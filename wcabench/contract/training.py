"""What a training minimises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class OwnParameters:
    """Parameters of an objective's own (a discriminator, a projection) that the loop's optimiser trains.

    Attributes:
        parameters: trained with the network's, without weight decay.
        learning_rate: their peak rate; None: the recipe's. It rises and falls as the recipe's does.
    """

    parameters: list[torch.nn.Parameter]
    learning_rate: float | None = None


class Objective(Protocol):
    """One term of the loss, eq. (7): cross entropy is one like any other.

    In every step the loop calls `loss` of each objective in turn, each under a random stream of its own name, and adds
    `weight` times its gradient to the network's. So an objective of weight 0 leaves the others' numbers as they are,
    bit for bit.

    Two more methods may be there: `parameters() -> list[OwnParameters]`, and `after_step(network, step, factor)`, which
    is called once the optimiser has moved, under a stream of its own, with the schedule's factor on learning rates: the
    place for other optimisers and alternation.

    Attributes:
        name: its column in the loss curve; one of its kind in a training.
        weight: its factor in the sum.
        steps_per_epoch: steps of one pass over its data; the first objective of a training must say it, for it counts
            the epochs. None: it goes along with the first.
    """

    name: str
    weight: float
    steps_per_epoch: int | None

    def loss(self, network: Any, step: int) -> torch.Tensor | dict[str, torch.Tensor] | None:
        """The loss of step 0, 1, ...: a scalar, or named scalars that are added up; None: nothing in this step."""
        ...
