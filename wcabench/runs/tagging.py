"""Tags of a test set by a trained tagger, asked so that its answers can only depend on the words of each sentence."""

import random
import sys
from collections.abc import Callable, Sequence

import numpy as np

from wcabench.contract import Side, Tagger, Words

Tags = list[str | None]
Progress = Callable[[str, int, int], None]
# Sentences of the first call, which is made again at the end.
REPEATED = 64
# Sentences of the other calls.
CHUNK = 256
# Sentences that are tagged alone, too, and the share of their words whose tag may differ then: a network may round
# otherwise in another batch.
ALONE = 16
TOLERATED = 0.02


class ContractError(ValueError):
    """A tagger that breaks its contract; the message says how."""


def tag(
    tagger: Tagger,
    sentences: Sequence[Words],
    side: Side,
    *,
    transductive: bool = False,
    progress: Progress = lambda *_: None,
) -> list[Tags]:
    """One tag a word of every sentence.

    Sentences come in chunks and in an order of the harness's own, unless the method is transductive. The first chunk is
    asked for again once all the others were, with the global random generators disturbed: a tagger that draws at
    random, or that learns from what it tags, answers otherwise. Some sentences are asked for alone.

    Args:
        tagger: trained.
        sentences: of one test set; an empty one gets no tags.
        side: the language they are in.
        transductive: whether the method declares that it wants all sentences at once.
        progress: called with ("predicting the <side> test", sentences done, sentences in all).

    Raises:
        ContractError: the tagger breaks its contract.
    """
    asked = [number for number, words in enumerate(sentences) if words]
    order = asked if transductive else [asked[i] for i in np.random.default_rng(0).permutation(len(asked))]
    size = len(order) if transductive else REPEATED
    before = _weights(tagger)
    disturb_generators(0)
    chunks = [order[:size], *(order[at : at + CHUNK] for at in range(size, len(order), CHUNK))]
    tags: list[Tags] = [[] for _ in sentences]
    done = 0
    for chunk in filter(None, chunks):
        for number, answer in zip(chunk, _ask(tagger, sentences, chunk, side), strict=True):
            tags[number] = answer
        done += len(chunk)
        progress(f"predicting the {side} test", done, len(order))
    if chunks[0]:
        _check_repeated(tagger, sentences, chunks[0], side, tags)
        if not transductive:
            _check_alone(tagger, sentences, chunks[0][:ALONE], side, tags)
    if _weights(tagger) != before:
        raise ContractError(
            f"{side} test: predict() changed the network's weights: it learns from what it tags"
        )
    return tags


def _weights(tagger: Tagger) -> list[tuple[float, float]]:
    """Two sums over each tensor of the tagger's network: other weights have others. Nothing without a network."""
    torch, network = sys.modules.get("torch"), getattr(tagger, "network", None)
    if torch is None or not isinstance(network, torch.nn.Module):
        return []
    tensors = (value.detach().float() for value in network.state_dict().values())
    return [(float(tensor.sum()), float(tensor.abs().sum())) for tensor in tensors]


def _ask(tagger: Tagger, sentences: Sequence[Words], numbers: Sequence[int], side: Side) -> list[Tags]:
    """The answer to one call, of the right form."""
    answers = [list(tags) for tags in tagger.predict([sentences[n] for n in numbers], side)]
    if len(answers) != len(numbers):
        raise ContractError(f"{side} test: predict() gave {len(answers)} sentences for {len(numbers)}")
    for number, tags in zip(numbers, answers, strict=True):
        if len(tags) != len(sentences[number]):
            raise ContractError(
                f"{side} test, sentence {number + 1}: predict() gave {len(tags)} tags for "
                f"{len(sentences[number])} words"
            )
    return answers


def _check_repeated(
    tagger: Tagger, sentences: Sequence[Words], numbers: Sequence[int], side: Side, tags: list[Tags]
) -> None:
    disturb_generators(1)
    if _ask(tagger, sentences, numbers, side) != [tags[number] for number in numbers]:
        raise ContractError(
            f"{side} test: predict() gave the same {len(numbers)} sentences other tags the second time: it draws at "
            "random, or it changes with what it tags"
        )


def _check_alone(
    tagger: Tagger, sentences: Sequence[Words], numbers: Sequence[int], side: Side, tags: list[Tags]
) -> None:
    alone = [_ask(tagger, sentences, [number], side)[0] for number in numbers]
    words = sum(map(len, alone))
    changed = sum(
        a != b
        for number, answer in zip(numbers, alone, strict=True)
        for a, b in zip(answer, tags[number], strict=True)
    )
    if changed > max(1, TOLERATED * words):
        raise ContractError(
            f"{side} test: predict() gave {changed} of {words} words other tags when their sentences came alone: it "
            "learns from what it tags; a method that is transductive says so in its MethodInfo"
        )


def disturb_generators(number: int) -> None:
    """Leave the global generators in a state made by a number: nothing may depend on where they stand."""
    random.seed(number)
    np.random.seed(number)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(number)
