"""The difference of one method to the baseline: its verdict, and a sentence that states the verdict."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wcabench.reports.table import number

if TYPE_CHECKING:
    from wcabench.scoring.significance import Comparison

ALPHA = 0.05

Verdict = Literal["above", "below", "none found", "one seed"]


@dataclass(frozen=True)
class MethodDifference:
    """One method against the baseline on one pair.

    Attributes:
        method: label of the method.
        baseline: label of the baseline.
        pair: "en-nl".
        result: difference (method minus baseline), interval and p-values.
        p_holm: the larger p of the t test and of randomisation, after Holm over the table.
        family: number of comparisons that Holm's correction is over.
        p_sentences: p of randomisation alone, after Holm over the table; it says nothing of other seeds.
        p_benjamini_hochberg: the larger p after Benjamini and Hochberg, for JSON; the verdict does not use it.
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
        """Whether the interval, which is not corrected for the number of comparisons, excludes 0."""
        return self.result.low > 0 or self.result.high < 0

    @property
    def verdict(self) -> Verdict:
        """Real ("above" or "below") where p after Holm is below .05 and there are two common seeds or more."""
        if self.p_holm >= ALPHA:
            return "none found"
        if self.result.n_common_seeds < 2:
            return "one seed"
        return "above" if self.result.difference > 0 else "below"

    def sentence(self) -> str:
        """The verdict in words, with the interval and p."""
        result = self.result
        interval = f"95% interval {number(result.low)} to {number(result.high)}"
        evidence = f"({interval}; {p_text(self.p_holm)} after Holm over {self.family})"
        direction = "above" if result.difference > 0 else "below"
        size = f"{abs(result.difference):.2f} F1 {direction} {self.baseline}"
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
