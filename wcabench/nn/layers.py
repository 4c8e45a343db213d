"""Which layers an alignment reads, as people write them."""

import re

from wcabench.errors import UserError


def layer_numbers(spec: str, depth: int, where: str) -> list[int]:
    """Numbers of hidden states: 0 is the embeddings, 1 the first transformer layer, `depth` the last.

    Args:
        spec: "last-4", "9-12", "8" or "1,8,12".
        depth: transformer layers of the encoder.
        where: the option's name, for the error.

    Raises:
        UserError: not one of these forms, or a layer that the encoder does not have.
    """
    if match := re.fullmatch(r"last-(\d+)", spec):
        numbers = list(range(depth - int(match[1]) + 1, depth + 1))
    elif match := re.fullmatch(r"(\d+)-(\d+)", spec):
        numbers = list(range(int(match[1]), int(match[2]) + 1))
    elif re.fullmatch(r"\d+(,\d+)*", spec):
        numbers = [int(n) for n in spec.split(",")]
    else:
        raise UserError(f"{where}: '{spec}' is not of the form last-4, 9-12, 8 or 1,8,12")
    if not numbers or min(numbers) < 0 or max(numbers) > depth:
        raise UserError(f"{where}: '{spec}' asks for layers that an encoder of {depth} layers does not have")
    return numbers
