"""Fixtures for every part: no network, and a tiny random encoder in a temporary folder (for behaviour, never an F1)."""

import gc
import os
import random
import sys
from pathlib import Path

import hypothesis
import pytest

from wcabench.contract import Sentence, SentencePair
from wcabench.data.columns import write_columns
from wcabench.data.sentences import PairData

# Test modules are not packages, so shared modules are imported from this folder.
sys.path.append(str(Path(__file__).parent))

# Small matrices are slower on several threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# No deadline: the time of an example depends on the machine's load.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

ENGLISH = tuple("the old man saw a red house in Paris today with Anna and two dogs from Acme Corp".split())  # noqa: SIM905
TARGET = tuple("de oude man zag een rood huis in Parijs vandaag met Anna en twee honden van Acme NV".split())  # noqa: SIM905
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
TINY_SUITE = """
[suite]
name = "tiny"
types = ["LOC", "ORG", "PER"]

[recipe]
batch_size = 8
pair_batch_size = 8
max_length = 32

[source]
train = { path = "train.conll" }
test = { path = "test.en.conll" }

[pairs.en-nl]
target = { test = { path = "test.nl.conll" } }
parallel = { path = "pairs.tsv" }
"""


@pytest.fixture(autouse=True)
def no_network(socket_disabled):
    """No test reaches the network: pytest-socket refuses every connection."""


@pytest.fixture(scope="module", autouse=True)
def quick_collections():
    """Keep what is loaded out of the garbage collector's sight: each cell of a run collects, .2 s with all of it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_choices_of_the_user(monkeypatch):
    """Unset the environment variables of the user that would change results folder, suite or encoder."""
    for name in ("WCABENCH_RESULTS", "WCABENCH_SUITE", "WCABENCH_ENCODER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory) -> Path:
    """The folder of a BERT of four layers and width 32 with random weights."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    letters = sorted({c for w in ENGLISH + TARGET for c in w})
    vocabulary = PIECES + letters + [f"##{c}" for c in letters] + sorted({*ENGLISH, *TARGET} - set(letters))
    tokenizer = Tokenizer(models.WordPiece({p: i for i, p in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=130,
        pad_token_id=0,
    )
    folder = tmp_path_factory.mktemp("encoder") / "tiny"
    torch.manual_seed(0)
    BertModel(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_data() -> PairData:
    """Forty invented sentences in each set, three entity types, and word-by-word translations."""
    chooser = random.Random(3)
    tags = {
        "Paris": "B-LOC",
        "Anna": "B-PER",
        "Acme": "B-ORG",
        "Corp": "I-ORG",
        "Parijs": "B-LOC",
        "NV": "I-ORG",
    }

    def sentence(words: tuple[str, ...]) -> Sentence:
        return Sentence(words, tuple(tags.get(w, "O") for w in words))

    def sides() -> tuple[Sentence, Sentence]:
        start = chooser.randrange(0, 8)
        stop = chooser.randrange(start + 5, len(ENGLISH) + 1)
        stop = stop + 1 if stop == len(ENGLISH) - 1 else stop  # never cut a name in half
        return sentence(ENGLISH[start:stop]), sentence(TARGET[start:stop])

    sets = [[sides() for _ in range(40)] for _ in range(4)]
    return PairData(
        suite="tiny",
        pair="en-nl",
        types=("LOC", "ORG", "PER"),
        train=[s for s, _ in sets[0]],
        source_dev=[s for s, _ in sets[1]],
        source_test=[s for s, _ in sets[2]],
        target_dev=[t for _, t in sets[1]],
        target_test=[t for _, t in sets[2]],
        target_text=[t.words for _, t in sets[3]],
        parallel=[SentencePair(s.words, t.words) for s, t in sets[3]],
        dictionary=[],
        sha256={},
    )


@pytest.fixture
def tiny_suite(tiny_data: PairData, tmp_path: Path) -> Path:
    """The TOML file of a user's suite with the sentences of `tiny_data`."""
    write_columns(tmp_path / "train.conll", tiny_data.train)
    write_columns(tmp_path / "test.en.conll", tiny_data.source_test)
    write_columns(tmp_path / "test.nl.conll", tiny_data.target_test)
    pairs = (f"{' '.join(pair.source)}\t{' '.join(pair.target)}\n" for pair in tiny_data.parallel)
    (tmp_path / "pairs.tsv").write_text("".join(pairs))
    path = tmp_path / "tiny.toml"
    path.write_text(TINY_SUITE)
    return path
