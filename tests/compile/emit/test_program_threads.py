"""Blocks of rows on several threads: each runs once, errors arrive, and the number of threads is the environment's."""

import threading

import pytest

from tensorgrad.compile.emit import threads
from tensorgrad.compile.emit.threads import in_blocks


def test_each_block_is_done_once_and_by_several_threads():
    done, who, gate = [], set(), threading.Barrier(2, timeout=10)

    def piece(i, j):
        if len(who) < 2:
            who.add(threading.get_ident())
            if threads.thread_count() > 1:
                gate.wait()  # until two threads are at it
        done.append((i, j))

    in_blocks(piece, 10, 5)
    assert sorted(done) == [(0, 5), (5, 10)]
    assert len(who) == min(2, threads.thread_count())


def test_an_error_in_a_block_is_raised_when_no_block_is_left_running():
    def piece(i, j):
        if i == 4:
            raise ValueError(f"rows {i} to {j}")

    with pytest.raises(ValueError, match="rows 4 to 6"):
        in_blocks(piece, 8, 2)


@pytest.mark.parametrize(("value", "most"), [("1", 1), ("3,2", 3), ("", 10**6), ("0", 10**6), ("all", 10**6)])
def test_the_number_of_threads_follows_cores_and_environment(monkeypatch, value, most):
    monkeypatch.setenv("OMP_NUM_THREADS", value)
    threads.thread_count.cache_clear()
    try:
        assert 1 <= threads.thread_count() <= most
    finally:
        monkeypatch.undo()
        threads.thread_count.cache_clear()
