"""BLAS threads: one inside a program if that is faster, and as many as before after it."""

import numpy as np
import pytest

from tensorgrad.compile import executable as replay
from tensorgrad.compile.emit.blas import libraries, one_blas_thread
from tests.compile.replays import replay_of


@pytest.fixture
def several_blas_threads():
    """BLAS has two threads, however many it was started with."""
    before = [(lib, lib.get_num_threads()) for lib in libraries()]
    for lib, _ in before:
        lib.set_num_threads(2)
    yield
    for lib, n in before:
        lib.set_num_threads(n)


@pytest.mark.usefixtures("several_blas_threads")
def test_blas_has_one_thread_inside_a_program_and_its_own_number_after_it():
    before = [lib.get_num_threads() for lib in libraries()]
    assert before == [2] * len(before)
    with one_blas_thread():
        assert all(lib.get_num_threads() == 1 for lib in libraries())
    assert [lib.get_num_threads() for lib in libraries()] == before
    with pytest.raises(ZeroDivisionError), one_blas_thread():
        1 / 0  # noqa: B018  (an error is wanted)
    assert [lib.get_num_threads() for lib in libraries()] == before


def test_blas_has_threads_by_the_size_of_the_largest_product(monkeypatch):
    monkeypatch.setattr(replay, "thread_count", lambda: 2)
    f = lambda x: [np.exp(x) @ x]
    for n, pinned in ((60, False), (80, True), (300, False)):
        assert replay_of(f, np.ones((n, n))).pinned is pinned
        assert not replay_of(f, np.ones((n, n)), exact=True).pinned  # fewer threads may add up in another order
    stack = np.ones((100, 60, 60))
    assert not replay_of(f, stack).pinned
