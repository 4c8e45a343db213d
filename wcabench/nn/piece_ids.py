"""Checks that an encoder has an embedding for every piece id that its tokenizer gives, and that these are its own."""

from pathlib import Path
from typing import Any

from wcabench.errors import require
from wcabench.nn.pieces import PieceTable, special_pieces
from wcabench.nn.weights import first_few

# Words that are tokenised in a trial: letters of several scripts, signs, texts like special pieces, invisible ones.
TRIAL_WORDS = ("Oslo", "é", "Ж", "の", "👩", "don't", "3.5", "[SEP]", "</s>", "\u200b", "\x00")

# Words that a tokenizer cuts into several pieces, with capital letters and accents, which some take away.
LONG_WORDS = (
    "Internationalisation",
    "unbelievable",
    "Éléphants",
    "thethethethethethethe",
    "Straßenbahnhaltestelle",
)


def check_ids(tokenizer: Any, rows: int | None) -> None:
    """Refuse a tokenizer that gives ids beyond the embedding table.

    Special tokens are not checked, except those around a sentence: text is never tokenised into the others.

    Args:
        tokenizer: a `transformers` tokenizer.
        rows: number of rows of the embedding table; None: unknown, and only the tokenizer itself is tried.

    Raises:
        UserError: an id is too large, or the tokenizer has no piece for the end of a sentence.
    """
    if rows is None:
        PieceTable(tokenizer, 8).add([TRIAL_WORDS])
        return
    unknown = tokenizer.unk_token_id
    if unknown is not None and unknown >= rows and not _gives_unknown(tokenizer):
        # The tokenizer's class added an unknown piece that the model has no embedding for and that no text gives.
        tokenizer.unk_token = None
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


def check_pieces(tokenizer: Any, folder: Path) -> None:
    """Refuse a tokenizer that cuts words by chance, or otherwise than its tokenizer.json does.

    Where tokenizer_config.json is missing, transformers guesses the settings by the kind of model, and may write
    everything in small letters although tokenizer.json does not.

    Args:
        tokenizer: a `transformers` tokenizer.
        folder: the folder that it was loaded from.

    Raises:
        UserError: it does so.
    """
    cuts = [_cut(tokenizer) for _ in range(8)]
    require(
        cuts.count(cuts[0]) == len(cuts),
        'its tokenizer cuts words by chance, so no number could be had again; set "dropout" to null in tokenizer.json',
    )
    saved = folder / "tokenizer.json"
    if saved.exists() and not (folder / "tokenizer_config.json").exists():
        from tokenizers import Tokenizer

        own = Tokenizer.from_file(str(saved))
        own.no_truncation()
        own.no_padding()
        require(
            cuts[0] == [own.encode(word, add_special_tokens=False).ids for word in LONG_WORDS],
            "without tokenizer_config.json its tokenizer is read with other settings than tokenizer.json has; add that "
            "file, or save the tokenizer with `save_pretrained`",
        )


def _cut(tokenizer: Any) -> list[list[int]]:
    """Return the pieces of the trial words, cut anew."""
    return list(tokenizer(list(LONG_WORDS), add_special_tokens=False)["input_ids"])


def _gives_unknown(tokenizer: Any) -> bool:
    """Whether the tokenizer turns some texts into its unknown piece."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    return backend is None or getattr(backend.model, "unk_token", tokenizer.unk_token) is not None
