"""Loads an encoder's configuration and other parts through transformers, and reports each error as one line."""

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
    """Load the encoder's configuration (`transformers.PreTrainedConfig`) and apply the options of `encoder`.

    Raises:
        UserError: the configuration cannot be read, asks for remote code, or has fewer layers than `encoder.layers`;
            or the causal mask cannot be removed.
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
    """Return the folder of the encoder's files: a local one, or that in the hub's cache (downloaded where needed).

    Raises:
        UserError: the encoder cannot be downloaded, or is a local folder given with a revision.
    """
    if is_local(encoder.name):
        return local_folder(encoder)
    encoder_identity(encoder)
    return snapshot(encoder)


@contextmanager
def errors_named(encoder: EncoderConfig, failure: str) -> Iterator[None]:
    """Turn any error inside the context into a `UserError` of one line that names the encoder.

    Libraries raise errors of any class on damaged or foreign files, including panics of Rust code.
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
        raise UserError(f"{shown(encoder)}: {failure}: {one_line(error)}") from error


@contextmanager
def stderr_shut() -> Iterator[None]:
    """Discard what native code writes to stderr: the tokenizers' Rust code prints a stack trace before it raises."""
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
    """Call `from_pretrained` of one of transformers' Auto classes, without network access and without remote code."""
    _quiet()
    folder = encoder_folder(encoder)
    if is_local(encoder.name):
        source = str(folder)
    else:
        source = encoder.name
        settings["revision"] = encoder.revision
    return auto.from_pretrained(source, local_files_only=True, trust_remote_code=False, **settings)


def _quiet() -> None:
    """Silence the loader's own messages: real problems raise errors, and a missing pooler is expected."""
    from transformers.utils import logging

    logging.set_verbosity(CRITICAL)
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
