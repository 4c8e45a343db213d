"""Models and their keys: what decides a trained model, and nothing else."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from wcabench.config import EncoderConfig, RecipeConfig, resolved
from wcabench.contract import SLOTS, Languages, Method, MethodInfo
from wcabench.errors import UserError
from wcabench.runs.code import method_code, training_code
from wcabench.runs.grid import method_options


@dataclass(frozen=True)
class TrainingContext:
    """All that decides a model but its method.

    Attributes:
        encoder: with its path, which is not in the key.
        encoder_table: the encoder as it stands in the key: by content or pinned revision.
        recipe: how it trains, its precision resolved.
        seed: makes the head, the dropout and the order of the labelled sentences.
        types: the entity types that are trained.
        languages: of the pair.
        slots: the sha256 of what each slot would hand out, for the slots that the suite has data for.
        selection: the sha256 of the development set that chooses the epoch; None: the last step is kept.
    """

    encoder: EncoderConfig
    encoder_table: dict[str, Any]
    recipe: RecipeConfig
    seed: int
    types: tuple[str, ...]
    languages: Languages
    slots: dict[str, str]
    selection: str | None


@dataclass(frozen=True)
class PlannedModel:
    """One model, before it is trained.

    Attributes:
        context: what decides it beside the method.
        method: the method's registered name.
        options: the method's options, all of them.
        origin: where the method comes from.
        config: everything that decides the model, and nothing else: what the key is made of.
        key: see `config_key`.
        requires: keys of the models that the method says it builds on.
    """

    context: TrainingContext
    method: str
    options: dict[str, Any]
    origin: str
    config: dict[str, Any]
    key: str
    requires: tuple[str, ...] = ()


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal configurations give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def config_key(config: Mapping[str, Any]) -> str:
    """The first 16 hex digits of the sha256 of the configuration's canonical JSON.

    Raises:
        UserError: a value is not a finite number.
    """
    try:
        text = canonical_json(config)
    except ValueError:
        raise UserError("a value of the configuration is infinite or not a number; see --set") from None
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def plan_model(context: TrainingContext, method: Method, name: str, origin: str) -> PlannedModel:
    """One method's model, and the keys of those it builds on.

    Args:
        context: what decides it beside the method.
        method: with its options.
        name: as registered.
        origin: where the method comes from.
    """
    info, options = method.info, method_options(method)
    config = model_config(context, info, name, options, method_code(type(method)))
    requires: tuple[Method, ...] = getattr(method, "requires", tuple)()
    keys = tuple(plan_required(context, required).key for required in requires)
    return PlannedModel(context, name, options, origin, config, config_key(config), keys)


def plan_required(context: TrainingContext, method: Method) -> PlannedModel:
    """The model of a method that another one builds on.

    Where the target's development set chooses the other's epoch, it does not choose this one's.
    """
    if context.recipe.select == "target-dev":
        context = replace(context, recipe=replace(context.recipe, select="last"), selection=None)
    origin = f"{type(method).__module__}:{type(method).__qualname__}"
    return plan_model(context, method, method.info.name, origin)


def model_config(
    context: TrainingContext, info: MethodInfo, name: str, options: Mapping[str, Any], code: str
) -> dict[str, Any]:
    """Everything that decides a model, as it stands in its key.

    Args:
        context: what decides it beside the method.
        info: says which slots the method reads; the others are left out.
        name: of the method.
        options: of the method, all of them.
        code: the sha256 of the method's code.
    """
    config = {
        "method": {"name": name, "options": dict(options)},
        "code": {"harness": training_code(), "method": code},
        "encoder": context.encoder_table,
        "recipe": resolved(context.recipe),
        "seed": context.seed,
        "types": list(context.types),
        "slots": {need: context.slots[need] for need in sorted(info.needs) if need in context.slots},
    }
    if any(SLOTS[need].target_side for need in info.needs):
        config["languages"] = list(context.languages)
    if context.selection is not None:
        config["selection"] = context.selection
    return json.loads(json.dumps(config))  # type: ignore[no-any-return]
