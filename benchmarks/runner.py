"""Measure contestants turn by turn in one process, so that a change in the machine's speed meets all of them alike."""

import gc
import platform
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from statistics import median
from time import perf_counter

ROUNDS = 11
TURN = 0.03  # seconds a contestant runs per round


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
    """Return the seconds per call over ``n`` calls."""
    start = perf_counter()
    for _ in range(n):
        step()
    return (perf_counter() - start) / n


def contestants(makers: Iterable[Callable]) -> dict[str, Callable[[], object]]:
    """Return ``{name: step}`` of the makers whose package is installed; the maker's docstring names the contestant."""
    return {
        maker.__doc__: maker()
        for maker in makers
        if find_spec(maker.__name__) is not None  # makers are named for the package they need
    }


def table(title: str, times: dict[str, list[float]], ours="tensorgrad") -> str:
    """Return a Markdown table of medians and of their ratios to ours."""
    base = median(times[ours])
    lines = [f"{title}", "", "| | median µs | fastest | slowest | ÷ ours |", "|---|---:|---:|---:|---:|"]
    for name, seconds in times.items():
        low, mid, high = (1e6 * t for t in (min(seconds), median(seconds), max(seconds)))
        lines.append(f"| {name} | {mid:.0f} | {low:.0f} | {high:.0f} | {mid / (1e6 * base):.2f} |")
    return "\n".join(lines)


def machine() -> str:
    """Return what the figures were measured on."""
    packages = []
    for name in ("numpy", "torch", "autograd", "mygrad"):
        try:
            packages.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return f"{cpu()}, Python {platform.python_version()}, {', '.join(packages)}"


def cpu() -> str:
    """Return the processor's name where the system tells it."""
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
