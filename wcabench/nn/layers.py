"""Parses the layer option of alignment methods."""

import re

from wcabench.errors import require

_NUMBER = "[0-9]{1,4}"  # no encoder has ten thousand layers
FORM = re.compile(
    rf"last-(?P<last>{_NUMBER})|(?P<low>{_NUMBER})-(?P<high>{_NUMBER})|(?P<listed>{_NUMBER}(,{_NUMBER})*)"
)


def check_form(spec: str, where: str) -> re.Match[str]:
    """Match a layer option: "last-4", "9-12", "8" or "1,8,12".

    Raises:
        UserError: `spec` has none of these forms; the message begins with `where`, the option's name.
    """
    match = FORM.fullmatch(spec)
    require(match is not None, f"{where}: '{spec[:60]}' is not of the form last-4, 9-12, 8 or 1,8,12")
    assert match is not None
    return match


def layer_numbers(spec: str, depth: int, where: str) -> list[int]:
    """Return the numbers of the hidden states: 0 is the embeddings, 1 the first transformer layer, `depth` the last.

    Args:
        spec: the option's value; see `check_form`.
        depth: number of transformer layers of the encoder.
        where: the option's name, for the error.

    Raises:
        UserError: the value has none of these forms, or names a layer that the encoder does not have.
    """
    parts = check_form(spec, where)
    if parts["last"]:
        numbers = list(range(depth - int(parts["last"]) + 1, depth + 1))
    elif parts["low"]:
        numbers = list(range(int(parts["low"]), int(parts["high"]) + 1))
    else:
        numbers = [int(n) for n in parts["listed"].split(",")]
    require(
        bool(numbers) and min(numbers) >= 0 and max(numbers) <= depth,
        f"{where}: '{spec[:60]}' asks for layers that an encoder of {depth} layers does not have",
    )
    return numbers
