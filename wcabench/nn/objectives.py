"""What a step minimises: cross entropy on labelled sentences, and whatever a method adds beside it."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch.nn import functional

from wcabench.config import RecipeConfig
from wcabench.data.sentences import Sentence
from wcabench.nn.model import Encoded, TokenClassifier
from wcabench.nn.pieces import Window
from wcabench.nn.randomness import generator

IGNORED = -100


class Objective(Protocol):
    """One term of the loss.

    The loop calls `loss` once a step, under a random stream of the objective's own name, and adds
    `weight` times the result to the loss of the step (eq. 7).

    Attributes:
        name: its column in the loss curve.
        weight: its factor in the sum.
    """

    name: str
    weight: float

    def used_pieces(self) -> set[int]:
        """Piece ids that it will feed to the encoder."""
        ...

    def loss(self, model: TokenClassifier, step: int) -> torch.Tensor:
        """A scalar with a gradient, for step 0, 1, ..."""
        ...


class CrossEntropy:
    """Eq. (2): cross entropy of the labelled sentences, 32 a step, in an order made by the seed alone."""

    name = "cross_entropy"
    weight = 1.0

    def __init__(
        self, sentences: Sequence[Sentence], model: TokenClassifier, recipe: RecipeConfig, seed: int
    ) -> None:
        """Tokenise the sentences once; long ones become several windows, each word labelled in one of them."""
        self.recipe = recipe
        self.seed = seed
        model.table.add(s.words for s in sentences)
        numbers = {tag: i for i, tag in enumerate(model.tags)}
        self.items = [
            [(w.ids, _targets(w, s.tags, numbers, recipe.label_pieces)) for w in model.table.windows(s.words)]
            for s in sentences
        ]
        self.steps_an_epoch = -(-len(self.items) // recipe.batch_size)
        self._order: tuple[int, list[int]] = (-1, [])

    def used_pieces(self) -> set[int]:
        """All pieces of the labelled sentences."""
        return {piece for item in self.items for ids, _ in item for piece in ids}

    def loss(self, model: TokenClassifier, step: int) -> torch.Tensor:
        """Normalised over the whole batch, so that it does not depend on how the batch is cut into buckets."""
        batch = [self.items[i] for i in self.batch(step)]
        ids = [ids for item in batch for ids, _ in item]
        targets = [target for item in batch for _, target in item]
        total: torch.Tensor | float = 0.0
        for part in model.encode(ids):
            states, wanted = _labelled_states(part, [targets[r] for r in part.rows])
            total = total + functional.cross_entropy(model.logits(states), wanted, reduction="sum")
        words = sum(label != IGNORED for target in targets for label in target)
        norm = words if self.recipe.cross_entropy == "mean-token" else len(batch)
        return torch.as_tensor(total) / max(norm, 1)

    def batch(self, step: int) -> list[int]:
        """Numbers of the labelled sentences of a step: each epoch is one pass in a new order."""
        epoch, at = divmod(step, self.steps_an_epoch)
        if self._order[0] != epoch:
            order = generator(self.seed, "labelled-order", epoch).permutation(len(self.items))
            self._order = (epoch, order.tolist())
        size = self.recipe.batch_size
        return self._order[1][at * size : (at + 1) * size]


def _targets(window: Window, tags: Sequence[str], numbers: dict[str, int], pieces: str) -> list[int]:
    """Class of each piece of a window; IGNORED where none is learned."""
    targets = [IGNORED] * len(window.ids)
    for word, (first, stop) in enumerate(window.spans(), start=window.start):
        if word not in window.own:
            continue
        targets[first] = numbers[tags[word]]
        if pieces == "all":
            inside = numbers[tags[word].replace("B-", "I-", 1)]
            targets[first + 1 : stop] = [inside] * (stop - first - 1)
    return targets


def _labelled_states(part: Encoded, targets: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """The last layer's states that carry a label, [labelled, d], and their classes, [labelled]."""
    last = part.hidden[-1]
    placed = [
        (start + at, label)
        for start, target in zip(part.starts, targets, strict=True)
        for at, label in enumerate(target)
        if label != IGNORED
    ]
    places, wanted = torch.tensor(placed, dtype=torch.long, device=last.device).reshape(-1, 2).unbind(1)
    return last[places], wanted
