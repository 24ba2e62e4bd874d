"""Buffers: values share memory when they can, and only then."""

import numpy as np

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
