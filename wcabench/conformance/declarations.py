"""Checks of a method's declarations: its info and its options."""

import dataclasses
from typing import Any

from wcabench.conformance.report import Finding, failed, passed
from wcabench.conformance.trial import Trial
from wcabench.errors import UserError
from wcabench.option_docs import attribute_docs
from wcabench.registry import canonical


def info(trial: Trial) -> Finding:
    """Check that the name is the entry point's, a paper is given, and the class has a summary."""
    declared = trial.info
    if canonical(declared.name) != canonical(trial.name):
        return failed(
            f"info.name is '{declared.name}', the entry point's name is '{trial.name}'",
            "make them one: results are kept under one and found under the other",
        )
    if not declared.paper.strip():
        return failed("info.paper is empty", "say where the method was published, or 'unpublished'")
    # A dataclass without a docstring gets its own signature as one.
    summary = (trial.cls.__dict__.get("__doc__") or "").strip().partition("\n")[0]
    if not summary or summary.startswith(f"{trial.cls.__name__}("):
        return failed(
            f"{trial.cls.__name__} has no docstring",
            "give it one: `wcabench list methods` shows its first line",
        )
    return passed(f"name '{declared.name}', paper '{declared.paper}', a summary")


def options(trial: Trial) -> Finding:
    """Check that the class is a frozen dataclass whose fields have defaults, readable types and descriptions."""
    cls: Any = trial.cls
    parameters = getattr(cls, "__dataclass_params__", None)
    if parameters is None or not parameters.frozen:
        return failed(f"{cls.__name__} is no frozen dataclass", "put @dataclass(frozen=True) above the class")
    fields = [field for field in dataclasses.fields(cls) if field.init]
    try:
        trial.method(**{field.name: _as_typed(field.default) for field in fields if _has_default(field)})
    except (UserError, TypeError, NameError) as error:
        return failed(
            f"it cannot be made with its defaults: {error}", "give each option a type and a default it takes"
        )
    described = attribute_docs(cls)
    missing = [field.name for field in fields if not described.get(field.name)]
    if missing:
        return failed(
            f"no description of {', '.join(missing)}",
            f"describe it under `Attributes:` in the docstring; see `wcabench list options {trial.name}`",
        )
    return passed(f"{len(fields)} options, all described" if fields else "no options")


def _has_default(field: Any) -> bool:
    return field.default is not dataclasses.MISSING


def _as_typed(default: Any) -> Any:
    """Return the default as text, as `--set` would give it, so that it is converted to the field's type."""
    return "none" if default is None else str(default) if isinstance(default, bool | int | float) else default
