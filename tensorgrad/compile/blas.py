"""BLAS in a program: one thread, so that it does not fight with the program's own.

OpenBLAS's threads wait for the next product on their cores, and on a busy machine two of them take three times as long
as one for a product of a few million multiplications.
"""

from contextlib import contextmanager
from functools import cache


@cache
def libraries():
    """Return the controllers of the BLAS libraries in this process."""
    from threadpoolctl import ThreadpoolController  # 5 ms of import

    return [lib for lib in ThreadpoolController().lib_controllers if lib.user_api == "blas"]


@contextmanager
def one_blas_thread():
    """Keep BLAS to one thread inside the block: 1 to 4 µs."""
    changed = [(lib, n) for lib in libraries() if (n := lib.get_num_threads()) > 1]
    try:
        for lib, _ in changed:
            lib.set_num_threads(1)
        yield
    finally:
        for lib, n in changed:
            lib.set_num_threads(n)
