"""Compiles functions with numba. Importing this module imports numba, so import it only in modules with kernels."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile a function to machine code, and cache the code on disk if a folder is writable.

    A division by zero gives infinity or NaN, as in NumPy. Numba renews the cached code when the function's own file
    changes, but not for changes elsewhere, so a compiled function must not call one of another file.

    Write kernels with explicit loops: an array expression, or an assignment to a slice, takes numba a second or two to
    compile, which delays the first step after an installation.
    """
    try:
        return cast("Function", njit(cache=True, error_model="numpy")(function))
    except RuntimeError:  # numba has no writable folder: a read-only installation without a home folder
        return cast("Function", njit(error_model="numpy")(function))
