"""Cosine costs, exact, entropic, unbalanced and partial couplings of many small problems, and hardening.

Problems are ragged: a list of [n_s, n_t] matrices (or [layers, n_s, n_t] stacks), never padded on the CPU.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wcabench.transport.balanced import solve
    from wcabench.transport.costs import Costs, cosine_costs
    from wcabench.transport.coupling import Coupling
    from wcabench.transport.hardening import harden_columns, partners
    from wcabench.transport.plans import Plans, Solver
    from wcabench.transport.relaxed import solve_partial, solve_unbalanced

__all__ = [
    "Costs",
    "Coupling",
    "Plans",
    "Solver",
    "cosine_costs",
    "harden_columns",
    "partners",
    "solve",
    "solve_partial",
    "solve_unbalanced",
]

_HOMES = {
    "Costs": "costs",
    "cosine_costs": "costs",
    "Coupling": "coupling",
    "harden_columns": "hardening",
    "partners": "hardening",
    "Plans": "plans",
    "Solver": "plans",
    "solve": "balanced",
    "solve_partial": "relaxed",
    "solve_unbalanced": "relaxed",
}


def __getattr__(name: str) -> Any:
    # Methods import from here at their top, and `wcabench list` imports every method: torch must wait.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
