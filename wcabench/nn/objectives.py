"""Cross entropy on labelled sentences: the objective of plain transfer."""

from collections.abc import Sequence

import torch

from wcabench.config import RecipeConfig
from wcabench.contract import Sentence, Side
from wcabench.nn.network import Encoded, TaggingNetwork
from wcabench.nn.order import ShuffledOrder
from wcabench.nn.pieces import Window
from wcabench.nn.randomness import Streams

IGNORED = -100


class CrossEntropy:
    """Eq. (2): the head's loss on labelled sentences, in an order that depends on the seed only.

    With a linear head it is the cross entropy of each word, with a CRF the negative log-likelihood of the tags.

    Attributes:
        name: the objective's column in the loss curve.
        weight: factor of this loss in the sum of all objectives.
        steps_per_epoch: number of steps of one pass over the sentences.
        order: which sentences each step reads.
        windows: for each sentence its windows, each with the class of every piece (IGNORED where none is learned).
    """

    def __init__(
        self,
        sentences: Sequence[Sentence],
        network: TaggingNetwork,
        recipe: RecipeConfig,
        streams: Streams,
        *,
        name: str = "cross_entropy",
        side: Side = "source",
        weight: float = 1.0,
    ) -> None:
        """Tokenise the sentences once; a long one becomes several windows, and each word is labelled in one of them.

        Args:
            sentences: at least one.
            network: the network that learns the tags.
            recipe: gives batch size, label pieces, and the scale of the loss.
            streams: the random streams of the training.
            name: unique among the objectives of a training.
            side: the language that the sentences are in.
            weight: see `wcabench.contract.Objective`.
        """
        self.name = name
        self.weight = weight
        self.recipe = recipe
        self.side: Side = side
        network.table.add(s.words for s in sentences)
        numbers = {tag: i for i, tag in enumerate(network.tags)}
        self.windows = [
            [(w, _classes(w, s.tags, numbers, recipe.label_pieces)) for w in network.table.windows(s.words)]
            for s in sentences
        ]
        stream = "labelled-order" if name == "cross_entropy" else f"{name}-order"
        # Each epoch is one pass; its last step has what is left over.
        self.order = ShuffledOrder(streams, (stream,), len(self.windows), recipe.batch_size, cycled=False)
        self.steps_per_epoch: int | None = self.order.steps_per_epoch

    def loss(self, network: TaggingNetwork, step: int) -> torch.Tensor:
        """Return the loss of a step, normalised over the whole batch; how the batch is cut into calls has no effect."""
        batch = [self.windows[i] for i in self.order(step)]
        ids = [window.ids for sentence in batch for window, _ in sentence]
        classes = [of_pieces for sentence in batch for _, of_pieces in sentence]
        total: torch.Tensor | float = 0.0
        for part in network.encode(ids):
            total = total + label_loss(network, part, [classes[row] for row in part.rows], self.side)
        words = sum(label != IGNORED for of_pieces in classes for label in of_pieces)
        norm = words if self.recipe.cross_entropy == "mean-token" else len(batch)
        return torch.as_tensor(total) / max(norm, 1)


def label_loss(
    network: TaggingNetwork, part: Encoded, classes: Sequence[Sequence[int]], side: Side
) -> torch.Tensor:
    """The head's loss on some encoded windows, summed over their labelled pieces.

    Args:
        network: with a head.
        part: the encoded windows.
        classes: class of each piece of each window, in the order of `part.rows`; IGNORED where none is learned.
        side: the language that the windows are in.
    """
    assert network.head is not None, "this network has no head"
    states = network.represent(part, side)
    labelled = [
        [(start + at, label) for at, label in enumerate(of_pieces) if label != IGNORED]
        for start, of_pieces in zip(part.starts, classes, strict=True)
    ]
    pairs = [pair for window in labelled for pair in window]
    positions, wanted = torch.tensor(pairs, dtype=torch.long, device=states.device).reshape(-1, 2).unbind(1)
    sizes = [len(window) for window in labelled]
    return network.head.loss(network.logits(states[positions], sizes), wanted, sizes)


def _classes(window: Window, tags: Sequence[str], numbers: dict[str, int], pieces: str) -> list[int]:
    """Return the class of each piece of a window; IGNORED where none is learned."""
    classes = [IGNORED] * len(window.ids)
    for word, (first, stop) in enumerate(window.spans(), start=window.start):
        if word not in window.own:
            continue
        classes[first] = numbers[tags[word]]
        if pieces == "all":
            inside = numbers[tags[word].replace("B-", "I-", 1)]
            classes[first + 1 : stop] = [inside] * (stop - first - 1)
    return classes
