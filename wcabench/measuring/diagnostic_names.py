"""Names of a cell's diagnostics in its record, and reasons why one may be absent; no heavy package is imported."""

# Grouped by what they need in order to be measured.
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

ABSENT = "absent"  # the record's entry of {group: why it could not be measured}
# Group -> the diagnostics that are missing where the group is absent.
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
    """Return why a record's diagnostics lack the number `name`."""
    reasons = diagnostics.get(ABSENT)
    for group, reason in reasons.items() if isinstance(reasons, dict) else ():
        if name in GROUPS.get(group, ()):
            return str(reason)
    measured = any(of_states in diagnostics for of_states in OF_STATES) or bool(reasons)
    return "there was nothing to measure it on" if measured else OLDER
