"""Search: run many programs, in several processes, and survive those that end the process."""

import multiprocessing
import time
from contextlib import suppress
from queue import Empty

from .generate import program
from .generate_models import story
from .judge import Outcome
from .report import Finding, Tally
from .run import Hang, outcome

#: How many seconds a process may be at one program: what does not end in Python is interrupted before.
PATIENCE = 40


def made(base, number, model=False):
    """Return program ``number`` of a run."""
    return story(base, number) if model else program(base, number)


def judge(base, number, model=False):
    """Return ``(program, Outcome)``; what goes wrong in the fuzzer itself is a failure of its own."""
    one = None
    try:
        one = made(base, number, model)
        return one, outcome(one)
    except Hang as hang:  # while it was written
        return one, Outcome("raised", str(hang))
    except Exception as error:  # named, so that it is found and mended
        return one, Outcome("failed", f"the fuzzer: {type(error).__name__}: {error}", ("fuzzer", type(error).__name__))


def searched(base, numbers, deadline=None, model=False, at=None):
    """Return the Tally of these programs, as many as there is time for.

    at: a shared number, set to the program that runs
    """
    tally = Tally()
    for number in numbers:
        if deadline is not None and time.monotonic() > deadline:
            break
        if at is not None:
            at.value = number
        tally.add(number, *judge(base, number, model), model)
    return tally


def in_processes(base, count, jobs, deadline=None, model=False):
    """Return the Tally of ``count`` programs, split among ``jobs`` processes."""
    workers = [Worker(base, range(j, count, jobs), deadline, model) for j in range(jobs)]
    total = Tally()
    for worker in workers:
        total.merge(worker.result())
    return total


class Worker:
    """A process that runs its share; when a program ends it, that is a finding, and another runs the others."""

    def __init__(self, base, numbers, deadline, model):
        self.base, self.numbers, self.deadline, self.model = base, numbers, deadline, model
        self.start()

    def start(self):
        context = multiprocessing.get_context("fork")
        self.queue, self.at = context.Queue(), context.Value("q", -1)
        self.process = context.Process(target=self.work, daemon=True)
        self.process.start()

    def work(self):
        self.queue.put(searched(self.base, self.numbers, self.deadline, self.model, self.at))

    def result(self):
        """Wait, and return the Tally."""
        ended, last, since = Tally(), -1, time.monotonic()
        while True:
            with suppress(Empty):
                tally = self.queue.get(timeout=0.2)
                tally.merge(ended)
                return tally
            if self.at.value != last:
                last, since = self.at.value, time.monotonic()
            if time.monotonic() - since > PATIENCE:
                self.process.kill()
                self.process.join()
                self.without(last, ended, "hang in C")
            elif not self.process.is_alive() and self.queue.empty():
                self.without(last, ended, f"exit status {self.process.exitcode}")
            else:
                continue
            last, since = -1, time.monotonic()

    def without(self, number, ended, how):
        """Note the program that ended the process, and start another without it."""
        ended.verdicts["failed"] += 1
        ended.found["crash", how].append(Finding(number, ("crash", how), "the process ended", (), self.model))
        self.numbers = [n for n in self.numbers if n != number]
        self.start()
