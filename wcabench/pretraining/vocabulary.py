"""The cased WordPiece vocabulary, trained on all languages at once."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

from wcabench.pretraining.settings import VocabularyConfig
from wcabench.pretraining.text import Texts

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
# Rarer characters are left out of the vocabulary: texts contain names in the scripts of other languages.
LEAST_CHARACTERS = 20


def train_tokenizer(texts: Texts, config: VocabularyConfig) -> Any:
    """Train a `transformers.PreTrainedTokenizerFast` on the sampled sentences of all languages.

    The trainer chooses at random between pieces of equal count, so two calls may differ in some pieces.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106 (a piece, not a secret)
    tokenizer.normalizer = normalizers.BertNormalizer(
        lowercase=False, strip_accents=False, handle_chinese_chars=False
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    characters = Counter(c for language in texts.plain for s in texts.sentences(language) for c in s)
    trainer = trainers.WordPieceTrainer(
        vocab_size=config.size,
        special_tokens=SPECIAL,
        limit_alphabet=sum(number >= LEAST_CHARACTERS for number in characters.values()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_sampled(texts, config.sampling), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")],
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token="[PAD]",  # noqa: S106
        unk_token="[UNK]",  # noqa: S106
        cls_token="[CLS]",  # noqa: S106
        sep_token="[SEP]",  # noqa: S106
        mask_token="[MASK]",  # noqa: S106
    )


def _sampled(texts: Texts, power: float) -> Iterator[str]:
    """Iterate over sentences of all languages; small languages are read several times, in whole and partial passes."""
    sizes = {language: sum(map(len, texts.sentences(language))) for language in texts.plain}
    largest = max(sizes.values())
    chooser = random.Random(0)  # noqa: S311 (no secret)
    for language, size in sizes.items():
        passes = (largest / size) ** (1 - power)
        for sentence in texts.sentences(language):
            for _ in range(int(passes) + (chooser.random() < passes % 1)):
                yield sentence
