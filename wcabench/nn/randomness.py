"""Independent random streams from one seed, by name.

The labelled side and the parallel side draw from streams of their own, so that a method with weight 0 on its alignment
loss ends with the very weights of plain transfer, and two methods with the same seed see the same labelled batches.
"""

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

# The stage whose streams have no stage in their names.
MAIN_STAGE = "fit"


def stream_seed(seed: int, *names: str | int) -> int:
    """A 63-bit seed for the stream of that name: the same on every machine and in every process."""
    text = "\0".join(map(str, (seed, *names)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """A NumPy generator for the stream of that name."""
    return np.random.default_rng(stream_seed(seed, *names))


def seed_torch(seed: int, *names: str | int) -> None:
    """Point torch's generators (all devices: head, dropout) at the stream of that name."""
    torch.manual_seed(stream_seed(seed, *names))


@contextmanager
def own_randomness(seed: int, *names: str | int) -> Iterator[None]:
    """Every global generator stands at the stream of that name meanwhile, and where it stood before afterwards."""
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
    """The streams of one training: those of its stages differ, whatever its objectives are called.

    Attributes:
        seed: of the model.
        stage: the stage that is being trained.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.stage = MAIN_STAGE

    @property
    def stage_seed(self) -> int:
        """The seed of the present stage; that of the model in the stage "fit"."""
        return self.seed if self.stage == MAIN_STAGE else stream_seed(self.seed, "stage", self.stage)

    def generator(self, *names: str | int) -> np.random.Generator:
        """A NumPy generator for the present stage's stream of that name."""
        return generator(self.stage_seed, *names)

    def seed_torch(self, *names: str | int) -> None:
        """Point torch's generators at the present stage's stream of that name."""
        seed_torch(self.stage_seed, *names)
