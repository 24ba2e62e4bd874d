"""What a second thread brings: to BLAS by the size of the product, to elementwise calls by blocks of rows.

Alone on the machine, and beside a process for each other core that computes without end.
"""

import os
import subprocess
import sys
from contextlib import contextmanager

import numpy as np

from .runner import measure, table

PRODUCTS = ((64, 64, 64), (32, 784, 128), (128, 784, 512), (1024, 512, 1024))
ROWS = ((256, 1024), (1024, 1024), (4096, 1024))
BUSY = "while True: pass"
OURS = "1 thread"


def products(threads):
    """Yield ``(name, contestants)``: a product with one BLAS thread, and with more."""
    from tensorgrad.compile.emit.blas import libraries

    for m, k, n in PRODUCTS:
        a, b, out = np.ones((m, k), "f"), np.ones((k, n), "f"), np.empty((m, n), "f")

        def product(number, a=a, b=b, out=out):
            for library in libraries():
                library.set_num_threads(number)
            np.dot(a, b, out)

        yield f"{m}×{k}×{n}", {f"{i} thread{'s' * (i > 1)}": lambda i=i, f=product: f(i) for i in (1, threads)}


def elementwise(threads):
    """Yield ``(name, contestants)``: the GELU of a matrix as a program in blocks, and in one piece."""
    from tensorgrad import activations
    from tensorgrad.compile.emit.codegen import Code
    from tensorgrad.compile.executable import Replay
    from tensorgrad.compile.function_trace import trace_function

    for shape in ROWS:
        x = np.linspace(-3, 3, shape[0] * shape[1], dtype="f").reshape(shape)
        trace = trace_function(lambda stands: [activations.gelu(stands[0], approximate=True)], [x], ["x"])
        program = Replay(trace).program
        names = {i: f"{i} thread{'s' * (i > 1)}" for i in (1, threads)}
        codes = {i: Code(program, copy=False, threads=i) for i in names}
        yield f"gelu of {shape[0]}×{shape[1]}", {names[i]: lambda c=codes[i], x=x: c.function(x) for i in names}


@contextmanager
def all_cores():
    """Let programs and BLAS use every core inside the block, whatever the other reports have."""
    from tensorgrad.compile.emit import blas, threads

    before, numbers = os.environ.pop("OMP_NUM_THREADS", None), [lib.get_num_threads() for lib in blas.libraries()]
    threads.thread_count.cache_clear()
    try:
        yield threads.thread_count()
    finally:
        if before is not None:
            os.environ["OMP_NUM_THREADS"] = before
        for lib, n in zip(blas.libraries(), numbers, strict=True):
            lib.set_num_threads(n)
        threads.thread_count.cache_clear()


def report(options):
    with all_cores() as cores:
        return tables(options, cores)


def tables(options, cores):
    found = []
    for title, others in (("alone", 0), ("beside busy processes", cores - 1)):
        busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(others)]
        try:
            rows = [*products(cores), *elementwise(cores)]
            times = {name: measure(contestants, options.rounds) for name, contestants in rows}
        finally:
            for process in busy:
                process.kill()
                process.wait()
        found.append(table(f"**Threads, {title}**: median µs (÷ one thread)", times, OURS))
    return "\n\n".join(found)
