"""The interface of the bench, which a method works with. `wcabench.nn.bench` implements it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from wcabench.config import RecipeConfig
from wcabench.contract.sentences import Sentence, SentencePair, Side, Words

if TYPE_CHECKING:
    import numpy as np
    import torch

Links = tuple[tuple[int, int], ...]
Pool = Literal["first", "last", "mean", "pieces"]
# (states after each layer, embeddings first, each [positions, d]; the side) -> [positions, d']
Features = Callable[["Sequence[torch.Tensor]", Side], "torch.Tensor"]


class Languages(NamedTuple):
    """The two languages of a pair, as the suite writes them ("en", "nl")."""

    source: str
    target: str


class Network(Protocol):
    """An encoder with a head that gives each word a score for every tag. See `wcabench.nn.network.TaggingNetwork`.

    Attributes:
        tags: IOB2 tags in the order of the scores; "O" first.
        width: d, the size of the encoder's states.
        table: maps words to pieces; `table.windows(words)` and `table.truncated(words)` make the windows that are read.
    """

    tags: list[str]
    width: int
    table: Any

    @property
    def depth(self) -> int:
        """Number of transformer layers."""
        ...

    def logits(self, states: torch.Tensor, sizes: Sequence[int] | None = None) -> torch.Tensor:
        """Score every tag, [words, d] -> [words, tags]; `sizes` is the number of words of each sentence."""
        ...


class Order(Protocol):
    """Says which items each step reads; each pass over the items has a new random order.

    Attributes:
        steps_per_epoch: number of steps of one pass.
    """

    steps_per_epoch: int

    def __call__(self, step: int) -> list[int]:
        """Return the indices of the items of a step; steps count from 0."""
        ...


class Bench(Protocol):
    """All that a method works with while it trains one model.

    The target's labels are not in this process during training, so a method cannot read them.

    Attributes:
        recipe: the training settings; a method reads them, the loop applies them.
        types: the entity types that are trained.
        seed: the model's seed.
        device: "cpu" or "cuda".
        diagnostics: numbers by which a method explains its result; they are stored with the cell.
    """

    recipe: RecipeConfig
    types: tuple[str, ...]
    seed: int
    device: str
    diagnostics: dict[str, float]

    @property
    def languages(self) -> Languages:
        """The pair's languages; only for a method with a slot that depends on the target."""
        ...

    @property
    def labelled(self) -> list[Sentence]:
        """Slot "labelled". Each slot of `wcabench.contract.slots` has a property of its name."""
        ...

    @property
    def parallel(self) -> list[SentencePair]:
        """Slot "parallel", without the links that came with the text."""
        ...

    @property
    def target_text(self) -> list[Words]:
        """Slot "target-text"."""
        ...

    def network(
        self,
        head: Any = "linear",
        *,
        seed: int = 0,
        features: Features | None = None,
        train_encoder: bool = True,
    ) -> Any:
        """Return the pretrained encoder with a new head; the same arguments give the same weights.

        Args:
            head: "linear", "crf", "bilstm-crf", or the options of a head of `wcabench.nn.heads`.
            seed: another number gives the head other weights, for a second network of the same model.
            features: computes what the head reads instead of the last layer's states.
            train_encoder: False freezes the encoder and reads it without dropout.
        """
        ...

    def pretrained(self) -> Any:
        """Return the pretrained encoder, frozen and without a head; every call returns the same object."""
        ...

    def fitted(self, method: Any) -> Any:
        """Return the tagger of another method, trained on the same data with the same recipe and seed.

        The model is the same as in the other method's own cells, and is trained only once. The calling method must
        also declare the other method's slots.
        """
        ...

    def cross_entropy(
        self,
        network: Any,
        labelled: Sequence[Sentence] | None = None,
        *,
        name: str = "cross_entropy",
        side: Side = "source",
    ) -> Any:
        """Return the objective of eq. (2) on labelled sentences; None uses slot "labelled"."""
        ...

    def alignment(self, network: Any, coupler: Any) -> Any:
        """Return the objective of eq. (3) on slot "parallel"; `coupler` is usually a `JointAlignment` method."""
        ...

    def adapted(self, network: Any, support: Any, *, steps: int, rate: float) -> Any:
        """Return a tagger that adapts itself to each sentence on `support(words)`; see `wcabench.nn.adapted`."""
        ...

    def train(
        self,
        network: Any,
        objectives: Sequence[Any],
        *,
        stage: str = "fit",
        recipe: Mapping[str, Any] | None = None,
        select: bool = True,
    ) -> Any:
        """Train the network in place as one stage, and return its tagger.

        Args:
            network: a network made by `network`.
            objectives: the losses; an epoch is a pass over the first one's data.
            stage: name of the stage in the record and in its random streams; unique in a `fit`.
            recipe: settings of this stage that differ from the bench's recipe ({"learning_rate": 1e-4}).
            select: whether `recipe.select` chooses among this stage's epochs; False keeps the last step's weights.
        """
        ...

    def order(self, name: str, number: int, size: int) -> Order:
        """Return an order of `size` of `number` items a step, reshuffled in each pass by stream `name`."""
        ...

    def stream(self, name: str) -> AbstractContextManager[None]:
        """Seed all global generators (Python, NumPy, torch) with the method's stream `name` inside the context."""
        ...

    def generator(self, name: str) -> np.random.Generator:
        """Return a NumPy generator for the method, seeded by the model's seed and `name`."""
        ...

    def word_links(self, symmetrisation: str = "intersect", *, lowercase: bool = True) -> list[Links]:
        """Return the links of each pair of the parallel text, by fast_align's model trained on that text."""
        ...

    def states(
        self, network: Any, windows: Sequence[Any], pool: Pool = "first", layers: int | Sequence[int] = -1
    ) -> list[torch.Tensor]:
        """Return the states of each window's words, with gradient: [words, d], or [layers, words, d]."""
        ...
