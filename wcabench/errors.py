"""The error for mistakes of the user, functions that raise it, and the exit code of an interrupt."""

INTERRUPTED = 130  # exit code of a process that Ctrl-C ended


class UserError(Exception):
    """Bad input. The message is one line that says what is wrong, where, and what to do; the command line exits 2."""


def require(condition: bool, message: str) -> None:
    """Raise a `UserError` with the message unless the condition holds."""
    if not condition:
        raise UserError(message)


def suggest(name: str, known: list[str], kind: str, owner: str = "") -> UserError:
    """Return the error for an unknown name, which offers the nearest known name and lists them all.

    Args:
        name: the unknown name.
        known: the known names.
        kind: what the name stands for, in the singular ("method", "pair", "key").
        owner: what the known names belong to ("suite 'mini'"); empty where that is plain.
    """
    import difflib

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'? " if near else ""
    whose = f" of {owner}" if owner else ""
    return UserError(f"unknown {kind} '{name}'{whose}: {hint}known: {', '.join(sorted(known)) or 'none'}")
