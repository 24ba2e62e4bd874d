"""Buffers: values share memory when they can, and only then."""

import numpy as np

from tensorgrad.compile.emit.buffers import BufferPool, aligned_bytes
from tests.compile.replays import check_bits, replay_of


def test_memory_is_reused_when_a_value_has_had_its_last_use():
    x = np.ones(1000)

    def f(x):
        y = x
        for _ in range(20):
            y = np.sin(y) + x
        return [y]

    replay = replay_of(f, x)
    assert replay.memory == {"planned": 8000, "naive": 40 * 8000}
    np.testing.assert_array_equal(replay([x])[0], f(x)[0])


def test_what_is_needed_later_is_not_overwritten(rng):
    x = rng.normal(size=(6, 6))

    def f(x):
        a = np.exp(x)
        b = a * 2  # a lives on
        c = np.where(b > 1, a, b)
        d = a.T + c  # a view of a
        e = d.copy()
        e[0, 0] = 3
        return [a[::2], d, e, np.add.reduce(e, axis=1, keepdims=True) * e]

    check_bits(f, x)


def test_long_programs_stay_linear():
    x = np.ones(2)

    def f(x):
        y = x
        for _ in range(3000):
            y = y + x
        return [y]

    replay = replay_of(f, x)
    assert replay([x])[0][0] == 3001
    assert replay.memory["planned"] == 64


def test_where_does_not_overwrite_the_mask_that_it_still_reads(rng):
    def f(x):
        mask = x > 0
        return [np.where(mask.T, np.False_, mask)]  # mask dies here, but is read transposed too

    check_bits(f, rng.normal(size=(9, 9)))


def test_a_pool_hands_out_what_is_free_and_not_much_too_large():
    pool = BufferPool()
    small, large = pool.take(100), pool.take(1000)
    assert pool.sizes == [128, 1024]  # multiples of a cache line
    pool.free = [large]
    assert pool.take(100) not in (small, large)  # more than four times too large
    assert pool.take(300) == large
    assert pool.free == []
    pool.free = [large, small]
    assert pool.take(120) == small


def test_buffers_begin_at_cache_lines():
    for size in (1, 64, 1000):
        assert aligned_bytes(size).ctypes.data % 64 == 0
        assert aligned_bytes(size).nbytes == size
