"""Loads a pretrained encoder from a folder or the hub, with fewer layers or without its causal mask where asked."""

from typing import Any

import torch
from torch import nn

from wcabench.config import EncoderConfig
from wcabench.errors import UserError
from wcabench.nn.encoder_files import weight_files
from wcabench.nn.identity import encoder_identity
from wcabench.nn.loading import encoder_folder, errors_named, load_config, load_pretrained, stderr_shut
from wcabench.nn.piece_ids import check_ids, check_pieces
from wcabench.nn.weights import check_finite, check_loaded, check_size


def load_tokenizer(encoder: EncoderConfig) -> Any:
    """The encoder's tokenizer (`transformers.PreTrainedTokenizerFast`, or a slow one where there is no fast one).

    Raises:
        UserError: the tokenizer cannot be read, has no piece for the end of a sentence, gives ids that the encoder has
            no embedding for, or cuts words otherwise than it was saved to (see `check_pieces`).
    """
    from transformers import AutoTokenizer

    config = load_config(encoder)
    with errors_named(encoder, "its tokenizer cannot be loaded"), stderr_shut():
        tokenizer = load_pretrained(AutoTokenizer, encoder)
        check_ids(tokenizer, getattr(config, "vocab_size", None))
        check_pieces(tokenizer, encoder_folder(encoder))
    return tokenizer


def load_encoder(encoder: EncoderConfig) -> nn.Module:
    """Load the pretrained model without a head, in float32; of an encoder-decoder only the encoder half.

    Raises:
        UserError: weights are missing, left over, of another shape, or NaN; more layers are asked for than the model
            has; or the model cannot be made bidirectional.
    """
    encoder_identity(encoder)
    config = load_config(encoder)
    auto = _auto_class(config)
    with errors_named(encoder, "cannot be loaded"):
        with torch.device("meta"):
            blank = auto.from_config(config)
        check_size(
            blank, (file for file in weight_files(encoder_folder(encoder)) if file.suffix == ".safetensors")
        )
        model, info = load_pretrained(
            auto,
            encoder,
            config=config,
            dtype=torch.float32,
            use_safetensors=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,
        )
        part = encoder_half(model)
        check_loaded(model, part, info)
        check_finite(part)
    with errors_named(encoder, "its layers cannot be cut or frozen"):
        if encoder.layers is not None:
            _keep_layers(part, encoder.layers)
        if encoder.freeze >= 0:
            _freeze(part, encoder.freeze)
    return part


def encoder_half(model: nn.Module) -> nn.Module:
    """Return the encoder half of an encoder-decoder (T5, BART), also where only that half was saved; else the model."""
    from transformers import PreTrainedModel

    half = getattr(model, "encoder", None)
    return half if isinstance(half, PreTrainedModel) else model


def transformer_layers(model: nn.Module) -> nn.ModuleList:
    """Return the list of transformer layers, whatever its name in the architecture."""
    return getattr(*_layers_slot(model))  # type: ignore[no-any-return]


def position_limit(model: nn.Module) -> int | None:
    """Return how many pieces the encoder can read; None with relative or rotary positions, which have no limit."""
    for name, module in model.named_modules():
        last = name.rpartition(".")[2]
        if last in ("position_embeddings", "embed_positions", "wpe") and isinstance(module, nn.Embedding):
            # RoBERTa's family counts positions from its padding index + 1, BART's from a constant offset.
            padding = 0 if module.padding_idx is None else module.padding_idx + 1
            rows = module.num_embeddings - int(getattr(module, "offset", padding))
            stated = getattr(getattr(model, "config", None), "max_position_embeddings", rows)
            return min(rows, stated)
    return None


def _auto_class(config: Any) -> Any:
    """Return transformers' class that loads the model without a head (of T5 and text-image models the encoder)."""
    from transformers import AutoModel, AutoModelForTextEncoding
    from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING

    return AutoModelForTextEncoding if type(config) in MODEL_FOR_TEXT_ENCODING_MAPPING else AutoModel


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
