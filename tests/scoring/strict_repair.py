"""Tags as the strict score reads them: what seqeval's strict mode is held against."""

from collections.abc import Sequence


def repaired(tags: Sequence[str | None]) -> list[str]:
    """An I-X that continues no entity of type X becomes O.

    The result is legal IOB2. On tags that are not repaired seqeval (mode "strict") also drops the entity of B-X in
    `B-X I-Y`, which the repair keeps.
    """
    result = []
    current = ""
    for tag in tags:
        prefix, _, kind = (tag or "O").partition("-")
        current = kind if prefix == "B" or kind == current else ""
        result.append(f"{prefix}-{kind}" if current else "O")
    return result
