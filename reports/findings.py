"""What a comparison shows, in sentences: the conclusion first, then each real difference, then the rest in one."""

from collections.abc import Sequence

from wcabench.reports.difference import ALPHA, MethodDifference, p_text, short_p
from wcabench.reports.table import listed

FEW = 2  # so many differences that are not real have a sentence each


def findings(differences: Sequence[MethodDifference]) -> tuple[str, ...]:
    """The sentences above the caption of a comparison.

    Args:
        differences: all of one table, at least one, against one baseline.
    """
    real = [each for each in differences if each.verdict in ("above", "below")]
    one_seed = [each for each in differences if each.verdict == "one seed"]
    others = [each for each in differences if each.verdict == "none found"]
    told = [each.sentence() for each in (*real, *one_seed)]
    told += [each.sentence() for each in others] if len(others) <= FEW else _not_found(others)
    return (_conclusion(real, differences), *told) if len(differences) > 1 else tuple(told)


def _conclusion(real: Sequence[MethodDifference], all_of_them: Sequence[MethodDifference]) -> str:
    total, baseline = len(all_of_them), all_of_them[0].baseline
    number = f"{len(real)} of {total} differences" if real else f"none of {total} differences"
    verb = "are" if len(real) > 1 else "is"
    return (
        f"{number} to {baseline} {verb} real (p < {short_p(ALPHA)} after Holm over {all_of_them[0].family})."
    )


def _not_found(others: Sequence[MethodDifference]) -> list[str]:
    """One sentence on all differences that are not called real, and one on those that nearly are."""
    sentences = [f"no difference found, p after Holm in brackets: {_listed(others, with_p=True)}."]
    over_sentences = [each for each in others if each.p_sentences < ALPHA]
    alone = [each for each in others if each.excludes_zero and each not in over_sentences]
    if over_sentences:
        sentences.append(
            f"over sentences alone these would pass, over seeds x sentences they do not: {_listed(over_sentences)}."
        )
    if alone:
        sentences.append(f"the intervals of these comparisons alone would exclude 0: {_listed(alone)}.")
    return sentences


def _listed(differences: Sequence[MethodDifference], *, with_p: bool = False) -> str:
    """Methods with their pairs: "wca-soft on en-de (.2) and en-es (1); wca-hard on en-nl (.09)"."""
    pairs: dict[str, list[str]] = {}
    for each in differences:
        p = f" ({p_text(each.p_holm).removeprefix('p = ').removeprefix('p ')})" if with_p else ""
        pairs.setdefault(each.method, []).append(each.pair + p)
    return "; ".join(f"{method} on {listed(of_method)}" for method, of_method in pairs.items())
