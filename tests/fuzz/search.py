"""Search: run many programs, in several processes, and survive those that end the process."""

import multiprocessing
import time
from queue import Empty

from .generate import program
from .generate_models import story
from .report import Finding, Tally
from .run import Outcome, outcome


def made(base, number, model=False):
    """Return program ``number`` of a run."""
    return story(base, number) if model else program(base, number)


def judge(base, number, model=False):
    """Return ``(program, Outcome)``; what goes wrong in the fuzzer itself is a failure of its own."""
    one = made(base, number, model)
    try:
        return one, outcome(one)
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
        crashed = Tally()
        while True:
            try:
                tally = self.queue.get(timeout=0.2)
                tally.merge(crashed)
                return tally
            except Empty:
                if not self.process.is_alive() and self.queue.empty():
                    self.go_on(crashed)

    def go_on(self, crashed):
        """Note the program that ended the process, and start another without it."""
        last = self.at.value
        signature = ("crash", f"exit status {self.process.exitcode}")
        crashed.verdicts["failed"] += 1
        crashed.found[signature].append(Finding(last, signature, "the process ended", (), self.model))
        self.numbers = [n for n in self.numbers if n != last]
        self.start()
