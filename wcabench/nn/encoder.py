"""Loads a pretrained encoder: from a folder or the hub, cut to its first layers, its causal mask lifted."""

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import nn

from wcabench.config import EncoderConfig
from wcabench.errors import UserError, require
from wcabench.nn.identity import encoder_identity, is_local


def load_tokenizer(encoder: EncoderConfig) -> Any:
    """The encoder's fast tokenizer (`transformers.PreTrainedTokenizerFast`)."""
    from transformers import AutoTokenizer

    return _load(AutoTokenizer, encoder)


def load_encoder(encoder: EncoderConfig) -> nn.Module:
    """The pretrained model without a head, in float32, as `encoder` says.

    Raises:
        UserError: weights missing, more layers asked for than there are, or a model that cannot be made bidirectional.
    """
    from transformers import AutoConfig, AutoModel

    check_encoder(encoder)
    config = _load(AutoConfig, encoder)
    if encoder.bidirectional:
        config = _bidirectional(encoder, config)
    model: nn.Module = _load(AutoModel, encoder, config=config, dtype=torch.float32)
    if encoder.layers is not None:
        _keep_layers(model, encoder.layers)
    if encoder.freeze >= 0:
        _freeze(model, encoder.freeze)
    return model


def check_encoder(encoder: EncoderConfig) -> None:
    """Read the encoder's configuration alone, and refuse what it cannot be made into.

    Raises:
        UserError: as `load_encoder`, but before any weight is loaded.
    """
    from transformers import AutoConfig

    encoder_identity(encoder)
    config = _load(AutoConfig, encoder)
    if encoder.bidirectional:
        _bidirectional(encoder, config)
    depth = config.num_hidden_layers
    require(
        encoder.layers is None or encoder.layers <= depth,
        f"encoder.layers: {encoder.layers} is more than the {depth} layers of '{encoder.name}'",
    )


def transformer_layers(model: nn.Module) -> nn.ModuleList:
    """The stack of transformer layers, whatever the architecture calls it."""
    return getattr(*_layers_slot(model))  # type: ignore[no-any-return]


def position_limit(model: nn.Module) -> int | None:
    """How many pieces an encoder with learned positions can read; None for one with relative or rotary positions."""
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, nn.Embedding):
            # RoBERTa's family counts from the one after its padding index.
            first = 0 if module.padding_idx is None else module.padding_idx + 1
            return module.num_embeddings - first
    return None


def _load(auto: Any, encoder: EncoderConfig, **settings: Any) -> Any:
    local = is_local(encoder.name)
    source = str(Path(encoder.name).expanduser()) if local else encoder.name
    if local:
        settings["local_files_only"] = True
    else:
        settings["revision"] = encoder.revision
    if auto.__name__ == "AutoModel":
        settings["use_safetensors"] = True
    _quiet()
    try:
        return auto.from_pretrained(source, trust_remote_code=False, **settings)
    except (OSError, ValueError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0]
        raise UserError(f"encoder '{encoder.name}' cannot be loaded: {reason}") from error


def _quiet() -> None:
    """A missing pooler is no news, and a progress bar of half a second no progress: keep both out of the log."""
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def _bidirectional(encoder: EncoderConfig, config: Any) -> Any:
    from transformers import AutoConfig

    if not hasattr(config, "use_bidirectional_attention"):
        raise UserError(
            f"encoder.bidirectional: '{encoder.name}' ({config.model_type}) has no causal mask that can be lifted; "
            "leave encoder.bidirectional out"
        )
    # Given at construction: the configuration derives other values from it (the width of its sliding window).
    return _load(AutoConfig, encoder, use_bidirectional_attention=True)


def _layers_slot(model: nn.Module) -> tuple[nn.Module, str]:
    depth = model.config.num_hidden_layers  # type: ignore[union-attr]
    for module in model.modules():
        for name, child in module.named_children():
            if isinstance(child, nn.ModuleList) and len(child) == depth:
                return module, name
    raise UserError(f"{type(model).__name__}: found no stack of {depth} transformer layers to cut or freeze")


def _keep_layers(model: nn.Module, layers: int) -> None:
    owner, slot = _layers_slot(model)
    stack: nn.ModuleList = getattr(owner, slot)
    setattr(owner, slot, stack[:layers])
    config: Any = model.config
    if getattr(config, "layer_types", None):
        config.layer_types = config.layer_types[:layers]
    config.num_hidden_layers = layers


def _freeze(model: nn.Module, layers: int) -> None:
    """Freeze the embeddings and the first `layers` transformer layers, as Wu & Dredze (2019) count them."""
    model.get_input_embeddings().requires_grad_(False)  # type: ignore[operator]
    if hasattr(model, "embeddings"):
        model.embeddings.requires_grad_(False)
    for layer in transformer_layers(model)[:layers]:
        layer.requires_grad_(False)
