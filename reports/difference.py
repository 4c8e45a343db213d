"""One method against the baseline: the verdict, and the sentence that claims no more than it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wcabench.reports.table import number

if TYPE_CHECKING:
    from wcabench.scoring.significance import Comparison

ALPHA = 0.05

Verdict = Literal["above", "below", "none found", "one seed"]


@dataclass(frozen=True)
class Difference:
    """One method against the baseline on one pair.

    Attributes:
        method: label of the method.
        baseline: label of the baseline.
        pair: "en-nl".
        result: difference (method minus baseline), interval and p-values.
        p_holm: the larger p of the t test and of randomisation, after Holm over the table.
        family: number of comparisons that Holm was taken over.
        p_sentences: p of randomisation alone, which knows nothing of other seeds, after Holm over the table.
        p_benjamini_hochberg: the larger p after Benjamini and Hochberg, for JSON; it decides nothing.
    """

    method: str
    baseline: str
    pair: str
    result: "Comparison"
    p_holm: float
    family: int
    p_sentences: float
    p_benjamini_hochberg: float | None = None

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval, which is that of one comparison, excludes 0."""
        return self.result.low > 0 or self.result.high < 0

    @property
    def verdict(self) -> Verdict:
        """A difference is real when p after Holm is below .05, and n > 1."""
        if self.p_holm >= ALPHA:
            return "none found"
        if self.result.n_common_seeds < 2:
            return "one seed"
        return "above" if self.result.difference > 0 else "below"

    def sentence(self) -> str:
        """The finding in words."""
        r = self.result
        interval = f"95% interval {number(r.low)} to {number(r.high)}"
        evidence = f"({interval}; {p_text(self.p_holm)} after Holm over {self.family})"
        size = f"{abs(r.difference):.2f} F1 {'above' if r.difference > 0 else 'below'} {self.baseline}"
        if self.verdict == "one seed":
            return (
                f"with the one seed that both have, {self.method} is {size} on {self.pair} {evidence}; "
                "this says nothing about other seeds."
            )
        if self.verdict != "none found":
            return f"{self.method} is {size} on {self.pair} {evidence}."
        alone = ""
        if self.p_sentences < ALPHA:
            alone = "; over sentences alone it would pass, over seeds x sentences it does not"
        elif self.excludes_zero:
            alone = "; the interval of this comparison alone would exclude 0"
        return (
            f"no difference found between {self.method} and {self.baseline} on {self.pair} {evidence}{alone}."
        )


def p_text(p: float) -> str:
    """ "p = .004", "p < .001", "p = 1"."""
    if p < 0.001:
        return "p < .001"
    text = f"{p:.3f}"
    return "p = 1" if text == "1.000" else f"p = {text.removeprefix('0')}"


def short_p(p: float) -> str:
    """Four significant digits without the leading zero: ".0625", ".25", "1"."""
    return f"{p:.4g}".removeprefix("0") if p > 1e-4 else f"{p:.1e}"
