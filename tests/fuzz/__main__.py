"""``python -m tests.fuzz --programs 20000 --seed 0``: run random programs as they are and compiled, and compare."""

import argparse
import sys
import time

from .report import reproduction, reproductions, standalone
from .search import in_processes, judge, made


def options():
    """Return the command line's options."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=2000, help="how many programs")
    parser.add_argument("--models", type=int, default=0, help="how many models")
    parser.add_argument("--seed", type=int, default=0, help="program i of a run comes from (seed, i)")
    parser.add_argument("--one", type=int, help="show program i, and what comes of it")
    parser.add_argument("--model", action="store_true", help="--one is a model")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--minutes", type=float, help="stop after so long")
    parser.add_argument("--no-shrink", action="store_true", help="show failing programs as they are")
    parser.add_argument("--kinds", type=int, default=60, help="show at most so many kinds of failures")
    parser.add_argument("--examples", type=int, default=1, help="shrink so many programs of each kind")
    return parser.parse_args()


def show_one(given):
    """Print one program, shrunk if it fails, and return the exit status."""
    program, found = judge(given.seed, given.one, given.model)
    print(standalone(program))
    print(f"# {found.verdict}: {found.words}\n{found.details}")
    if found.verdict == "failed" and not given.no_shrink:
        print("# shrunk:\n" + reproduction(program)[0])
    return found.verdict == "failed"


def show_failures(tally, given):
    """Print each kind of failure with short programs."""

    def again(finding):
        return made(given.seed, finding.number, finding.model)

    for title, text in reproductions(tally, again, given.kinds, given.examples, not given.no_shrink):
        print(f"\n### {title}\n```python\n{text}```", flush=True)


def main():
    """Run what the command line asks for, and return the exit status."""
    given = options()
    if given.one is not None:
        return show_one(given)
    failed = False
    for model, count in ((False, given.programs), (True, given.models)):
        if not count:
            continue
        start = time.monotonic()
        deadline = start + 60 * given.minutes if given.minutes else None
        tally = in_processes(given.seed, count, given.jobs, deadline, model)
        seconds = time.monotonic() - start
        print(
            f"{'models' if model else 'programs'}: {tally.summary()}\n{tally.total / seconds:.0f} a second", flush=True
        )
        show_failures(tally, given)
        failed = failed or bool(tally.found)
    return failed


if __name__ == "__main__":
    sys.exit(main())
