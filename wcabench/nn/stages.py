"""The entries of a model's record: one for each stage of training, and one for each model that it builds on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wcabench.contract import Objective
    from wcabench.nn.network import TaggingNetwork
    from wcabench.nn.training import LossCurve


def trained_stage(
    name: str,
    network: TaggingNetwork,
    objectives: Sequence[Objective],
    curve: LossCurve,
    *,
    recipe: Mapping[str, Any],
    epochs: int,
    tokens: int,
    seconds: float,
    selection: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the record of a stage that was trained.

    Args:
        name: the stage's name.
        network: the trained network.
        objectives: the losses that were minimised.
        curve: their values.
        recipe: settings of the stage that differ from the model's recipe.
        epochs: number of epochs.
        tokens: number of pieces that the encoder read.
        seconds: wall time.
        selection: entries that say which epoch's weights were kept.
    """
    return {
        "name": name,
        "objectives": [objective.name for objective in objectives],
        "recipe": dict(recipe),
        "precision": network.precision,
        "epochs": epochs,
        "steps": len(curve.total),
        "tokens": tokens,
        "parameters": sum(p.numel() for p in network.parameters()),
        "seconds": round(seconds, 3),
        "loss": curve.record(),
        **selection,
    }


def fitted_stage(name: str, stages: Sequence[Mapping[str, Any]], seconds: float) -> dict[str, Any]:
    """Return the record of another method's model, as a stage of the method that builds on it.

    Args:
        name: the other method's name.
        stages: the records of its stages.
        seconds: wall time of its training.
    """
    return {
        "name": f"fitted:{name}",
        "steps": sum(stage["steps"] for stage in stages),
        "tokens": sum(stage["tokens"] for stage in stages),
        "seconds": round(seconds, 3),
        "stages": list(stages),
    }
