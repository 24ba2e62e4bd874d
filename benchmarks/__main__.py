"""``python -m benchmarks [name ...]``: all reports unless some are named; ``--help`` lists them.

One thread for every library unless ``--threads`` says otherwise: on small networks a second one costs more than it
brings, and with one the figures repeat.
"""

import argparse
import os
import warnings
from importlib import import_module

REPORTS = ("train", "fit", "latency", "eager", "ops", "gradcheck", "draw", "player", "scale", "threads", "imports")
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
         "NPROC")  # fmt: skip  # NPROC is XLA's


def arguments(words=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(REPORTS))
    parser.add_argument("--threads", type=int, default=1, help="of every library (1)")
    parser.add_argument("--rounds", type=int, default=11, help="turns of each contestant (11)")
    parser.add_argument("--only", nargs="*", metavar="workload", help="of train and fit, such as 784-128-10")
    parser.add_argument("--chart", metavar="FILE", help="in train: draw the ratios as bars")
    parser.add_argument("--torch-compile", action="store_true", help="in train; needs a C++ compiler and minutes")
    options = parser.parse_args(words)
    for name in options.names:
        if name not in REPORTS:
            parser.error(f"no benchmark named {name!r}; there are {', '.join(REPORTS)}")
    return options


def settle(threads):
    """Set what the libraries read when they are imported."""
    os.environ.update(dict.fromkeys(POOLS, str(threads)))
    if threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    os.environ.update(JAX_PLATFORMS="cpu", KERAS_BACKEND="jax")
    warnings.simplefilter("ignore")  # a peer's, at import


def main(words=None):
    options = arguments(words)
    settle(options.threads)
    print(import_module(".runner", __package__).machine(options.threads), end="\n\n")
    for name in options.names or REPORTS:
        print(import_module(f".{name}", __package__).report(options), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
