"""IOB2 tags, and their numbers as arrays hold them."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from wcabench.errors import UserError

Tag = str | None  # None: the method gave no prediction for that word


def split_tag(tag: Tag) -> tuple[str, str]:
    """Prefix ("O", "B", "I") and entity type of a tag; the type of O, and of None (no prediction), is empty.

    Raises:
        UserError: the tag is not O, B-X or I-X.
    """
    if tag is None or tag == "O":
        return "O", ""
    prefix, _, kind = tag.partition("-") if isinstance(tag, str) else ("", "", "")
    if prefix not in ("B", "I") or not kind:
        raise UserError(f"malformed tag {tag!r}: IOB2 has O, B-TYPE and I-TYPE only")
    return prefix, kind


class TagIds(dict[Tag, int]):
    """Tag -> id: O and None are 0, B of type t is 1 + 2t, I of type t is 2 + 2t.

    Attributes:
        types: the entity types by number; with `types=None` each new type is added as its tag is first met.
    """

    def __init__(self, types: Sequence[str] | None) -> None:
        super().__init__({"O": 0, None: 0})
        self.types = list(types or ())
        self._accepts_new_types = types is None

    def __missing__(self, tag: Tag) -> int:
        prefix, kind = split_tag(tag)
        if kind not in self.types:
            if not self._accepts_new_types:
                raise UserError(f"tag {tag!r}: its type is not among {', '.join(self.types) or 'no types'}")
            self.types.append(kind)
        self[tag] = 2 * self.types.index(kind) + (1 if prefix == "B" else 2)
        return self[tag]

    def of(self, tags: Iterable[Tag], n_words: int) -> NDArray[np.int32]:
        """Ids of these tags, [n_words].

        Raises:
            UserError: a malformed tag, or a type that is not among `types`.
        """
        return np.fromiter(map(self.__getitem__, tags), np.int32, n_words)
