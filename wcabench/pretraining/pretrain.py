"""Runs a whole pretraining, from text to a folder that `AutoModel` and `AutoTokenizer` load."""

import dataclasses
import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import torch

from wcabench.errors import UserError
from wcabench.nn.encoder_files import one_line
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
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(settings, texts, folder)
    stream = Stream(tokenizer, texts, settings.text, settings.training, settings.teaching.share)
    model = new_model(settings, tokenizer, texts)
    teacher = Teacher(settings, tokenizer, texts, device) if settings.teaching.share else None
    trainer = Pretrainer(model, stream, settings.training, device, _fingerprint(settings, texts), teacher)

    trainer.resume(folder)
    _forget_after(folder / LOG, trainer.step)

    def report(step: int, losses: dict[str, float]) -> None:
        numbers = {**losses, **_retrieval(model, tokenizer, texts, settings)}
        with (folder / LOG).open("a") as file:
            file.write(
                json.dumps({"step": step, **{k: float(f"{v:.4g}") for k, v in numbers.items()}}) + "\n"
            )
        log.info("step %d: %s", step, ", ".join(f"{key} {value:.4g}" for key, value in numbers.items()))

    trainer.run(folder, report)
    # The tokenizer is read again, because one that truncated sentences would be saved with that setting.
    return _export(model, _tokenizer(settings, texts, folder), folder / settings.name, settings.model.kept)


def _export(model: Any, tokenizer: Any, folder: Path, kept: int | None) -> Path:
    """Write the encoder without its language modelling head, in float16, and its tokenizer; return their folder."""
    encoder = model.bert.to("cpu", torch.float16)
    encoder.encoder.layer = encoder.encoder.layer[:kept]
    encoder.config.num_hidden_layers = len(encoder.encoder.layer)
    encoder.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _forget_after(file: Path, step: int) -> None:
    """Remove log lines of steps after the last checkpoint, because a resumed run does these steps again."""
    if file.exists():
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(line for line in lines if json.loads(line)["step"] <= step))


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
        tokenizer.save_pretrained(tokenizer_folder)
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
