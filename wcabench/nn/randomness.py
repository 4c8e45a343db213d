"""Independent named random streams from one seed.

Labelled and parallel text are drawn from separate streams. So a method with weight 0 on its alignment loss ends with
exactly the weights of plain transfer, and two methods with the same seed see the same labelled batches.
"""

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

# The main stage; its name is not part of its streams' names.
MAIN_STAGE = "fit"


def stream_seed(seed: int, *names: str | int) -> int:
    """Return a 63-bit seed for a named stream: the same on every machine and in every process."""
    text = "\0".join(map(str, (seed, *names)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """Return a NumPy generator for a named stream."""
    return np.random.default_rng(stream_seed(seed, *names))


def seed_torch(seed: int, *names: str | int) -> None:
    """Seed torch's generators on all devices (they initialise heads and draw dropout) for a named stream."""
    torch.manual_seed(stream_seed(seed, *names))


@contextmanager
def own_randomness(seed: int, *names: str | int) -> Iterator[None]:
    """Seed all global generators (Python, NumPy, torch) for a named stream, and restore their states at the end."""
    python, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        stream = stream_seed(seed, *names)
        random.seed(stream)
        np.random.seed(stream % 2**32)
        torch.manual_seed(stream)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)


class Streams:
    """The random streams of one training; each stage has its own, even where objectives have the same name.

    Attributes:
        seed: the model's seed.
        stage: name of the stage that is being trained.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.stage = MAIN_STAGE

    @property
    def stage_seed(self) -> int:
        """The current stage's seed; in the stage "fit" it is the model's seed."""
        return self.seed if self.stage == MAIN_STAGE else stream_seed(self.seed, "stage", self.stage)

    def generator(self, *names: str | int) -> np.random.Generator:
        """Return a NumPy generator for a named stream of the current stage."""
        return generator(self.stage_seed, *names)

    def seed_torch(self, *names: str | int) -> None:
        """Seed torch's generators for a named stream of the current stage."""
        seed_torch(self.stage_seed, *names)
