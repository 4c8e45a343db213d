"""Which layers an alignment reads, as people write them."""

import re

from wcabench.errors import require

FORM = re.compile(r"last-(?P<last>\d+)|(?P<low>\d+)-(?P<high>\d+)|(?P<each>\d+(,\d+)*)")


def check_form(spec: str, where: str) -> re.Match[str]:
    """The parts of "last-4", "9-12", "8" or "1,8,12".

    Raises:
        UserError: none of these forms; `where` is the option's name.
    """
    match = FORM.fullmatch(spec)
    require(match is not None, f"{where}: '{spec}' is not of the form last-4, 9-12, 8 or 1,8,12")
    assert match is not None
    return match


def layer_numbers(spec: str, depth: int, where: str) -> list[int]:
    """Numbers of hidden states: 0 is the embeddings, 1 the first transformer layer, `depth` the last.

    Args:
        spec: see `check_form`.
        depth: transformer layers of the encoder.
        where: the option's name, for the error.

    Raises:
        UserError: not one of the forms, or a layer that the encoder does not have.
    """
    parts = check_form(spec, where)
    if parts["last"]:
        numbers = list(range(depth - int(parts["last"]) + 1, depth + 1))
    elif parts["low"]:
        numbers = list(range(int(parts["low"]), int(parts["high"]) + 1))
    else:
        numbers = [int(n) for n in parts["each"].split(",")]
    require(
        bool(numbers) and min(numbers) >= 0 and max(numbers) <= depth,
        f"{where}: '{spec}' asks for layers that an encoder of {depth} layers does not have",
    )
    return numbers
