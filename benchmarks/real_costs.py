"""Cost matrices of real sentences by the packaged encoder: the problems that a training step solves."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from transformers import AutoTokenizer, BertConfig, BertModel
from transformers.utils import logging

from wcabench.config import DataConfig, EncoderConfig, RecipeConfig
from wcabench.contract import SentencePair
from wcabench.data.data_source import DataSource
from wcabench.data.parallel import read_tsv
from wcabench.data.sentences import PairData
from wcabench.data.suites import load_suite
from wcabench.nn.alignment import JointAlignment
from wcabench.nn.alignment_loss import AlignmentLoss
from wcabench.nn.labels import tag_names
from wcabench.nn.network import TaggingNetwork
from wcabench.nn.randomness import Streams
from wcabench.registry import find

LANGUAGES = ("de", "es", "nl", "hy")
PAIRS_A_STEP = 32
LAYERS = 4


def mini_data(language: str = "de") -> PairData:
    """Return the packaged corpus of a pair."""
    suite = load_suite("mini")
    return suite.load(f"en-{language}", DataConfig(), DataSource())


def parallel_text(language: str) -> list[SentencePair]:
    """Return pairs of English and another language: NTREX if WCABENCH_DATA is set, else the packaged corpus."""
    folder = os.environ.get("WCABENCH_DATA")
    if not folder:
        return mini_data(language).parallel
    path = Path(folder) / "open" / "parallel" / f"ntrex.{language}-en.tsv"
    return read_tsv(path, source_column=1, target_column=0).pairs


def mixed_pairs(number: int) -> list[SentencePair]:
    """Return sentence pairs of all languages in turn."""
    texts = [parallel_text(language) for language in LANGUAGES]
    return [pair for together in zip(*texts, strict=False) for pair in together][:number]


def embedded_model(
    precision: str = "fp32", device: str = "cpu", encoder: EncoderConfig | None = None
) -> TaggingNetwork:
    """Return the packaged encoder with the mini suite's settings, or another encoder."""
    torch.manual_seed(0)
    recipe = RecipeConfig(precision=precision)  # type: ignore[arg-type]
    tags = tag_names(("LOC", "MISC", "ORG", "PER"))
    return TaggingNetwork(encoder or load_suite("mini").encoder, recipe, tags, device)


def untrained_encoder(
    folder: Path, *, layers: int = 12, width: int = 768, vocabulary: int = 119_547
) -> EncoderConfig:
    """Write a BERT with random weights and the packaged encoder's pieces to a folder; by default of mBERT's size.

    It is as fast as a trained encoder, but its couplings are meaningless.
    """
    packaged = load_suite("mini").encoder
    AutoTokenizer.from_pretrained(packaged.name).save_pretrained(folder)
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=width // 64,
        intermediate_size=4 * width,
        attention_probs_dropout_prob=0.0,
    )
    logging.disable_progress_bar()
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return replace(packaged, name=str(folder), revision=None, layers=None)


def aligner(model: TaggingNetwork, layers: str | None = None) -> JointAlignment:
    """Return the method whose couplings are measured; by default on the last four layers, without the embeddings."""
    method: JointAlignment = find("wca-hard").load()(layers=layers or f"last-{min(LAYERS, model.depth)}")
    return method


@torch.no_grad()
def step_costs(
    model: TaggingNetwork, pairs: Sequence[SentencePair], layers: str | None = None
) -> list[torch.Tensor]:
    """Return the problems of a training step, one for each pair and layer, [n_s, n_t] in float32."""
    model.eval()
    loss = AlignmentLoss(aligner(model, layers), pairs, model, RecipeConfig(), Streams(0))
    costs = loss.costs(model, list(range(len(pairs))))
    return [layer.clone() for cost in costs.by_layer for layer in cost]


def steps_of(model: TaggingNetwork, number: int) -> list[list[torch.Tensor]]:
    """Return the problems of several steps; no pair is in two steps."""
    pairs = mixed_pairs(number * PAIRS_A_STEP)
    return [
        step_costs(model, pairs[start : start + PAIRS_A_STEP])
        for start in range(0, len(pairs) - PAIRS_A_STEP + 1, PAIRS_A_STEP)
    ]
