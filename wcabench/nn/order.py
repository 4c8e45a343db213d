"""Which items each step of a training reads."""

from wcabench.nn.randomness import Streams


class ShuffledOrder:
    """`size` of `number` items a step; each pass over them in a new order of its stream.

    Attributes:
        steps_per_epoch: steps of one pass.
    """

    def __init__(
        self, streams: Streams, names: tuple[str, ...], number: int, size: int, *, cycled: bool = True
    ) -> None:
        """Draw nothing yet.

        Args:
            streams: of the training.
            names: of the stream; the number of the pass is added.
            number: items there are, at least one.
            size: items a step.
            cycled: True: a step that reaches the end of a pass goes on with the next one. False: it is shorter, and the
                next step begins the next pass.
        """
        self.streams = streams
        self.names = names
        self.number = number
        self.size = size
        self.cycled = cycled
        self.steps_per_epoch = -(-number // size)
        self._drawn: tuple[tuple[int, int], list[int]] | None = None

    def __call__(self, step: int) -> list[int]:
        """Numbers of the items of step 0, 1, ..."""
        if self.cycled:
            positions = range(step * self.size, (step + 1) * self.size)
            return [self._pass(p // self.number)[p % self.number] for p in positions]
        epoch, at = divmod(step, self.steps_per_epoch)
        return self._pass(epoch)[at * self.size : (at + 1) * self.size]

    def _pass(self, number: int) -> list[int]:
        """The order of a pass; the last one is remembered."""
        wanted = (self.streams.stage_seed, number)
        if self._drawn is None or self._drawn[0] != wanted:
            order = self.streams.generator(*self.names, number).permutation(self.number)
            self._drawn = (wanted, order.tolist())
        return self._drawn[1]
