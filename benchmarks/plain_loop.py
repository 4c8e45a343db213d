"""The training loop of a script like transformers' run_ner with an added alignment loss, by transformers' Trainer."""

import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np
import peers
import torch
from real_costs import embedded_model, mini_data, mixed_pairs
from torch import nn
from torch.nn import functional
from training_steps import BATCH, ENDLESS, PAIRS, Stepwise, objectives
from transformers import Trainer, TrainerCallback, TrainingArguments

from wcabench.config import EncoderConfig, RecipeConfig
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.objectives import IGNORED

EPSILON = 0.05
# Number of pieces that run_ner pads to with --pad_to_max_length.
LENGTH = 128
Batch = dict[str, torch.Tensor]


class PlainModel(nn.Module):
    """Encodes labelled, source and target sentences separately, and computes plans in a loop over `ot.sinkhorn`."""

    def __init__(self, model: TaggingNetwork, layers: Sequence[int], weight: float) -> None:
        super().__init__()
        self.model, self.layers, self.weight = model, layers, weight

    def forward(self, **batch: torch.Tensor) -> Batch:
        """Return the loss of a step, as the Trainer expects it."""
        cross_entropy, alignment = self.losses(batch)
        return {"loss": cross_entropy + self.weight * alignment}

    def losses(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Return cross entropy and alignment loss of a step."""
        hidden = self._encode(batch, "labelled")
        logits = self.model.head(hidden[-1])
        cross_entropy = functional.cross_entropy(
            logits.flatten(0, 1), batch["labels"].flatten(), ignore_index=IGNORED
        )
        return cross_entropy, self._aligned(batch)

    def _encode(self, batch: Batch, kind: str) -> tuple[torch.Tensor, ...]:
        """Return the states after each layer, [sequences, length, d] each."""
        out = self.model.encoder(
            input_ids=batch[f"{kind}_ids"], attention_mask=batch[f"{kind}_mask"], output_hidden_states=True
        )
        states: tuple[torch.Tensor, ...] = out.hidden_states
        return states

    def _aligned(self, batch: Batch) -> torch.Tensor:
        sides = [(self._encode(batch, kind), batch[f"{kind}_mask"].sum(1)) for kind in ("source", "target")]
        losses = []
        for row in range(len(batch["source_ids"])):
            source, target = (
                functional.normalize(
                    torch.stack([hidden[n][row, 1 : lengths[row] - 1] for n in self.layers]), dim=-1
                )
                for hidden, lengths in sides
            )
            cost = 1 - source @ target.mT
            plan = hard_plan(cost.detach().double().cpu().numpy())
            losses.append((torch.from_numpy(plan).to(cost) * cost.sum(0)).sum())
        return torch.stack(losses).mean()


class PlainLoop(Stepwise):
    """The Trainer with its defaults: sentences padded to 128 pieces, float32, and AdamW on all parameters."""

    def __init__(
        self, device: str = "cpu", length: int = LENGTH, encoder: EncoderConfig | None = None
    ) -> None:
        recipe = RecipeConfig(batch_size=BATCH, pair_batch_size=BATCH, precision="fp32")
        model = embedded_model("fp32", device, encoder)
        terms = objectives(model, mini_data().train, mixed_pairs(PAIRS), recipe)
        self.plain = PlainModel(model, terms[1].layers, terms[1].weight)
        self.length, self.pad, self.device = length, model.table.pad, device
        self.rate = recipe.learning_rate
        # One item is a whole step, so that both loops read the same sentences in the same order.
        self.steps = [
            (
                [(w.ids, classes) for i in terms[0].order(step) for w, classes in terms[0].windows[i]],
                [terms[1].windows[i] for i in terms[1].order(step)],
            )
            for step in range(terms[0].steps_per_epoch or 0)
        ]
        super().__init__()

    def train(self) -> None:
        """Train by the Trainer."""
        with tempfile.TemporaryDirectory() as folder:
            arguments = TrainingArguments(
                output_dir=folder,
                per_device_train_batch_size=1,
                learning_rate=self.rate,
                weight_decay=0.01,
                num_train_epochs=ENDLESS,
                train_sampling_strategy="sequential",
                remove_unused_columns=False,
                save_strategy="no",
                logging_strategy="no",
                report_to="none",
                disable_tqdm=True,
                use_cpu=self.device == "cpu",
            )
            Trainer(
                model=self.plain,
                args=arguments,
                train_dataset=self.steps,
                data_collator=self.collate,
                callbacks=[_AfterEachStep(self)],
            ).train()

    def losses(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return cross entropy and alignment loss of a step of the first epoch, without dropout."""
        self.plain.eval()
        batch = {
            name: part.to(self.plain.model.device) for name, part in self.collate([self.steps[step]]).items()
        }
        losses = self.plain.losses(batch)
        self.plain.train()
        return losses

    def collate(self, items: Sequence[Any]) -> Batch:
        """Return the tensors of a step, all padded to one length."""
        ((labelled, pairs),) = items
        batch = {"labels": self._padded([wanted for _, wanted in labelled], IGNORED)}
        sides = {"labelled": [ids for ids, _ in labelled]}
        sides |= {kind: [pair[k].ids for pair in pairs] for k, kind in enumerate(("source", "target"))}
        for kind, sequences in sides.items():
            batch[f"{kind}_ids"] = self._padded(sequences, self.pad)
            batch[f"{kind}_mask"] = self._padded([[1] * len(ids) for ids in sequences], 0)
        return batch

    def _padded(self, rows: Sequence[Sequence[int]], value: int) -> torch.Tensor:
        return torch.tensor([[*row, *[value] * (self.length - len(row))] for row in rows])


class _AfterEachStep(TrainerCallback):
    def __init__(self, loop: Stepwise) -> None:
        self.loop = loop

    def on_step_end(self, *_: object, **__: object) -> None:
        self.loop.wait()


def hard_plan(costs: np.ndarray, epsilon: float = EPSILON) -> np.ndarray:
    """Return the hardened plan [n_s, n_t] for costs [layers, n_s, n_t], eqs. (4) to (6) by `ot.sinkhorn`."""
    mean = np.mean(peers.sinkhorn_loop(list(costs), epsilon), axis=0)
    hard = np.zeros_like(mean)
    hard[mean.argmax(0), np.arange(mean.shape[1])] = 1 / mean.shape[1]
    return hard
