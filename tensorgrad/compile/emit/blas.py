"""BLAS threads: how many make a program fastest.

Measured by ``python -m benchmarks threads`` on two cores, float32, OpenBLAS 0.3.31, in µs, of several runs:

    product             alone: 1 thread   2 threads   beside a busy process: 1 thread    2 threads
    64 × 64 × 64                      3           3                             3            3
    32 × 784 × 128                   43          28                      44 to 57    58 to 236
    128 × 784 × 512                 462         267                    458 to 476  542 to 1720
    1024 × 512 × 1024              4440        2285                  4536 to 8453  4995 to 5517

So a product of some million multiplications gains microseconds from a second thread, and loses many if no core is
free for it. And a BLAS thread occupies its core while it waits for the next product: a program must not use its own
threads at the same time.
"""

from contextlib import contextmanager
from functools import cache

import numpy as np

from ..ir.program import Value

#: OpenBLAS uses one thread for products of at most OWN multiplications, and a program for fewer than MOST.
OWN, MOST = 1 << 18, 1 << 24


def largest_product(program):
    """Return the number of multiplications in the largest product of two matrices."""
    return max(map(multiplications, program.calls), default=0)


def multiplications(call):
    """Return the number of multiplications in a product of matrices, or in one of a stack; 0 for other calls."""
    if call.function not in (np.dot, np.matmul) or not isinstance(call.output, Value) or len(call.output.shape) < 2:
        return 0
    if not isinstance(call.args[0], Value) or len(call.args[0].shape) < 2:
        return 0
    return call.output.shape[-2] * call.output.shape[-1] * call.args[0].shape[-1]


def uses_threads(size):
    """Return whether BLAS would use several threads for a product of this size."""
    return size > OWN


def prefers_one_thread(size):
    """Return whether a program with a largest product of this size is faster with one BLAS thread."""
    return OWN < size < MOST


@cache
def libraries():
    """Return the controllers of the BLAS libraries in this process."""
    from threadpoolctl import ThreadpoolController  # 5 ms of import

    return [lib for lib in ThreadpoolController().lib_controllers if lib.user_api == "blas"]


@contextmanager
def one_blas_thread():
    """Let BLAS use one thread inside the block; that takes 1 to 4 µs."""
    changed = [(lib, n) for lib in libraries() if (n := lib.get_num_threads()) > 1]
    try:
        for lib, _ in changed:
            lib.set_num_threads(1)
        yield
    finally:
        for lib, n in changed:
            lib.set_num_threads(n)
