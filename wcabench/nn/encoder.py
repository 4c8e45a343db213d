"""Loads a pretrained encoder: from a folder or the hub, cut to its first layers, its causal mask lifted."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from wcabench.config import EncoderConfig
from wcabench.errors import UserError, require
from wcabench.nn.encoder_files import CONFIG, check_settings, one_line, weight_files
from wcabench.nn.hub import snapshot
from wcabench.nn.identity import encoder_identity, is_local, local_folder, shown
from wcabench.nn.pieces import PieceTable, special_pieces
from wcabench.nn.weights import check_finite, check_loaded, check_size, first_few

# Words that are cut into pieces in a trial: letters of some scripts, signs, what looks like a special piece, none.
TRIAL_WORDS = ("Oslo", "é", "Ж", "の", "👩", "don't", "3.5", "[SEP]", "</s>", "\u200b", "\x00")


def load_tokenizer(encoder: EncoderConfig) -> Any:
    """The encoder's tokenizer (`transformers.PreTrainedTokenizerFast`, or a slow one where there is no fast one).

    Raises:
        UserError: it cannot be read, has no piece for a sentence's end, or gives ids that the encoder has no
            embedding for.
    """
    from transformers import AutoTokenizer

    config = load_config(encoder)
    with _errors_named(encoder, "its tokenizer cannot be loaded"), _stderr_shut():
        tokenizer = _load(AutoTokenizer, encoder)
        _check_ids(tokenizer, getattr(config, "vocab_size", None))
    return tokenizer


def load_config(encoder: EncoderConfig) -> Any:
    """The encoder's configuration (`transformers.PreTrainedConfig`), with the options of `encoder` applied to it.

    Raises:
        UserError: it cannot be read, asks for remote code, has fewer layers than `encoder.layers`, or its causal mask
            cannot be lifted.
    """
    from transformers import AutoConfig

    check_settings(encoder_folder(encoder))
    with _errors_named(encoder, "cannot be loaded"):
        config = _load(AutoConfig, encoder)
        if encoder.bidirectional:
            require(
                hasattr(config, "use_bidirectional_attention"),
                f"encoder.bidirectional: it ({config.model_type}) has no causal mask that can be lifted; "
                "leave encoder.bidirectional out",
            )
            # Given at construction: the configuration derives other values from it (the width of its sliding window).
            config = _load(AutoConfig, encoder, use_bidirectional_attention=True)
        depth: Any = getattr(config, "num_hidden_layers", None)
        require(
            isinstance(depth, int) and depth >= 1 and isinstance(getattr(config, "hidden_size", None), int),
            f"{config.model_type} is no text encoder: its {CONFIG} gives no num_hidden_layers and hidden_size",
        )
    require(
        encoder.layers is None or encoder.layers <= depth,
        f"encoder.layers: {encoder.layers} is more than the {depth} layers of '{encoder.name}'",
    )
    kept = encoder.layers or depth
    require(
        encoder.freeze <= kept,
        f"encoder.freeze: {encoder.freeze} is more than the {kept} layers that '{encoder.name}' is used with",
    )
    return config


def load_encoder(encoder: EncoderConfig) -> nn.Module:
    """The pretrained model without a head, in float32, as `encoder` says; of an encoder-decoder the encoder half.

    Raises:
        UserError: weights missing, left over, of another shape, or NaN; more layers asked for than there are; or a
            model that cannot be made bidirectional.
    """
    encoder_identity(encoder)
    config = load_config(encoder)
    auto = _auto_class(config)
    with _errors_named(encoder, "cannot be loaded"):
        with torch.device("meta"):
            blank = auto.from_config(config)
        check_size(
            blank, (file for file in weight_files(encoder_folder(encoder)) if file.suffix == ".safetensors")
        )
        model, info = _load(
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
    with _errors_named(encoder, "its layers cannot be cut or frozen"):
        if encoder.layers is not None:
            _keep_layers(part, encoder.layers)
        if encoder.freeze >= 0:
            _freeze(part, encoder.freeze)
    return part


def encoder_folder(encoder: EncoderConfig) -> Path:
    """Where the encoder's files are: a local folder, or that of the hub's cache (filled first).

    Raises:
        UserError: there is no such folder, or it cannot be downloaded.
    """
    if is_local(encoder.name):
        return local_folder(encoder)
    encoder_identity(encoder)
    return snapshot(encoder)


def encoder_half(model: nn.Module) -> nn.Module:
    """The encoder of an encoder-decoder (T5, BART); any other model as it is."""
    halves = [getattr(model, name, None) for name in ("encoder", "decoder")]
    if all(isinstance(half, nn.Module) and hasattr(half, "config") for half in halves):
        return halves[0]  # type: ignore[return-value]
    return model


def transformer_layers(model: nn.Module) -> nn.ModuleList:
    """The stack of transformer layers, whatever the architecture calls it."""
    return getattr(*_layers_slot(model))  # type: ignore[no-any-return]


def position_limit(model: nn.Module) -> int | None:
    """How many pieces an encoder with a table of positions can read; None for one with relative or rotary positions."""
    for name, module in model.named_modules():
        last = name.rpartition(".")[2]
        if last in ("position_embeddings", "embed_positions", "wpe") and isinstance(module, nn.Embedding):
            # RoBERTa's family counts from the one after its padding index, BART's from a constant.
            padding = 0 if module.padding_idx is None else module.padding_idx + 1
            rows = module.num_embeddings - int(getattr(module, "offset", padding))
            stated = getattr(getattr(model, "config", None), "max_position_embeddings", rows)
            return min(rows, stated)
    return None


@contextmanager
def _errors_named(encoder: EncoderConfig, what: str) -> Iterator[None]:
    """Any error as a `UserError` of one line that names the encoder.

    What a library makes of a damaged or foreign file may be an error of any kind, of Rust's too.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except UserError as error:
        text = str(error)
        raise UserError(text if text.startswith("encoder") else f"{shown(encoder)}: {text}") from error
    except BaseException as error:
        raise UserError(f"{shown(encoder)}: {what}: {one_line(error)}") from error


@contextmanager
def _stderr_shut() -> Iterator[None]:
    """Keep what is written past Python off the terminal: the tokenizers' Rust prints a stack before it raises."""
    try:
        kept, sink = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # there is no stderr
        yield
        return
    try:
        os.dup2(sink, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(sink)


def _load(auto: Any, encoder: EncoderConfig, **settings: Any) -> Any:
    """`from_pretrained` of one of transformers' automatic classes: never of the network, never with code of others."""
    _quiet()
    folder = encoder_folder(encoder)
    if is_local(encoder.name):
        source = str(folder)
    else:
        source = encoder.name
        settings["revision"] = encoder.revision
    return auto.from_pretrained(source, local_files_only=True, trust_remote_code=False, **settings)


def _quiet() -> None:
    """Keep the loader's own messages out: what is wrong is said by the error, a missing pooler is no news."""
    from transformers.utils import logging

    logging.set_verbosity(logging.CRITICAL)  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def _auto_class(config: Any) -> Any:
    """The class that loads a model without a head: of T5's family, and of models of text and images, their encoder."""
    from transformers import AutoModel, AutoModelForTextEncoding
    from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING

    return AutoModelForTextEncoding if type(config) in MODEL_FOR_TEXT_ENCODING_MAPPING else AutoModel


def _check_ids(tokenizer: Any, rows: int | None) -> None:
    """Refuse a tokenizer that gives ids beyond the table of embeddings.

    Special tokens are left out, but for those that stand around a sentence: text is never read as one of them.
    """
    if rows is None:
        PieceTable(tokenizer, 8).add([TRIAL_WORDS])
        return
    unknown = tokenizer.unk_token_id
    if unknown is not None and unknown >= rows and not _gives_unknown(tokenizer):
        tokenizer.unk_token = (
            None  # added by its class, for a model that has no embedding for it and needs none
        )
    specials = special_pieces(tokenizer)
    hidden = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
    ids = {piece: number for piece, number in tokenizer.get_vocab().items() if piece not in hidden}
    ids |= {tokenizer.convert_ids_to_tokens(number): number for number in specials}
    pieces = PieceTable(tokenizer, 8).pieces(TRIAL_WORDS)
    ids |= {tokenizer.convert_ids_to_tokens(number): number for word in pieces for number in word}
    beyond = [
        f"'{piece}' is {number}" for number, piece in sorted((n, p) for p, n in ids.items() if n >= rows)
    ]
    require(
        not beyond,
        f"its tokenizer gives ids beyond the {rows} rows of the embedding table: {first_few(beyond)}; call "
        "`resize_token_embeddings` and train the new rows, or take the added tokens out",
    )


def _gives_unknown(tokenizer: Any) -> bool:
    """Whether the tokenizer makes its unknown piece of some texts."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    return backend is None or getattr(backend.model, "unk_token", tokenizer.unk_token) is not None


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
