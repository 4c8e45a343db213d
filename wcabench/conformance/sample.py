"""The data and the encoder that the kit trains with: a few sentences of the packaged suite, and a tiny new encoder."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from wcabench.contract import SLOTS, Languages, Need, SentencePair
from wcabench.data.data_source import DataSource
from wcabench.data.sentences import PairData
from wcabench.data.slot_items import DictionaryEntry
from wcabench.data.suites import load_suite
from wcabench.nn.training_data import TrainingData

SUITE, PAIR = "mini", "en-nl"
LABELLED, PARALLEL, TAGGED = 12, 12, 8
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
# Longer words are cut into letters, so that some words have several pieces.
LONGEST_WHOLE = 7
# As deep as BERT base: a method whose layers are "9-12" by default finds them.
DEPTH = 12
MAX_LENGTH = 256


def sample() -> PairData:
    """Return the first sentences of one pair of `mini`, with data for missing slots made from its parallel text."""
    suite = load_suite(SUITE)
    data = suite.load(PAIR, suite.data, DataSource(offline=True))
    pairs = [SentencePair(pair.source, pair.target) for pair in data.parallel[:PARALLEL]]
    return replace(
        data,
        train=data.train[:LABELLED],
        source_dev=data.source_dev[:TAGGED],
        source_test=[],
        target_dev=data.target_dev[:TAGGED],
        target_test=data.target_test[:TAGGED],
        target_text=[pair.target for pair in pairs],
        parallel=pairs,
        dictionary=[DictionaryEntry(pair.source[0], pair.target[0]) for pair in pairs],
    )


def training_data(data: PairData, needs: Collection[Need]) -> TrainingData:
    """Return the training data that a method with these needs gets from the sample."""
    links = [tuple((i, i) for i in range(min(map(len, (p.source, p.target))))) for p in data.parallel]
    made_up: dict[Need, Any] = {
        "source-dev": data.source_dev,
        "monolingual": [pair.source for pair in data.parallel],
        "links": links,
    }
    slots = {need: made_up[need] if need in made_up else data.slot(need) for need in needs}
    on_target = any(SLOTS[need].target_side for need in needs)
    return TrainingData(data.types, slots, Languages(*PAIR.split("-")) if on_target else None)


def save_tiny_encoder(data: PairData, folder: Path) -> None:
    """Save a BERT of width 32 with random weights, and a tokenizer that knows every letter of the sample."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    vocabulary = _vocabulary(data)
    tokenizer = Tokenizer(models.WordPiece({p: i for i, p in enumerate(vocabulary)}, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    names = dict(zip(("pad", "unk", "cls", "sep", "mask"), SPECIAL, strict=True))
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, **{f"{name}_token": piece for name, piece in names.items()}
    )
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=DEPTH,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=MAX_LENGTH,
        pad_token_id=0,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertModel(config).save_pretrained(folder)
    fast.save_pretrained(folder)


def _vocabulary(data: PairData) -> list[str]:
    labelled = [*data.train, *data.source_dev, *data.target_test]
    sentences = [s.words for s in labelled] + [side for p in data.parallel for side in (p.source, p.target)]
    words = {word for sentence in sentences for word in sentence}
    letters = sorted({letter for word in words for letter in word})
    whole = {word for word in words if 1 < len(word) <= LONGEST_WHOLE}
    return [*SPECIAL, *letters, *(f"##{letter}" for letter in letters), *sorted(whole)]
