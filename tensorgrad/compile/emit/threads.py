"""Run blocks of rows on all cores, in one pool of threads for all programs. A saved program contains this file.

Each thread takes the next block: on a busy machine the one that has a core runs most of them, and nobody waits for a
thread that never got one.
"""

import os
from collections import deque
from contextvars import copy_context
from functools import cache


def cores():
    """Return the number of cores on which this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def thread_count():
    """Return the number of threads to use: one for each core, or ``OMP_NUM_THREADS`` if that is less."""
    wanted = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
    return min(cores(), int(wanted)) if wanted.isdigit() and int(wanted) else cores()


@cache
def pool():
    from concurrent.futures import ThreadPoolExecutor  # 8 ms of import, for large programs

    return ThreadPoolExecutor(max(1, thread_count() - 1), "tensorgrad")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.cache_clear)  # a forked process has none of the threads


def submit(work):
    """Run ``work`` in a thread of the pool; return its Future, or None if the interpreter is about to end."""
    try:
        return pool().submit(copy_context().run, work)  # in the caller's np.errstate
    except RuntimeError:  # pragma: no cover  (tried in a process that ends)
        return None


def in_blocks(piece, rows, step):
    """Call ``piece(i, j)`` for all blocks of ``step`` rows, on this thread and the pool's, and wait until all is done.

    >>> import numpy as np
    >>> x, y = np.arange(10.0), np.empty(10)
    >>> def piece(i, j):
    ...     np.square(x[i:j], y[i:j])
    >>> in_blocks(piece, 10, 4)
    >>> y
    array([ 0.,  1.,  4.,  9., 16., 25., 36., 49., 64., 81.])
    """
    starts = deque(range(0, rows, step))

    def work():
        while starts:
            try:
                i = starts.popleft()
            except IndexError:  # pragma: no cover  (another thread was faster)
                return
            piece(i, min(i + step, rows))

    helpers = [submit(work) for _ in range(min(thread_count(), len(starts)) - 1)]
    try:
        work()
    finally:
        for helper in filter(None, helpers):
            if not helper.cancel():
                helper.result()
