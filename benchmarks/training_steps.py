"""A training step of the suite beside that of a plain loop, on the same sentences."""

import threading
from collections.abc import Callable, Sequence

import numpy as np
import peers
import torch
from real_costs import aligner, embedded_model, mini_data, mixed_pairs
from torch.nn import functional

from wcabench.config import RecipeConfig
from wcabench.data.sentences import Sentence, SentencePair
from wcabench.nn.alignment_loss import AlignmentLoss
from wcabench.nn.model import TokenClassifier
from wcabench.nn.objectives import IGNORED, CrossEntropy
from wcabench.nn.training import train

BATCH = 32
# Epochs that no measurement comes to the end of.
ENDLESS = 1000


class StoppedError(Exception):
    """Ends the training of `SuiteLoop`."""


def objectives(
    model: TokenClassifier, labelled: Sequence[Sentence], pairs: Sequence[SentencePair], recipe: RecipeConfig
) -> tuple[CrossEntropy, AlignmentLoss]:
    """Both terms of the loss, with their sentences tokenised and their batches in the order of seed 0."""
    method = aligner(model)
    return CrossEntropy(labelled, model, recipe, 0), AlignmentLoss(method, pairs, model, recipe, 0)


class SuiteLoop:
    """The suite's own training, a step at each call: it runs in a thread that waits after every step."""

    def __init__(self, precision: str, device: str = "cpu") -> None:
        recipe = RecipeConfig(epochs=ENDLESS, batch_size=BATCH, pair_batch_size=BATCH, precision=precision)  # type: ignore[arg-type]
        self.model = embedded_model(precision, device)
        self.terms = objectives(self.model, mini_data().train, mixed_pairs(1600), recipe)
        self._recipe = recipe
        self._go, self._done = threading.Semaphore(0), threading.Semaphore(0)
        self._over = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._train, daemon=True)
        self._thread.start()
        self._done.acquire()

    def step(self) -> None:
        """One step of `train`.

        Raises:
            RuntimeError: the training ended by an error.
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

    def _train(self) -> None:
        try:
            self._wait()
            train(self.model, self.terms[0], self.terms[1:], self._recipe, seed=0, progress=self._wait)
        except StoppedError:
            pass
        except BaseException as error:  # handed to the caller of `step`
            self._error = error
            self._done.release()

    def _wait(self, *_: object) -> None:
        self._done.release()
        self._go.acquire()
        if self._over:
            raise StoppedError


class PlainLoop:
    """What a script after transformers' run_ner does, with an alignment loss added.

    Every sentence is padded to 128 pieces, all is float32, labelled, source and target sentences go forward apart,
    plans come from a loop over `ot.sinkhorn`, and AdamW goes over every parameter.
    """

    def __init__(self, device: str = "cpu", length: int = 128) -> None:
        recipe = RecipeConfig(batch_size=BATCH, pair_batch_size=BATCH, precision="fp32")
        self.model = embedded_model("fp32", device).train()
        self.ce, self.alignment = objectives(self.model, mini_data().train, mixed_pairs(1600), recipe)
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(), lr=recipe.learning_rate, weight_decay=0.01
        )
        self.length = length
        self.at = 0

    def step(self) -> None:
        """Forward, backward, clip, update."""
        cross_entropy, alignment = self.losses(self.at)
        (cross_entropy + self.alignment.weight * alignment).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        float(cross_entropy)
        self.at += 1

    def losses(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Cross entropy and alignment loss of a step."""
        items = [part for i in self.ce.batch(step) for part in self.ce.items[i]]
        hidden = self._forward([ids for ids, _ in items])
        logits = self.model.linear(self.model.dropout(hidden[-1]))
        targets = torch.full((len(items), self.length), IGNORED)
        for row, (_, wanted) in enumerate(items):
            targets[row, : len(wanted)] = torch.tensor(wanted)
        wanted = targets.flatten().to(logits.device)
        return functional.cross_entropy(logits.flatten(0, 1), wanted, ignore_index=IGNORED), self._aligned(
            step
        )

    def _forward(self, sequences: Sequence[Sequence[int]]) -> tuple[torch.Tensor, ...]:
        """[sequences, length, d] after each layer."""
        ids = torch.full((len(sequences), self.length), self.model.table.pad)
        mask = torch.zeros((len(sequences), self.length), dtype=torch.long)
        for row, sequence in enumerate(sequences):
            ids[row, : len(sequence)] = torch.tensor(sequence)
            mask[row, : len(sequence)] = 1
        encoder, device = self.model.encoder, self.model.device
        out = encoder(input_ids=ids.to(device), attention_mask=mask.to(device), output_hidden_states=True)
        states: tuple[torch.Tensor, ...] = out.hidden_states
        return states

    def _aligned(self, step: int) -> torch.Tensor:
        windows = [self.alignment.windows[i] for i in self.alignment.batch(step)]
        sides = [self._forward([pair[side].ids for pair in windows]) for side in (0, 1)]
        losses = []
        for row, pair in enumerate(windows):
            source, target = (
                functional.normalize(
                    torch.stack([hidden[n][row, 1 : len(window.ids) - 1] for n in self.alignment.layers]),
                    dim=-1,
                )
                for hidden, window in zip(sides, pair, strict=True)
            )
            cost = 1 - source @ target.mT
            plan = hard_plan(cost.detach().double().cpu().numpy())
            losses.append((torch.from_numpy(plan).to(cost) * cost.sum(0)).sum())
        return torch.stack(losses).mean()


def hard_plan(costs: np.ndarray, epsilon: float = 0.05) -> np.ndarray:
    """Eqs. (4) to (6) by `ot.sinkhorn`: [layers, n_s, n_t] costs to one [n_s, n_t] plan."""
    mean = np.mean(peers.sinkhorn_loop(list(costs), epsilon), axis=0)
    hard = np.zeros_like(mean)
    hard[mean.argmax(0), np.arange(mean.shape[1])] = 1 / mean.shape[1]
    return hard


def losses_agree(suite: SuiteLoop, plain: PlainLoop, step: int = 0) -> tuple[float, float]:
    """Differences of the two loops' cross entropies and alignment losses without dropout, before any step."""
    suite.model.eval()
    plain.model.eval()
    with torch.no_grad():
        ours: list[Callable[..., torch.Tensor]] = [term.loss for term in suite.terms]
        differences = [
            abs(float(loss(suite.model, step)) - float(theirs))
            for loss, theirs in zip(ours, plain.losses(step), strict=True)
        ]
    suite.model.train()
    plain.model.train()
    return differences[0], differences[1]
