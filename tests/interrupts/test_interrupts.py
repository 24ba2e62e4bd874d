"""Signals while work is done: a handler that was left in place by an interrupt gives way to the user's."""

import signal

from tensorgrad import interrupts
from tensorgrad.interrupts import run_uninterrupted


def test_a_handler_left_in_place_calls_the_users_and_gives_way():
    seen = []
    mine = lambda n, frame: seen.append(n)
    before = signal.signal(signal.SIGUSR1, mine)
    try:
        run_uninterrupted(lambda: None)
        signal.signal(signal.SIGUSR1, interrupts._defer)  # as if an interrupt had come before it was taken back
        signal.raise_signal(signal.SIGUSR1)
        assert seen == [signal.SIGUSR1]
        assert signal.getsignal(signal.SIGUSR1) is mine
    finally:
        signal.signal(signal.SIGUSR1, before)
