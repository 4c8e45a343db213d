import numpy as np
import pytest

from wcabench.pretraining.settings import TextConfig, TrainingConfig, VocabularyConfig
from wcabench.pretraining.stream import Stream
from wcabench.pretraining.text import read_texts
from wcabench.pretraining.vocabulary import train_tokenizer

CONFIG = TextConfig(languages=("en", "xx", "yy"), held_out=20)
TRAINING = TrainingConfig(batch_tokens=2000, masked=0.2, translated=0.5)


@pytest.fixture(scope="module")
def made(text):
    texts = read_texts(text, CONFIG)
    tokenizer = train_tokenizer(texts, VocabularyConfig(size=90))
    return tokenizer, Stream(tokenizer, texts, CONFIG, TRAINING)


def test_the_batch_of_a_step_is_made_by_its_number_alone(made):
    _, stream = made
    first, other = stream.batch(3), stream.batch(4)
    again = stream.batch(3)
    assert first.sequences == again.sequences and (first.positions == again.positions).all()
    assert first.sequences != other.sequences


def test_a_batch_has_about_the_tokens_and_the_share_of_pairs_that_are_asked_for(made):
    _, stream = made
    plain = paired = 0
    for step in range(20):
        batch = stream.batch(step)
        for group in batch.groups:
            size = sum(len(batch.sequences[i]) for i in group)
            paired, plain = (paired + size, plain) if len(group) == 2 else (paired, plain + size)
    assert pytest.approx(plain + paired, rel=0.05) == 20 * 2000
    assert paired / (plain + paired) == pytest.approx(0.5, abs=0.05)


def test_whole_words_are_hidden_and_what_is_wanted_is_what_stood_there(made):
    tokenizer, stream = made
    batch = stream.batch(0)
    special = set(tokenizer.all_special_ids)
    hidden = {(int(s), int(p)): int(w) for (s, p), w in zip(batch.positions, batch.wanted, strict=True)}
    assert not special & set(hidden.values())
    originals = [list(ids) for ids in batch.sequences]
    for (sequence, place), wanted in hidden.items():
        originals[sequence][place] = wanted
    for sequence, ids in enumerate(originals):
        assert tokenizer.mask_token_id not in ids
        for place in range(1, len(ids) - 1):
            if stream.continues[ids[place]]:  # a word is hidden with all its pieces
                assert ((sequence, place) in hidden) == ((sequence, place - 1) in hidden)
    shown = np.array([batch.sequences[s][p] for s, p in hidden])
    assert np.mean(shown == tokenizer.mask_token_id) == pytest.approx(0.8, abs=0.06)
    words = sum(not stream.continues[i] and i not in special for ids in originals for i in ids)
    starts = sum(not stream.continues[w] for w in hidden.values())
    assert starts / words == pytest.approx(0.2, abs=0.05)
