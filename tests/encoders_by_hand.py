"""Makes tiny random encoders of any architecture and tokenizers of each kind, and damages their folders."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
LETTERS = [chr(code) for code in range(33, 127)]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 66,
    "pad_token_id": 1,
    "bos_token_id": 0,
    "eos_token_id": 2,
}
Weights = dict[str, torch.Tensor]


def wordpiece() -> Tokenizer:
    pieces = [*SPECIAL, *LETTERS, *(f"##{letter}" for letter in LETTERS), "the"]
    backend = Tokenizer(models.WordPiece(numbered(pieces), unk_token="<unk>"))
    backend.normalizer = normalizers.BertNormalizer(lowercase=False)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return backend


def byte_level(add_prefix_space: bool) -> Tokenizer:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = [*SPECIAL, *alphabet, "Ġt", "he", "Ġthe"]
    backend = Tokenizer(models.BPE(numbered(pieces), [("Ġ", "t"), ("h", "e"), ("Ġt", "he")]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space)
    backend.decoder = decoders.ByteLevel()
    return backend


def unigram(prepend: str) -> Tokenizer:
    scores = {"▁": -2.0, "▁the": -1.0, "the": -1.5, **dict.fromkeys(LETTERS, -3.0)}
    backend = Tokenizer(models.Unigram([*((piece, 0.0) for piece in SPECIAL), *scores.items()], unk_id=3))
    backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=prepend)
    backend.decoder = decoders.Metaspace(prepend_scheme=prepend)
    return backend


def byte_fallback(normalizer: Any) -> Tokenizer:
    """The kind of Llama and Gemma, with byte pieces for characters without a piece; they differ in the normalizer."""
    pieces = [*SPECIAL, *BYTES, "▁", *LETTERS, "▁t", "he", "▁the"]
    merges = [("▁", "t"), ("h", "e"), ("▁t", "he")]
    backend = Tokenizer(
        models.BPE(numbered(pieces), merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    backend.normalizer = normalizer
    backend.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return backend


def word_end() -> Tokenizer:
    pieces = [*SPECIAL, *LETTERS, *(f"{letter}</w>" for letter in LETTERS), "th", "the</w>"]
    merges = [("t", "h"), ("th", "e</w>")]
    backend = Tokenizer(models.BPE(numbered(pieces), merges, unk_token="<unk>", end_of_word_suffix="</w>"))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    backend.decoder = decoders.BPEDecoder("</w>")
    return backend


TOKENIZERS: dict[str, Callable[[], Tokenizer]] = {
    "WordPiece": wordpiece,
    "byte-level BPE": lambda: byte_level(False),
    "byte-level BPE with a space before": lambda: byte_level(True),
    "Unigram with a dummy prefix": lambda: unigram("always"),
    "Unigram without one": lambda: unigram("never"),
    "BPE with byte fallback, prefix": lambda: byte_fallback(
        normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    ),
    "BPE with byte fallback, no prefix": lambda: byte_fallback(normalizers.Replace(" ", "▁")),
    "BPE with ends of words": word_end,
}


def tokenizer(kind: str = "WordPiece", **special: str | None) -> PreTrainedTokenizerFast:
    """Return a tokenizer of a kind; `special` replaces or removes special pieces."""
    names = {"bos": "<s>", "eos": "</s>", "pad": "<pad>", "unk": "<unk>", "mask": "<mask>"}
    tokens = {f"{name}_token": piece for name, piece in {**names, **special}.items()}
    return PreTrainedTokenizerFast(tokenizer_object=TOKENIZERS[kind](), **tokens)


def save_encoder(folder: Path, kind: str = "bert", pieces: Any = None, **settings: Any) -> Path:
    """Save a random encoder and a tokenizer for it.

    Args:
        folder: the folder.
        kind: a model type of transformers.
        pieces: the tokenizer; None: a WordPiece tokenizer.
        settings: settings of its configuration that replace or add to `SMALL`; None removes a setting.
    """
    pieces = pieces or tokenizer()
    wanted = {**SMALL, "vocab_size": len(pieces), **settings}
    torch.manual_seed(0)
    config = AutoConfig.for_model(kind, **{key: value for key, value in wanted.items() if value is not None})
    AutoModel.from_config(config).save_pretrained(folder)
    pieces.save_pretrained(folder)
    return folder


def change_json(file: Path, **values: Any) -> None:
    """Set some keys of a JSON object in a file."""
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def change_weights(folder: Path, change: Callable[[Weights], Weights]) -> None:
    """Rewrite the weights of a folder."""
    file = folder / "model.safetensors"
    save_file(change(load_file(file)), file, metadata={"format": "pt"})


def numbered(pieces: list[str]) -> dict[str, int]:
    return {piece: number for number, piece in enumerate(pieces)}
