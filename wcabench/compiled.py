"""Functions compiled to machine code. Importing this imports numba: do it only where kernels stand."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile to machine code, kept on disk for the next process where there is a place to write.

    A division by zero gives infinity or NaN, as in NumPy. The copy on disk is renewed when the function's own file
    changes, and not for a change elsewhere: a compiled function calls none of another file.

    Kernels write their loops out: an array expression, or a slice that is assigned, takes numba a second or two to
    compile, and the first step of a fresh installation waits for that.
    """
    try:
        return cast("Function", njit(cache=True, error_model="numpy")(function))
    except RuntimeError:  # numba finds no writable folder: a read-only installation without a home
        return cast("Function", njit(error_model="numpy")(function))
