"""Measure contestants turn by turn in one process, so that a change in the machine's speed meets all of them alike."""

import gc
import platform
import tracemalloc
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from statistics import median
from time import perf_counter

from threadpoolctl import threadpool_info

ROUNDS = 11
TURN = 0.03  # seconds a contestant runs per round
PACKAGES = ("numpy", "torch", "jax", "keras", "autograd", "mygrad")


def contestants(rows: Iterable[tuple[str, str, Callable]], *args) -> dict[str, Callable]:
    """Return ``{name: maker(*args)}`` of the rows ``(name, package, maker)`` whose package is installed."""
    return {name: maker(*args) for name, package, maker in rows if find_spec(package) is not None}


def agree(steps: dict[str, Callable[[], float]], first_steps=5, tolerance=1e-4):
    """Raise unless all contestants, fresh, have the same losses in the first steps: that they do the same work."""
    losses = {name: [step() for _ in range(first_steps)] for name, step in steps.items()}
    first, *others = losses
    for name in others:
        for i, (a, b) in enumerate(zip(losses[first], losses[name], strict=True)):
            if not abs(a - b) <= tolerance * abs(a):
                raise AssertionError(f"the loss of step {i + 1} is {a:.6g} in {first} and {b:.6g} in {name}")


def measure(steps: dict[str, Callable[[], object]], rounds=ROUNDS, turn=TURN) -> dict[str, list[float]]:
    """Return the seconds per call of each step, one figure per round; who begins a round changes every time."""
    repeats = {name: calibrate(step, turn) for name, step in steps.items()}
    times: dict[str, list[float]] = {name: [] for name in steps}
    names = list(steps)
    gc.collect()
    gc.disable()
    try:
        for i in range(rounds):
            for name in names[i % len(names) :] + names[: i % len(names)]:
                times[name].append(timed(steps[name], repeats[name]))
    finally:
        gc.enable()
    return times


def calibrate(step, turn):
    """Return how many calls fill a turn, after warming up."""
    for _ in range(3):
        step()
    return max(1, int(turn / timed(step, 5)))


def timed(step, n):
    """Return the seconds per call over ``n`` calls, all of them finished."""
    start = perf_counter()
    for _ in range(n):
        result = step()
    if hasattr(result, "block_until_ready"):  # JAX's
        result.block_until_ready()
    return (perf_counter() - start) / n


def peak(maker, *args) -> list[int]:
    """Return the most bytes that Python and NumPy held for the contestant during a step."""
    gc.collect()
    tracemalloc.start()
    try:
        step = maker(*args)
        for _ in range(2):
            step()
        tracemalloc.reset_peak()
        step()
        return [tracemalloc.get_traced_memory()[1]]
    finally:
        tracemalloc.stop()


def table(title: str, results: dict[str, dict[str, list[float]]], ours="tensorgrad", scale=1e6) -> str:
    """Return a Markdown table: a line per workload, a column per contestant, medians and their ratios to ours.

    results: ``{workload: {contestant: figures}}``; a figure is shown times ``scale``
    """
    names = list(dict.fromkeys(name for figures in results.values() for name in figures))
    lines = [title, "", f"| | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    for workload, figures in results.items():
        mids = {name: median(values) for name, values in figures.items()}
        cells = [cell(name, mids, ours, scale) for name in names]
        lines.append(f"| {workload} | {' | '.join(cells)} |")
    return "\n".join(lines)


def cell(name, mids, ours, scale):
    if name not in mids:
        return ""
    shown = f"{scale * mids[name]:.0f}"
    return shown if name == ours else f"{shown} ({mids[name] / mids[ours]:.2f})"


def machine(threads=1) -> str:
    """Return what the figures were measured on."""
    packages = []
    for name in PACKAGES:
        try:
            packages.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return f"{cpu()}, {threads} thread(s), Python {platform.python_version()}, {', '.join([*packages, *kernels()])}"


def kernels() -> list[str]:
    """Return the BLAS behind NumPy, and for which processor its kernels were made: they differ by a factor of two."""
    import numpy  # noqa: F401  (loads its BLAS; not before the threads are settled)

    found = [lib for lib in threadpool_info() if lib["user_api"] == "blas"]
    return [f"{lib['internal_api']} {lib['version']} ({lib.get('architecture', '?')})" for lib in found]


def cpu() -> str:
    """Return the processor's name where the system tells it."""
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
