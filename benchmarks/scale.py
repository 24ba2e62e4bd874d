"""Long chains and shared graphs: seconds forward, backward and freed; linear time, no recursion."""

import gc
from time import perf_counter

import tensorgrad as tg


def chain(n):
    """Return the seconds a chain of ``n`` ops takes forward, backward, and to be freed with the collector off."""
    x = tg.Tensor(1.0, requires_grad=True)
    gc.collect()
    gc.disable()
    try:
        start = perf_counter()
        y = x
        for _ in range(n):
            y = y * 1.0
        forward = perf_counter()
        y.backward()
        back = perf_counter()
        del y
        return forward - start, back - forward, perf_counter() - back
    finally:
        gc.enable()


def doublings(n):
    """Return the seconds of backward through ``n`` doublings ``y = y + y``: 2ⁿ paths over 2n edges."""
    x = tg.Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(n):
        y = y + y
    start = perf_counter()
    y.backward()
    assert x.grad.item() == 2.0**n
    return perf_counter() - start


def drawing(n):
    """Return the seconds to write the DOT text of a graph of ``2n + 1`` boxes."""
    x = y = tg.Parameter(1.0, name="x")
    for _ in range(n):
        y = y + x
    start = perf_counter()
    tg.draw(y)
    return perf_counter() - start


def report(options):
    lines = ["| ops in a chain | forward s | backward s | freed s |", "|---:|---:|---:|---:|"]
    for n in (10_000, 100_000, 1_000_000):
        lines.append("| {:,} | {:.3f} | {:.3f} | {:.3f} |".format(n, *chain(n)))
    lines.append(f"\n60 shared doublings (2⁶⁰ paths), backward: {doublings(60) * 1e6:.0f} µs")
    lines.append(f"DOT text of a graph of 10,001 boxes: {drawing(5_000):.2f} s")
    return "\n".join(lines)
