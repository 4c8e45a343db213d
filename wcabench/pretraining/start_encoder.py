"""Finds, loads and checks the encoders that a pretraining starts or grows from."""

import importlib.util
from pathlib import Path
from typing import Any

from torch import nn

from wcabench.config import EncoderConfig
from wcabench.errors import UserError, require
from wcabench.nn.encoder import load_encoder, load_tokenizer
from wcabench.nn.loading import load_config
from wcabench.nn.probe import probe_encoder
from wcabench.pretraining.limits import SHORTEST
from wcabench.pretraining.settings import Pretraining

SPECIAL = ("cls", "sep", "mask", "pad", "unk")
# Length of a trial's sentences; a pretraining truncates sentences to what its start encoder can read.
_TRIAL = 8 * SHORTEST


def find_start(name: str) -> Path:
    """Return the folder of an encoder: the folder `name`, or the folder with a model in the installed package `name`.

    Raises:
        UserError: there is no such folder.
    """
    if Path(name).is_dir():
        require(
            (Path(name) / "model.safetensors").exists(),
            f"encoder '{name}': there is no model.safetensors in that folder; name one that an encoder was saved in",
        )
        return Path(name)
    spec = importlib.util.find_spec(name) if name.isidentifier() else None
    for root in spec.submodule_search_locations or [] if spec else []:
        for weights in sorted(Path(root).rglob("model.safetensors")):
            return weights.parent
    raise UserError(
        f"encoder '{name}': no such folder, and no installed package of that name that holds a "
        "model.safetensors; install it or name a folder"
    )


def load_start(name: str) -> tuple[nn.Module, Any]:
    """Load an encoder that a pretraining takes weights from, and its tokenizer.

    Raises:
        UserError: the encoder cannot be found, or is damaged (see `wcabench.nn.encoder`).
    """
    encoder = _encoder(name)
    return load_encoder(encoder), load_tokenizer(encoder)


def load_start_tokenizer(name: str) -> Any:
    """Load the tokenizer of an encoder that a pretraining takes weights from.

    Raises:
        UserError: as `load_start`.
    """
    return load_tokenizer(_encoder(name))


def check_start(settings: Pretraining) -> None:
    """Try the encoders of a pretraining out, and compare their shapes with its network's.

    Raises:
        UserError: an encoder cannot be found or used, is not a BERT, or has another shape.
    """
    grown = 0 if settings.grown_from is None else _check_grown(settings, settings.grown_from)
    if settings.start is not None:
        _check_copied(settings, settings.start, grown)


def copied_layers(settings: Pretraining, grown: int) -> tuple[int, ...]:
    """Return the numbers of the start encoder's layers that are copied above the first `grown` layers, from 1."""
    return settings.model.start_layers or tuple(range(1, settings.model.layers - grown + 1))


def _check_grown(settings: Pretraining, name: str) -> int:
    """Check the encoder that a pretraining grows from; return its number of layers."""
    label, model = f"grown_from '{name}'", settings.model
    config = _checked(name, label)
    require(
        config.hidden_size == model.width and config.num_hidden_layers <= model.layers,
        f"{label} has {_shape(config)}: set model.width to it, and model.layers to at least as many",
    )
    _check_layers(settings, config, label)
    require(
        model.positions == config.max_position_embeddings,
        f"model.positions: {model.positions}, but {label} has {config.max_position_embeddings}",
    )
    return int(config.num_hidden_layers)


def _check_copied(settings: Pretraining, name: str, grown: int) -> None:
    """Check the start encoder, whose layers are copied above the first `grown` layers."""
    label, model, teaching = f"start encoder '{name}'", settings.model, settings.teaching
    config = _checked(name, label)
    copied = copied_layers(settings, grown)
    require(
        config.hidden_size == model.width and max(copied, default=0) <= config.num_hidden_layers,
        f"{label} has {_shape(config)}: set model.width and model.start_layers to what it has",
    )
    _check_layers(settings, config, label)
    above = model.layers - grown
    require(
        len(copied) == above,
        f"model.start_layers: {len(copied)} layers, but {above} of model.layers are to be copied",
    )
    require(
        grown > 0 or model.positions <= config.max_position_embeddings,
        f"model.positions: {model.positions}, but {label} has {config.max_position_embeddings}",
    )
    require(
        not teaching.share or teaching.of <= config.num_hidden_layers,
        f"teaching.of: {teaching.of}, but the start encoder has {config.num_hidden_layers} layers",
    )


def _encoder(name: str) -> EncoderConfig:
    return EncoderConfig(name=str(find_start(name)))


def _checked(name: str, label: str) -> Any:
    """Try an encoder out, and return its configuration; `label` names it in errors."""
    encoder = _encoder(name)
    probe_encoder(encoder, _TRIAL)
    config = load_config(encoder)
    require(
        config.model_type == "bert",
        f"{label} is a {config.model_type}, whose layers and positions are not BERT's; name a BERT",
    )
    tokenizer = load_tokenizer(encoder)
    lacking = [token for token in SPECIAL if getattr(tokenizer, f"{token}_token_id") is None]
    require(not lacking, f"{label}: its tokenizer has no {', '.join(f'{token}_token' for token in lacking)}")
    return config


def _check_layers(settings: Pretraining, config: Any, label: str) -> None:
    """Refuse layers with another number of heads, another inner width or another activation."""
    model = settings.model
    wanted = {"heads": config.num_attention_heads, "inner": config.intermediate_size}
    for name, of_encoder in wanted.items():
        value = getattr(model, name)
        require(value == of_encoder, f"model.{name}: {value}, but {label} has {of_encoder}")
    require(config.hidden_act == "gelu", f"{label} has the activation {config.hidden_act}; wanted gelu")


def _shape(config: Any) -> str:
    return f"{config.num_hidden_layers} layers of width {config.hidden_size}"
