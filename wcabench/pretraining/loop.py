"""The training loop of a pretraining: one packed encoder call for each step, atomic checkpoints, and resuming."""

import json
import logging
import math
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch.nn import functional

from wcabench.errors import UserError
from wcabench.nn.packing import fill_lines, pack
from wcabench.nn.precision import resolve_precision
from wcabench.nn.randomness import seed_torch
from wcabench.output_files import new_file, unwritable
from wcabench.pretraining.optimiser import optimiser
from wcabench.pretraining.settings import TrainingConfig
from wcabench.pretraining.stream import Batch, Stream
from wcabench.pretraining.teacher import Teacher

log = logging.getLogger(__name__)
CHECKPOINT = "checkpoint.safetensors"
Report = Callable[[int, dict[str, float]], None]


class Pretrainer:
    """Trains a model, and holds its optimiser and the number of steps done."""

    def __init__(
        self,
        model: Any,
        stream: Stream,
        training: TrainingConfig,
        device: str,
        settings: str,
        teacher: Teacher | None = None,
    ) -> None:
        """Prepare the training; a checkpoint whose `settings` differ from these will be refused."""
        self.teacher = teacher
        if teacher is not None:
            model.taught = teacher.head(model.config.hidden_size)
        self.model = model.to(device)
        self.stream = stream
        self.training = training
        self.device = device
        self.settings = settings
        self.precision = resolve_precision("auto", device)
        self.step = 0
        self.names = dict(model.named_parameters())
        self.optimiser = optimiser(self.names, training)

    def run(self, folder: Path, report: Report) -> None:
        """Train to the last step, and write checkpoints into `folder` at intervals.

        Raises:
            UserError: a checkpoint cannot be written; the one before it is kept.
            ArithmeticError: the loss is not finite.
        """
        self.model.train()
        saved = clock = time.monotonic()
        totals: dict[str, float] = defaultdict(float)
        tokens = steps = 0
        while self.step < self.training.steps:
            batch = self.stream.batch(self.step)
            for name, value in self._update(batch).items():
                totals[name] += value
            tokens += sum(map(len, batch.sequences))
            steps += 1
            self.step += 1
            now = time.monotonic()
            if self.step % self.training.report_every == 0 or self.step == self.training.steps:
                means = {name: total / steps for name, total in totals.items()}
                report(self.step, {**means, "tokens_a_second": tokens / (now - clock)})
                totals.clear()
                tokens, steps, clock = 0, 0, now
            if now - saved > 60 * self.training.checkpoint_minutes or self.step == self.training.steps:
                self._save(folder / CHECKPOINT)
                saved = time.monotonic()
        self.model.eval()

    def losses(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the mean cross entropy of the masked pieces, and the teacher's loss (0 without a teacher)."""
        lengths = [sum(len(batch.sequences[i]) for i in group) for group in batch.groups]
        lines = [[i for g in line for i in batch.groups[g]] for line in fill_lines(lengths, max(lengths))]
        group_of = {i: g for g, group in enumerate(batch.groups) for i in group}
        packed = pack(
            batch.sequences, lines, self.stream.pad, self.device, [group_of[i] for i in sorted(group_of)]
        )
        positions = torch.as_tensor(batch.positions, device=self.device)
        starts = torch.as_tensor(packed.starts, device=self.device)
        with torch.autocast(
            torch.device(self.device).type, dtype=torch.bfloat16, enabled=self.precision == "bf16"
        ):
            output = self.model.bert(
                input_ids=packed.ids,
                attention_mask=packed.mask,
                position_ids=packed.positions,
                output_hidden_states=self.teacher is not None,
            )
            states = output.last_hidden_state.flatten(0, 1)
            logits = self.model.cls(states[starts[positions[:, 0]] + positions[:, 1]])
            taught = states.new_zeros(())
            if self.teacher is not None:
                layer = output.hidden_states[self.teacher.config.layer].flatten(0, 1)
                taught = self.teacher.loss(self.model.taught, layer, starts, batch)
        masked = functional.cross_entropy(
            logits.float(), torch.as_tensor(batch.wanted, device=self.device).long()
        )
        return masked, taught

    def _update(self, batch: Batch) -> dict[str, float]:
        """Do one step; return its losses by name."""
        rate = self._rate()
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["factor"]
        seed_torch(self.training.seed, "dropout", self.step)
        masked, taught = self.losses(batch)
        loss = masked if self.teacher is None else masked + self.teacher.config.weight * taught
        value = float(loss.detach())
        if not math.isfinite(value):
            raise ArithmeticError(
                f"the loss is {value} at step {self.step + 1}: lower training.learning_rate"
            )
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.names.values(), self.training.clip, foreach=True)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        losses = {"loss": float(masked.detach())}
        return losses if self.teacher is None else {**losses, "taught": float(taught.detach())}

    def _rate(self) -> float:
        """Return the learning rate of the step: linear warm-up, then linear decay to 0."""
        warm = max(1, math.ceil(self.training.warmup * self.training.steps))
        up = (self.step + 1) / warm
        down = (self.training.steps - self.step) / max(self.training.steps - warm, 1)
        return self.training.learning_rate * min(up, down, 1.0)

    def _save(self, path: Path) -> None:
        """Write all that the next step depends on into one file, atomically."""
        tensors = {name: value.detach() for name, value in self.names.items()}
        for name, value in self.names.items():
            for key, state in self.optimiser.state[value].items():
                tensors[f"{name}/{key}"] = state
        meta = {"step": str(self.step), "settings": self.settings}
        try:
            with new_file(path, rewrite=True) as partial:
                try:
                    save_file({n: t.contiguous() for n, t in tensors.items()}, partial, metadata=meta)
                except SafetensorError as error:
                    raise unwritable(error, path) from error
        except UserError as error:
            raise UserError(
                f"{error}; the checkpoint of step {self.step} is lost: run the same command again to go on from the "
                "one before"
            ) from error

    def resume(self, folder: Path) -> None:
        """Continue from the checkpoint in `folder`, if there is one.

        Raises:
            UserError: the checkpoint cannot be read, or was written with other settings.
        """
        path = folder / CHECKPOINT
        if not path.exists():
            return
        try:
            self._read(path)
        except (OSError, SafetensorError) as error:
            raise UserError(
                f"{path}: cannot be read: {error}; delete it to start anew, or choose another folder"
            ) from error
        log.info("going on after step %d", self.step)

    def _read(self, path: Path) -> None:
        with safe_open(path, "pt", device=self.device) as file:
            meta = file.metadata() or {"settings": "{}"}
            if meta["settings"] != self.settings:
                raise UserError(
                    f"{path}: is of other settings or other text ({_difference(meta['settings'], self.settings)}); "
                    "choose another folder, or delete it to start anew"
                )
            self.step = int(meta["step"])
            with torch.no_grad():
                for name, value in self.names.items():
                    value.copy_(file.get_tensor(name))
                    keys = ("step", "exp_avg", "exp_avg_sq")
                    self.optimiser.state[value] = {k: file.get_tensor(f"{name}/{k}") for k in keys}


def _difference(stored: str, current: str) -> str:
    """Return the first setting that differs between two JSON objects, in words."""
    a, b = json.loads(stored), json.loads(current)
    for key in sorted({*a, *b}):
        if a.get(key) != b.get(key):
            return f"{key}: {a.get(key)} there, {b.get(key)} here"
    return "nothing that is named"
