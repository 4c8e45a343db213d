"""The one error that a user causes and can mend."""


class UserError(Exception):
    """Bad input: one line that says what is wrong, where, and what to do. The command line exits 2 on it."""


def require(condition: bool, message: str) -> None:
    """Raise a `UserError` with that line unless the condition holds."""
    if not condition:
        raise UserError(message)


def suggest(name: str, known: list[str], what: str) -> UserError:
    """The error for an unknown name: it offers the nearest known one and lists them all.

    Args:
        name: what was asked for.
        known: the names that exist.
        what: the kind of thing, in the singular ("method", "pair", "key").
    """
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return UserError(f"unknown {what} '{name}': {hint}known: {', '.join(sorted(known)) or 'none'}")
