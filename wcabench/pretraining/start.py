"""Initial weights of a pretraining: an English encoder's layers, and embeddings aligned through the parallel text.

The start encoder has its own English pieces. An English word gets the mean of its pieces' embeddings there. A word of
another language gets the mean of the English words that it is linked to in the parallel text, weighted by frequency. A
piece of the new vocabulary gets the mean of the words that it occurs in. So a foreign word starts near its
translations, and the copied layers can read it as they read English.

Alternatively, an encoder that was pretrained before gives pieces, embeddings and bottom layers, and the start encoder's
layers are put on top (progressive stacking, Gong et al. 2019, but with another encoder's layers instead of copies).
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from wcabench.nn.randomness import seed_torch
from wcabench.pretraining.links import Words, link_words, word_cutter
from wcabench.pretraining.settings import Pretraining
from wcabench.pretraining.start_encoder import check_start, copied_layers, load_start
from wcabench.pretraining.text import Texts

log = logging.getLogger(__name__)
Vectors = dict[str, np.ndarray]


def new_model(settings: Pretraining, tokenizer: Any, texts: Texts) -> Any:
    """Build the `transformers.BertForMaskedLM` of `settings.model` with its initial weights.

    Raises:
        UserError: the start encoder, or the one it grows from, cannot be found or used, or has another shape.
    """
    from transformers import BertConfig, BertForMaskedLM

    check_start(settings)
    model, training = settings.model, settings.training
    seed_torch(training.seed, "weights")
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=model.width,
        num_hidden_layers=model.layers,
        num_attention_heads=model.heads,
        intermediate_size=model.inner,
        max_position_embeddings=model.positions,
        hidden_dropout_prob=training.dropout,
        attention_probs_dropout_prob=training.dropout,
        pad_token_id=tokenizer.pad_token_id,
    )
    fresh = BertForMaskedLM(config)
    grown = 0 if settings.grown_from is None else _grow(fresh, settings.grown_from)
    if settings.start is not None:
        _copy(fresh, settings, tokenizer, texts, grown)
    return fresh


@torch.no_grad()
def _grow(fresh: Any, name: str) -> int:
    """Copy embeddings and layers of the encoder that was pretrained before; return the number of layers."""
    older: Any = load_start(name)[0]
    layers, bert = older.encoder.layer, fresh.bert
    bert.embeddings.load_state_dict(older.embeddings.state_dict())
    for layer, given in zip(bert.encoder.layer, layers, strict=False):
        layer.load_state_dict(given.state_dict())
    return len(layers)


@torch.no_grad()
def _copy(fresh: Any, settings: Pretraining, tokenizer: Any, texts: Texts, grown: int) -> None:
    """Copy the start encoder's layers above the first `grown` ones, and its embeddings if `grown` is 0."""
    assert settings.start is not None
    start: Any
    start, start_tokenizer = load_start(settings.start)
    bert = fresh.bert
    above = bert.encoder.layer[grown:]
    wanted = copied_layers(settings, grown)
    for layer, number in zip(above, wanted, strict=True):
        layer.load_state_dict(start.encoder.layer[number - 1].state_dict())
    if grown:
        return
    bert.embeddings.LayerNorm.load_state_dict(start.embeddings.LayerNorm.state_dict())
    bert.embeddings.token_type_embeddings.weight.copy_(start.embeddings.token_type_embeddings.weight)
    positions = settings.model.positions
    bert.embeddings.position_embeddings.weight.copy_(start.embeddings.position_embeddings.weight[:positions])
    table = start.embeddings.word_embeddings.weight.numpy()
    embeddings = piece_embeddings(tokenizer, texts, start_tokenizer, table)
    bert.embeddings.word_embeddings.weight.copy_(torch.from_numpy(embeddings))


def piece_embeddings(tokenizer: Any, texts: Texts, start: Any, table: np.ndarray) -> np.ndarray:
    """Return embeddings of the new pieces in the start encoder's space, [pieces, d], float32.

    Args:
        tokenizer: the new tokenizer.
        texts: the text; its parallel part links the languages.
        start: the start encoder's tokenizer.
        table: the start encoder's embeddings. [start's pieces, d]
    """
    cut = word_cutter(tokenizer)
    first = next(iter(texts.plain))
    known = {
        language: Counter(w for s in texts.sentences(language) for w in cut(s)) for language in texts.plain
    }
    english = _start_vectors(start, list(known[first]), table)
    sums = np.zeros((len(tokenizer), table.shape[1]))
    weights = np.zeros(len(tokenizer))
    for language, counts in known.items():
        vectors = english if language == first else _linked(texts.pairs[language], english, cut)
        log.info("start: %d of %d %s words have an embedding", len(vectors), len(counts), language)
        _add_pieces(tokenizer, vectors, counts, sums, weights)
    for token in ("cls_token", "sep_token", "mask_token", "pad_token", "unk_token"):
        new, old = getattr(tokenizer, f"{token}_id"), getattr(start, f"{token}_id")
        sums[new], weights[new] = table[old], 1.0
    known_piece = weights > 0
    log.info("start: %d of %d pieces have an embedding", known_piece.sum(), len(known_piece))
    embeddings = sums / np.maximum(weights, 1e-12)[:, None]
    norm = float(np.linalg.norm(table, axis=1).mean())
    embeddings *= (norm / np.maximum(np.linalg.norm(embeddings, axis=1), 1e-12))[:, None]
    rng = np.random.default_rng(0)
    spread = embeddings[known_piece].std(0)
    noise = rng.normal(size=(int((~known_piece).sum()), table.shape[1]))
    embeddings[~known_piece] = embeddings[known_piece].mean(0) + noise * spread
    return embeddings.astype(np.float32)


def _start_vectors(start: Any, words: Words, table: np.ndarray) -> Vectors:
    id_lists = start(words, add_special_tokens=False)["input_ids"]
    return {word: table[ids].mean(0) for word, ids in zip(words, id_lists, strict=True) if ids}


def _linked(pairs: list[tuple[str, str]], english: Vectors, cut: Callable[[str], Words]) -> Vectors:
    """Return for each word the mean vector of the English words that it is linked to."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for pair in link_words(pairs, cut):
        for i, j in pair.links:
            if pair.first[i] in english:
                counts[pair.words[j]][pair.first[i]] += 1
    return {
        word: np.average([english[e] for e in linked], axis=0, weights=list(linked.values()))
        for word, linked in counts.items()
    }


def _add_pieces(
    tokenizer: Any, vectors: Vectors, counts: Counter[str], sums: np.ndarray, weights: np.ndarray
) -> None:
    """Add each word's vector to its pieces, with less weight where the word has more pieces."""
    words = list(vectors)
    id_lists = tokenizer(words, add_special_tokens=False)["input_ids"]
    for word, ids in zip(words, id_lists, strict=True):
        weight = counts[word] / len(ids) ** 2 if ids else 0.0
        for piece in ids:
            sums[piece] += weight * vectors[word]
            weights[piece] += weight
