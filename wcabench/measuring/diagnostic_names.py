"""What the diagnostics of a cell are called in its record, and why one may be absent; nothing heavy is imported."""

# By what must be there for them to be measured.
OF_STATES = ("cosine_within_sentence",)
OF_COUPLING = (
    "source_reached",
    "largest_fan_in",
    "plan_entropy",
    "plan_entropy_relative",
    "source_marginal_error",
    "target_marginal_error",
    "fast_align_agreement",
)
OF_GOLD = ("alignment_error_rate",)
OF_ENTITIES = ("entities_lost", "entities_split", "entities_merged", "entities_exact")

ABSENT = "absent"  # name in the record of {group: why it could not be measured}
# Group -> what it lacks where it is absent.
GROUPS = {
    "all": (*OF_STATES, *OF_COUPLING, *OF_GOLD, *OF_ENTITIES),
    "coupling": (*OF_COUPLING, *OF_GOLD, *OF_ENTITIES),
    "gold": (*OF_GOLD, *OF_ENTITIES),
    "entities": OF_ENTITIES,
}

NO_NETWORK = "the method's tagger is no network of the bench"
NO_COUPLING = "the method couples no tokens"
NO_GOLD = "the suite names no gold word alignments for this pair"
NO_TAGS = "no sentence pair with gold word alignments is tagged on both sides"
OLDER = (
    "measured by a newer wcabench than the one that made the cells; `wcabench run --force` makes them anew"
)


def why_absent(diagnostics: dict[str, object], name: str) -> str:
    """Why a record's diagnostics do not hold a number."""
    reasons = diagnostics.get(ABSENT)
    for group, reason in reasons.items() if isinstance(reasons, dict) else ():
        if name in GROUPS.get(group, ()):
            return str(reason)
    measured = any(one in diagnostics for one in OF_STATES) or bool(reasons)
    return "there was nothing to measure it on" if measured else OLDER
