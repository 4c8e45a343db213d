"""What loads the parts of an encoder: its configuration, and any class of transformers, each error as one line."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from logging import CRITICAL
from pathlib import Path
from typing import Any

from wcabench.config import EncoderConfig
from wcabench.errors import UserError, require
from wcabench.nn.encoder_files import CONFIG, check_settings, one_line
from wcabench.nn.hub import snapshot
from wcabench.nn.identity import encoder_identity, is_local, local_folder, shown


def load_config(encoder: EncoderConfig) -> Any:
    """The encoder's configuration (`transformers.PreTrainedConfig`), with the options of `encoder` applied to it.

    Raises:
        UserError: it cannot be read, asks for remote code, has fewer layers than `encoder.layers`, or its causal mask
            cannot be lifted.
    """
    from transformers import AutoConfig

    check_settings(encoder_folder(encoder))
    with errors_named(encoder, "cannot be loaded"):
        config = load_pretrained(AutoConfig, encoder)
        if encoder.bidirectional:
            require(
                hasattr(config, "use_bidirectional_attention"),
                f"encoder.bidirectional: it ({config.model_type}) has no causal mask that can be lifted; "
                "leave encoder.bidirectional out",
            )
            # Given at construction: the configuration derives other values from it (the width of its sliding window).
            config = load_pretrained(AutoConfig, encoder, use_bidirectional_attention=True)
        depth = getattr(config, "num_hidden_layers", None)
        if not (
            isinstance(depth, int) and depth >= 1 and isinstance(getattr(config, "hidden_size", None), int)
        ):
            raise UserError(
                f"{config.model_type} is no text encoder: its {CONFIG} gives no num_hidden_layers and hidden_size"
            )
    kept = encoder.layers or depth
    require(
        kept <= depth,
        f"encoder.layers: {encoder.layers} is more than the {depth} layers of '{encoder.name}'",
    )
    require(
        encoder.freeze <= kept,
        f"encoder.freeze: {encoder.freeze} is more than the {kept} layers that '{encoder.name}' is used with",
    )
    return config


def encoder_folder(encoder: EncoderConfig) -> Path:
    """Where the encoder's files are: a local folder, or that of the hub's cache (filled first).

    Raises:
        UserError: there is no such folder, or it cannot be downloaded.
    """
    if is_local(encoder.name):
        return local_folder(encoder)
    encoder_identity(encoder)
    return snapshot(encoder)


@contextmanager
def errors_named(encoder: EncoderConfig, what: str) -> Iterator[None]:
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
def stderr_shut() -> Iterator[None]:
    """Keep what is written past Python off the terminal: the tokenizers' Rust prints a stack before it raises."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    try:
        with Path(os.devnull).open("w") as sink:
            os.dup2(sink.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def load_pretrained(auto: Any, encoder: EncoderConfig, **settings: Any) -> Any:
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

    logging.set_verbosity(CRITICAL)
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
