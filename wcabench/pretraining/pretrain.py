"""Runs a whole pretraining, from text to a folder that `AutoModel` and `AutoTokenizer` load."""

import dataclasses
import hashlib
import json
import logging
import math
from pathlib import Path
from typing import Any

import torch

from wcabench.data.files import LARGEST_FILE, is_file
from wcabench.data.text_files import read_text
from wcabench.errors import UserError
from wcabench.nn.encoder_files import one_line
from wcabench.output_files import new_folder, unwritable, write_lines
from wcabench.pretraining.loop import Pretrainer
from wcabench.pretraining.measure import retrieval, sentence_states
from wcabench.pretraining.settings import Pretraining
from wcabench.pretraining.start import new_model
from wcabench.pretraining.start_encoder import check_start, load_start_tokenizer
from wcabench.pretraining.stream import Stream
from wcabench.pretraining.teacher import Teacher
from wcabench.pretraining.text import Texts, read_texts
from wcabench.pretraining.vocabulary import train_tokenizer

log = logging.getLogger(__name__)
LOG = "log.jsonl"


def pretrain(settings: Pretraining, text: Path, folder: Path, device: str = "cpu") -> Path:
    """Pretrain an encoder. After an interruption, the same call continues from the last checkpoint.

    Args:
        settings: all settings of the pretraining.
        text: folder of the text; see `wcabench.pretraining.text`.
        folder: output folder of the checkpoint, the log (one JSON object a line) and the encoder.
        device: "cpu" or "cuda".

    Returns:
        the encoder's folder: configuration, tokenizer, and weights in float16.

    Raises:
        UserError: the text is missing or wrong, an encoder to start from cannot be used, or `folder` holds a checkpoint
            with other settings.
        ArithmeticError: the loss is not finite.
    """
    check_start(settings)
    texts = read_texts(text, settings.text)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(error, folder) from error
    tokenizer = _tokenizer(settings, texts, folder)
    stream = Stream(tokenizer, texts, settings.text, settings.training, settings.teaching.share)
    model = new_model(settings, tokenizer, texts)
    teacher = Teacher(settings, tokenizer, texts, device) if settings.teaching.share else None
    trainer = Pretrainer(model, stream, settings.training, device, _fingerprint(settings, texts), teacher)

    trainer.resume(folder)
    _forget_after(folder / LOG, trainer.step)

    def report(step: int, losses: dict[str, float]) -> None:
        numbers = {**losses, **_retrieval(model, tokenizer, texts, settings)}
        _append(folder / LOG, {"step": step, **{k: float(f"{v:.4g}") for k, v in numbers.items()}})
        log.info("step %d: %s", step, ", ".join(f"{key} {value:.4g}" for key, value in numbers.items()))

    trainer.run(folder, report)
    # The tokenizer is read again, because one that truncated sentences would be saved with that setting.
    return _export(model, _tokenizer(settings, texts, folder), folder / settings.name, settings.model.kept)


def _export(model: Any, tokenizer: Any, folder: Path, kept: int | None) -> Path:
    """Write the encoder without its language modelling head, in float16, and its tokenizer; return their folder."""
    encoder = model.bert.to("cpu", torch.float16)
    encoder.encoder.layer = encoder.encoder.layer[:kept]
    encoder.config.num_hidden_layers = len(encoder.encoder.layer)
    _write_encoder(encoder, tokenizer, folder)
    return folder


def _write_encoder(encoder: Any, tokenizer: Any, folder: Path) -> None:
    """Write an encoder and its tokenizer into one folder, in the place of one that an earlier call made.

    Raises:
        UserError: it cannot be written.
    """
    with new_folder(folder, replace=True) as partial:
        _save(encoder, partial, folder)
        _save(tokenizer, partial, folder)


def _save(part: Any, folder: Path, final: Path) -> None:
    """Save a model or a tokenizer into a folder; `final` is what an error names.

    Raises:
        UserError: it cannot be written.
    """
    try:
        part.save_pretrained(folder)
    except Exception as error:  # the libraries' own writers raise errors of several kinds
        raise unwritable(error, final) from error


def _append(file: Path, row: dict[str, float]) -> None:
    """Add a line to the log; one that an earlier process wrote in part is taken out when the training goes on.

    Raises:
        UserError: it cannot be written.
    """
    try:
        with file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")
    except OSError as error:
        raise unwritable(error, file) from error


def _forget_after(file: Path, step: int) -> None:
    """Take the steps out of the log that an interrupted run did after its last checkpoint: they are done again."""
    if is_file(file):
        lines = read_text(file, LARGEST_FILE).splitlines()
        write_lines(file, [line for line in lines if _step(line) <= step], rewrite=True)


def _step(line: str) -> float:
    """The step of a line of the log; infinity for one that was written in part."""
    try:
        return float(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return math.inf


def _tokenizer(settings: Pretraining, texts: Texts, folder: Path) -> Any:
    """Train or copy the tokenizer on the first call, and read it from the output folder on later calls.

    So a checkpoint's embeddings always belong to the same pieces. To use the vocabulary of another pretraining, copy
    its folder `tokenizer` into the output folder.
    """
    from transformers import AutoTokenizer

    tokenizer_folder = folder / "tokenizer"
    if not (tokenizer_folder / "tokenizer.json").exists():
        tokenizer = (
            train_tokenizer(texts, settings.vocabulary)
            if settings.grown_from is None
            else load_start_tokenizer(settings.grown_from)
        )
        with new_folder(tokenizer_folder, replace=True) as partial:
            _save(tokenizer, partial, tokenizer_folder)
    try:
        return AutoTokenizer.from_pretrained(tokenizer_folder)
    except Exception as error:  # a damaged file fails in many ways
        raise UserError(
            f"{tokenizer_folder}: the tokenizer cannot be read: {one_line(error)}; delete the folder to start anew, or "
            "choose another --out"
        ) from error


def _fingerprint(settings: Pretraining, texts: Texts) -> str:
    """Return the settings and the text's sha256 as one line of JSON, without settings that no step depends on."""
    digest = hashlib.sha256()
    for language in texts.plain:
        for sentence in texts.sentences(language):
            digest.update(sentence.encode() + b"\n")
    table = dataclasses.asdict(settings)
    training = table.pop("training")
    for key in ("report_every", "checkpoint_minutes"):
        del training[key]
    del table["model"]["kept"]
    return json.dumps({**table, **training, "text sha256": digest.hexdigest()}, sort_keys=True)


def _retrieval(model: Any, tokenizer: Any, texts: Texts, settings: Pretraining) -> dict[str, float]:
    """Measure the retrieval of held-out translations by a middle layer's states, for each language."""
    was_training = model.training
    model.eval()
    layer = (settings.model.layers + 1) // 2 + 1
    shares = {}
    for language, pairs in texts.held_out.items():
        sentences, translations = (
            sentence_states(
                model.bert,
                tokenizer,
                [p[side] for p in pairs],
                min(layer, settings.model.layers),
                settings.text.max_length,
                next(model.parameters()).device.type,
            )
            for side in (0, 1)
        )
        shares[f"retrieval_{language}"] = retrieval(sentences, translations)
    model.train(was_training)
    return shares
