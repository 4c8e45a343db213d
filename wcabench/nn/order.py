"""Which items each step of a training reads."""

from wcabench.nn.randomness import Streams


class ShuffledOrder:
    """Gives `size` of `number` items at each step; each pass over the items has a new random order.

    Attributes:
        steps_per_epoch: number of steps of one pass.
    """

    def __init__(
        self, streams: Streams, names: tuple[str, ...], number: int, size: int, *, cycled: bool = True
    ) -> None:
        """Store the settings; an order is drawn when a step needs it.

        Args:
            streams: the random streams of the training.
            names: name of the stream; the number of the pass is added to it.
            number: number of items, at least one.
            size: number of items in each step.
            cycled: True: a step that reaches the end of a pass continues with the next pass. False: such a step is
                shorter, and the next step begins the next pass.
        """
        self.streams = streams
        self.names = names
        self.number = number
        self.size = size
        self.cycled = cycled
        self.steps_per_epoch = -(-number // size)
        self._drawn: tuple[tuple[int, int], list[int]] | None = None

    def __call__(self, step: int) -> list[int]:
        """Return the indices of the items of a step; steps count from 0."""
        if self.cycled:
            positions = range(step * self.size, (step + 1) * self.size)
            return [self._pass(p // self.number)[p % self.number] for p in positions]
        epoch, at = divmod(step, self.steps_per_epoch)
        return self._pass(epoch)[at * self.size : (at + 1) * self.size]

    def _pass(self, number: int) -> list[int]:
        """Return the order of a pass; the last one drawn is kept."""
        wanted = (self.streams.stage_seed, number)
        if self._drawn is None or self._drawn[0] != wanted:
            order = self.streams.generator(*self.names, number).permutation(self.number)
            self._drawn = (wanted, order.tolist())
        return self._drawn[1]
