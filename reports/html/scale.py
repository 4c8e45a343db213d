"""A scale for plots: maps values to percent of a width, and has round ticks."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

TICKS = 6
ROUND = (1, 2, 5, 10)


@dataclass(frozen=True)
class Scale:
    """Maps values to percent of the width.

    Attributes:
        low: value at 0%.
        high: value at 100%.
    """

    low: float
    high: float

    @classmethod
    def over(cls, values: Iterable[float]) -> "Scale":
        """A scale on which all finite values lie, with a margin of 4% at both ends."""
        known = [value for value in values if math.isfinite(value)] or [0.0]
        low, high = min(known), max(known)
        margin = 0.04 * (high - low) or 0.5
        return cls(low - margin, high + margin)

    def at(self, value: float) -> float:
        """Percent of the width; a value beyond an end is put at that end."""
        share = (value - self.low) / (self.high - self.low)
        return round(100 * min(max(share, 0.0), 1.0), 2)

    def holds(self, value: float) -> bool:
        """Whether the value lies on the scale."""
        return self.low <= value <= self.high

    def ticks(self) -> list[float]:
        """Round values on the scale, about `TICKS` at the most."""
        first, last = math.ceil(self.low / self._step), math.floor(self.high / self._step)
        return [self._step * at for at in range(first, last + 1)]

    def decimals(self) -> int:
        """Digits after the point that the ticks have."""
        return max(0, -math.floor(math.log10(self._step)))

    @property
    def _step(self) -> float:
        raw = (self.high - self.low) / TICKS
        power = 10.0 ** math.floor(math.log10(raw))
        return next(step * power for step in ROUND if step * power >= raw)
