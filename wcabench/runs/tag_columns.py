"""What a cell predicted as a column file: word, gold tag and predicted tag, which conlleval reads too."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wcabench.errors import UserError
from wcabench.runs.tags_file import Tags

if TYPE_CHECKING:
    from wcabench.contract import Sentence


def tag_lines(gold: "list[Sentence]", predicted: list[Tags]) -> Iterator[str]:
    """One line a word, with tabs between the columns, and an empty line after each sentence.

    Args:
        gold: sentences of the test set that the cell was scored on.
        predicted: the cell's tags; a word without a prediction is O, as in the score.

    Raises:
        UserError: the tags are not those of these sentences.
    """
    if [len(sentence.words) for sentence in gold] != [len(tags) for tags in predicted]:
        raise UserError("the predicted tags that the cell kept do not fit the sentences of the test set")
    for sentence, tags in zip(gold, predicted, strict=True):
        for word, gold_tag, tag in zip(sentence.words, sentence.tags, tags, strict=True):
            yield f"{word}\t{gold_tag}\t{tag or 'O'}"
        yield ""
