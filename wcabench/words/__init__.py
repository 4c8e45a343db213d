"""Word alignment: fast_align's model, symmetrisation, Pharaoh format, alignment error rate.

Nothing here imports numba before the first fit.
"""

from wcabench.words.aligner import align
from wcabench.words.alignment_error_rate import AlignmentScore, score_alignment
from wcabench.words.direction import Pass
from wcabench.words.model import Alignment, FastAlignModel
from wcabench.words.pharaoh import GoldLinks, format_gold, format_links, parse_gold, parse_links
from wcabench.words.symmetrise import SYMMETRISATIONS, Link, Links, symmetrise_corpus, symmetrise_links

__all__ = [
    "SYMMETRISATIONS",
    "Alignment",
    "AlignmentScore",
    "FastAlignModel",
    "GoldLinks",
    "Link",
    "Links",
    "Pass",
    "align",
    "format_gold",
    "format_links",
    "parse_gold",
    "parse_links",
    "score_alignment",
    "symmetrise_corpus",
    "symmetrise_links",
]
