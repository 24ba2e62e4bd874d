"""Import time: a fresh interpreter each time, tensorgrad and numpy in turn, bytecode cached as after installation."""

import os
import subprocess
import sys
from statistics import median
from tempfile import TemporaryDirectory

PROBE = "from time import perf_counter as t; s = t(); import {}; print(t() - s)"


def import_times(rounds=15):
    """Return the median milliseconds of ``import numpy`` and of ``import tensorgrad``, which includes it."""
    seconds = {"numpy": [], "tensorgrad": []}
    with TemporaryDirectory() as cache:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = cache
        for _ in range(rounds):
            for name, times in seconds.items():
                command = [sys.executable, "-c", PROBE.format(name)]
                out = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
                times.append(float(out.stdout))
    return {name: 1e3 * median(times[1:]) for name, times in seconds.items()}  # the first run compiles


def report(options):
    ms = import_times()
    extra = ms["tensorgrad"] - ms["numpy"]
    return f"import numpy {ms['numpy']:.0f} ms, import tensorgrad {ms['tensorgrad']:.0f} ms: {extra:.0f} ms more"
