"""Import time: a fresh interpreter each time, tensorgrad and numpy in turn."""

import subprocess
import sys
from statistics import median

PROBE = "from time import perf_counter as t; s = t(); import {}; print(t() - s)"


def import_times(rounds=11):
    """Return the median milliseconds of ``import numpy`` and of ``import tensorgrad``, which includes it."""
    seconds = {"numpy": [], "tensorgrad": []}
    for _ in range(rounds):
        for name, times in seconds.items():
            out = subprocess.run([sys.executable, "-c", PROBE.format(name)], capture_output=True, text=True, check=True)
            times.append(float(out.stdout))
    return {name: 1e3 * median(times[1:]) for name, times in seconds.items()}


def report():
    ms = import_times()
    extra = ms["tensorgrad"] - ms["numpy"]
    return f"import numpy {ms['numpy']:.0f} ms, import tensorgrad {ms['tensorgrad']:.0f} ms: {extra:.0f} ms more"
