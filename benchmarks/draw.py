"""Pictures: seconds to write the DOT text of large graphs, whole and folded, and to draw 150 boxes."""

import os
import subprocess
import sys
from time import perf_counter

import numpy as np

import tensorgrad as tg


def random_chain(n, seed=0):
    """Return a graph of ``n`` ops without a repetition to fold."""
    x = y = tg.Parameter([1.0], name="x")
    functions = (np.sin, np.cos, np.tanh, lambda y: y * x)
    for i in np.random.default_rng(seed).integers(0, 4, n):
        y = functions[i](y)
    return y


def loop(n):
    """Return a graph of ``3 n`` ops, the same three in each step."""
    w = y = tg.Parameter(np.ones(3), name="w")
    for _ in range(n):
        y = np.tanh(y * w) + w
    return y


def seconds(function, rounds=3):
    """Return the least of a few times."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        function()
        times.append(perf_counter() - start)
    return min(times)


def texts():
    """Yield the lines of a table: what it takes to write DOT text."""
    yield "| nodes of the graph | whole s | folded s | forward and backward, folded s |"
    yield "|---:|---:|---:|---:|"
    for n in (2_500, 5_000, 10_000):
        y = random_chain(n // 2)  # a node each for the op and for its value
        times = [seconds(lambda: tg.draw(y, depth="all")), seconds(lambda: tg.draw(y))]  # noqa: B023
        times.append(seconds(lambda: tg.draw(y, backward="both")))  # noqa: B023
        yield "| {:,} | {:.2f} | {:.2f} | {:.2f} |".format(n, *times)
    yield f"\na loop of 3,333 steps, 9,999 ops, drawn as one step: {seconds(lambda: tg.draw(loop(3_333))):.2f} s"


def network():
    """Return the picture of a network and its backward, of 152 boxes."""
    model = tg.Sequential([tg.layers.Dense(8 + i, "relu", name=f"layer_{i}") for i in range(14)])
    model.compile("adam", "mse")
    return model.draw(np.ones((4, 8)), np.ones((4, 21)), backward="both", depth="all")


def tangled():
    """Return the picture of a chain of 148 ops, a quarter of which take the same parameter too."""
    return tg.draw(random_chain(148), depth="all")


def bundled():
    """Return what the bundled renderer takes for 150 boxes, in a process of its own, without ``dot``."""
    code = (
        "from time import perf_counter as t\n"
        "from benchmarks.draw import *\n"
        "start = t(); tg.draw(tg.Parameter(1.0) * 2.0).svg(); start = t() - start\n"
        "print(start, *[part for p in (network(), tangled()) for part in (len(p.view.boxes), seconds(p.svg))])"
    )
    environment = {**os.environ, "PATH": ""}  # no dot
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    start, boxes, plain, more, knotty = map(float, out.stdout.split())
    return (
        f"SVG by the bundled renderer, {start:.1f} s after its start: {boxes:.0f} boxes of a network, forward and "
        f"backward, {plain:.2f} s; {more:.0f} boxes of a chain with a parameter used throughout {knotty:.2f} s"
    )


def report(options):
    return "\n".join([*texts(), bundled()])
