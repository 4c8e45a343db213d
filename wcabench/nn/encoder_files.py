"""The files of an encoder's folder: those that decide piece ids and states, and the settings that are refused."""

import json
import stat
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from wcabench.errors import UserError, require

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
# Names of vocabulary files, of every kind of tokenizer that transformers reads.
VOCABULARIES = (
    "tokenizer.json",
    "tokenizer.*.json",  # one for each range of versions
    "tekken.json",
    "vocab*",
    "*vocab.json",
    "dict.txt",
    "byte_maps.json",
    "*.model",
    "*.spm",
    "*.tiktoken",
    "*.tokenizer",
)
# Other files that change which ids a text gets.
TOKENIZER_SETTINGS = (
    "tokenizer_config.json",
    "added_tokens.json",
    "special_tokens_map.json",
    "merges*",
    "bpe.codes",
    "emoji.json",
    "normalizer.json",
    "word_*.json",
)
# Tokenizers that read characters or bytes, and so have no vocabulary.
WITHOUT_VOCABULARY = ("ByT5Tokenizer", "CanineTokenizer", "PerceiverTokenizer")
# The largest file of settings that is read, in bytes.
MOST_BYTES = 1 << 28
# More layers, groups of layers or experts than any encoder has; building them would take forever.
MOST_LAYERS = 4096
ATTENTION = ("eager", "sdpa")


def identifying_files(folder: Path) -> list[Path]:
    """Return the files of a folder that decide piece ids or states, sorted: configuration, tokenizer, weights in use.

    Raises:
        UserError: the folder, its configuration, its tokenizer or its weights are missing or not regular files.
    """
    require(folder.is_dir(), f"encoder {folder}: no such folder")
    wanted = f"encoder {folder}: no {CONFIG}; wanted a folder written by `save_pretrained`"
    require((folder / CONFIG).exists(), wanted)
    return sorted({_regular(folder / CONFIG), *weight_files(folder), *_tokenizer_files(folder)})


def weight_files(folder: Path) -> list[Path]:
    """Return the files that the weights are read from: one file, or an index and its shards.

    Raises:
        UserError: the folder has no weights, or the index names a shard that is not in the folder.
    """
    for file in folder.iterdir():
        if fnmatch(file.name, "adapter_config.json") or fnmatch(file.name, "shard-*-model-*.safetensors"):
            raise UserError(
                f"encoder {file}: adapters and distributed checkpoints are not read; merge them into the model and "
                "write it with `save_pretrained`"
            )
    if (folder / WEIGHTS).exists():
        return [_regular(folder / WEIGHTS)]
    require(
        (folder / INDEX).exists(),
        f"encoder {folder}: no weights (*.safetensors); pickled weights are never loaded, and nothing is "
        "run on random ones: save the model with `save_pretrained(..., safe_serialization=True)`",
    )
    return [folder / INDEX, *_shards(folder)]


def read_settings(file: Path) -> dict[str, Any]:
    """Read a JSON object; {} where the file does not exist.

    Raises:
        UserError: the file is not a regular file, is too large, or does not hold a JSON object.
    """
    if not file.exists():
        return {}
    size = _regular(file).stat().st_size
    require(size <= MOST_BYTES, f"encoder {file}: {size} bytes; settings are never that long")
    try:
        table = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"encoder {file}: cannot be read: {one_line(error)}") from error
    require(isinstance(table, dict), f"encoder {file}: is no JSON object, but a {type(table).__name__}")
    return table  # type: ignore[no-any-return]


def check_settings(folder: Path) -> None:
    """Refuse settings that ask for remote code, for unsupported weights, or for impossibly many layers.

    Raises:
        UserError: such a setting was found; the file and the key are named.
    """
    config = read_settings(folder / CONFIG)
    for file, table in (
        (CONFIG, config),
        ("tokenizer_config.json", read_settings(folder / "tokenizer_config.json")),
    ):
        require(
            not table.get("auto_map"),
            f"encoder {folder / file}: auto_map asks for code that comes with the encoder, which is never run; where "
            "transformers' own class is the same model, take auto_map out of a copy of the folder",
        )
    _check_config(folder / CONFIG, config)
    tokenizer = folder / "tokenizer.json"
    if tokenizer.exists():
        with _regular(tokenizer).open("rb") as stream:
            start = stream.read(64).lstrip()
        require(start.startswith(b"{"), f"encoder {tokenizer}: is no JSON object")


def one_line(error: BaseException, most: int = 240) -> str:
    """Return another library's error as one line of printable text, with its class where the message is unclear."""
    text = printable(" ".join(str(error).split()))
    says_enough = isinstance(error, OSError | ValueError | RuntimeError | ImportError) or "alidation" in text
    if not says_enough or not text:
        text = f"{type(error).__name__}: {text}".rstrip(": ")
    return text if len(text) <= most else text[: most - 3] + "..."


def printable(text: str) -> str:
    """Return a foreign text with line ends, control sequences and lone surrogates shown as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _check_config(file: Path, config: dict[str, Any]) -> None:
    for key, value in _entries(config):
        require(
            key not in ("attn_implementation", "_attn_implementation") or value in (None, *ATTENTION),
            f"encoder {file}: {key} asks for attention code that is fetched or compiled; wanted one of "
            f"{', '.join(ATTENTION)}",
        )
        require(
            key not in ("quantization_config", "transformers_weights", "experts_implementation") or not value,
            f"encoder {file}: {key} is not supported; wanted plain weights in {WEIGHTS} or {INDEX}",
        )
        large = isinstance(value, int) and value > MOST_LAYERS
        counts = any(part in key for part in ("layer", "group", "block", "expert"))
        require(not (large and counts), f"encoder {file}: {key} is {str(value)[:20]}, which is out of range")


def _entries(table: dict[str, Any], depth: int = 0) -> list[tuple[str, Any]]:
    """Return (key, value) of a table and of the tables nested in it."""
    entries = list(table.items())
    if depth < 8:
        for value in table.values():
            if isinstance(value, dict):
                entries += _entries(value, depth + 1)
    return entries


def _tokenizer_files(folder: Path) -> list[Path]:
    names = [file.name for file in folder.iterdir() if not file.is_dir()]
    vocabularies = _matching(names, VOCABULARIES)
    kind = read_settings(folder / "tokenizer_config.json").get("tokenizer_class")
    require(
        bool(vocabularies) or kind in WITHOUT_VOCABULARY,
        f"encoder {folder}: no tokenizer ({', '.join(VOCABULARIES)}); every word would be unknown: save the "
        "model's tokenizer beside it with `save_pretrained`",
    )
    return [_regular(folder / name) for name in vocabularies | _matching(names, TOKENIZER_SETTINGS)]


def _matching(names: list[str], patterns: tuple[str, ...]) -> set[str]:
    return {name for name in names if any(fnmatch(name, pattern) for pattern in patterns)}


def _shards(folder: Path) -> list[Path]:
    index = read_settings(folder / INDEX)
    table = index.get("weight_map")
    names = set(table.values()) if isinstance(table, dict) and all(map(_is_name, table.values())) else set()
    require(bool(names), f"encoder {folder / INDEX}: weight_map does not say in which file each weight is")
    for name in sorted(names):
        require((folder / name).exists(), f"encoder {folder}: {name} is missing, which {INDEX} names")
    return [_regular(folder / name) for name in names]


def _is_name(name: Any) -> bool:
    """Whether this is the name of a safetensors file in the folder itself, not in another one."""
    return isinstance(name, str) and fnmatch(name, "*.safetensors") and "/" not in name and "\0" not in name


def _regular(file: Path) -> Path:
    """Return the file, or refuse it where it is not a regular one: reading a pipe might never end."""
    try:
        is_regular = stat.S_ISREG(file.stat().st_mode)
    except OSError as error:
        raise UserError(f"encoder {file}: cannot be read: {error.strerror}") from error
    require(is_regular, f"encoder {file}: is no regular file")
    return file
