"""A training step of the suite and one of a plain loop, on the same sentences."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import torch
from real_costs import aligner, embedded_model, mini_data, mixed_pairs

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.contract import Sentence, SentencePair
from wcabench.nn.alignment_loss import AlignmentLoss
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.objectives import CrossEntropy
from wcabench.nn.randomness import Streams
from wcabench.nn.training import train

BATCH = 32
PAIRS = 1600
# More epochs than any measurement runs.
ENDLESS = 1000


class StoppedError(Exception):
    """Raised inside a training to end it."""


def objectives(
    model: TaggingNetwork, labelled: Sequence[Sentence], pairs: Sequence[SentencePair], recipe: RecipeConfig
) -> tuple[CrossEntropy, AlignmentLoss]:
    """Return both objectives, with tokenised sentences and batches in the order of seed 0."""
    method, streams = aligner(model), Streams(0)
    return CrossEntropy(labelled, model, recipe, streams), AlignmentLoss(
        method, pairs, model, recipe, streams
    )


class Stepwise(ABC):
    """A training that does one step at each call of `step`; it runs in a thread that waits after every step."""

    def __init__(self) -> None:
        self._go, self._done = threading.Semaphore(0), threading.Semaphore(0)
        self._over = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._done.acquire()

    @abstractmethod
    def train(self) -> None:
        """Run the whole training, and call `wait` after each step."""

    def step(self) -> None:
        """Do one step.

        Raises:
            RuntimeError: the training ended with an error.
        """
        self._go.release()
        self._done.acquire()
        if self._error is not None:
            raise RuntimeError("the training ended") from self._error

    def close(self) -> None:
        """End the thread."""
        self._over = True
        self._go.release()
        self._thread.join()

    def wait(self, *_: object) -> None:
        """Block until the next call of `step`."""
        self._done.release()
        self._go.acquire()
        if self._over:
            raise StoppedError

    def _run(self) -> None:
        try:
            self.wait()
            self.train()
        except StoppedError:
            pass
        except BaseException as error:  # `step` raises it in its caller's thread
            self._error = error
            self._done.release()


class SuiteLoop(Stepwise):
    """The suite's own training."""

    def __init__(self, precision: str, device: str = "cpu", encoder: EncoderConfig | None = None) -> None:
        self.recipe = RecipeConfig(
            epochs=ENDLESS, batch_size=BATCH, pair_batch_size=BATCH, precision=precision  # type: ignore[arg-type]
        )  # fmt: skip
        self.model = embedded_model(precision, device, encoder)
        self.terms = objectives(self.model, mini_data().train, mixed_pairs(PAIRS), self.recipe)
        super().__init__()

    def train(self) -> None:
        """Train by the suite's loop."""
        train(self.model, self.terms, self.recipe, Streams(0), progress=self.wait)


def losses_agree(
    suite: SuiteLoop, plain: Callable[[int], tuple[torch.Tensor, torch.Tensor]]
) -> tuple[float, float]:
    """Return the differences of both loops' cross entropies and alignment losses without dropout, before any step."""
    suite.model.eval()
    with torch.no_grad():
        ours: list[Callable[..., torch.Tensor]] = [term.loss for term in suite.terms]
        differences = [
            abs(float(loss(suite.model, 0)) - float(theirs))
            for loss, theirs in zip(ours, plain(0), strict=True)
        ]
    suite.model.train()
    return differences[0], differences[1]
