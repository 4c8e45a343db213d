"""The bench: what a method works with. `wcabench.nn.bench` is the one that runs."""

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
# (states after each layer, embeddings first, each [places, d]; the side) -> [places, d']
Features = Callable[["Sequence[torch.Tensor]", Side], "torch.Tensor"]


class Languages(NamedTuple):
    """The two languages of a pair, as the suite writes them ("en", "nl")."""

    source: str
    target: str


class Network(Protocol):
    """An encoder with a head that gives each word a score for every tag. See `wcabench.nn.network.Network`.

    Attributes:
        tags: IOB2 tags in the order of the scores; "O" first.
        width: d, of the encoder's states.
        table: words to pieces: `table.windows(words)` and `table.truncated(words)` make the windows that are read.
    """

    tags: list[str]
    width: int
    table: Any

    @property
    def depth(self) -> int:
        """Number of transformer layers."""
        ...

    def logits(self, states: torch.Tensor, sizes: Sequence[int] | None = None) -> torch.Tensor:
        """[words, d] -> [words, tags]; `sizes` are the words of each sentence, for heads that read sentences."""
        ...


class Order(Protocol):
    """Which items a step reads: each pass over them in a new order.

    Attributes:
        steps_per_epoch: steps of one pass.
    """

    steps_per_epoch: int

    def __call__(self, step: int) -> list[int]:
        """Numbers of the items of step 0, 1, ..."""
        ...


class Bench(Protocol):
    """The workplace of one training. Labels of the target are out of reach: they are not in this process meanwhile.

    Attributes:
        recipe: the training settings; a method reads them, the loop applies them.
        types: the entity types.
        seed: of this model.
        device: "cpu" or "cuda".
        diagnostics: numbers that a method leaves to explain itself; they are stored with the cell.
    """

    recipe: RecipeConfig
    types: tuple[str, ...]
    seed: int
    device: str
    diagnostics: dict[str, float]

    @property
    def languages(self) -> Languages:
        """Of the pair; only for a method with a slot that depends on the target."""
        ...

    @property
    def labelled(self) -> list[Sentence]:
        """Slot "labelled"; each property below is the slot of its name, see `wcabench.contract.slots`."""
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
        """The pretrained encoder with a new head; the same arguments give the same weights.

        Args:
            head: "linear", "crf", "bilstm-crf", or one of `wcabench.nn.heads` with options of its own.
            seed: another number gives another head, for a second network of the same model.
            features: what the head reads instead of the last layer's states.
            train_encoder: False freezes the encoder and reads it without dropout.
        """
        ...

    def pretrained(self) -> Any:
        """The encoder as it was pretrained, frozen and without a head; one for all who ask."""
        ...

    def fitted(self, method: Any) -> Any:
        """The tagger of another method on the same data, recipe and seed, as its own row has it.

        It is trained once, by whoever needs it first. Its slots must be declared by the asking method, too.
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
        """The objective of eq. (2) on labelled sentences; None: on slot "labelled"."""
        ...

    def alignment(self, network: Any, coupler: Any) -> Any:
        """The objective of eq. (3) on slot "parallel", coupled by a method of the joint alignment family."""
        ...

    def adapted(self, network: Any, support: Any, *, steps: int, rate: float) -> Any:
        """A tagger that adapts itself to each sentence on `support(words)`; see `wcabench.nn.adapted`."""
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
        """One stage of training, in place; the tagger of the trained network.

        Args:
            network: from `network`.
            objectives: the first counts the epochs.
            stage: names the stage in the record and in its random streams.
            recipe: settings that differ from the bench's recipe in this stage ({"learning_rate": 1e-4}).
            select: whether `recipe.select` chooses among this stage's epochs; False keeps the last step.
        """
        ...

    def order(self, name: str, number: int, size: int) -> Order:
        """`size` of `number` items a step, cycled, each pass in a new order of the stream of that name."""
        ...

    def stream(self, name: str) -> AbstractContextManager[None]:
        """Meanwhile every global generator (Python, NumPy, torch) stands at the method's stream of that name."""
        ...

    def generator(self, name: str) -> np.random.Generator:
        """A random stream of the method's own, made by the seed and a name."""
        ...

    def word_links(self, symmetrisation: str = "intersect", *, lowercase: bool = True) -> list[Links]:
        """Links of each pair of the parallel text by fast_align's model, learned on that text."""
        ...

    def states(
        self, network: Any, windows: Sequence[Any], pool: Pool = "first", layers: int | Sequence[int] = -1
    ) -> list[torch.Tensor]:
        """States of each window's words, with gradient: [words, d], or [layers, words, d] for several layers."""
        ...
