"""The range of an array in a line, against counts of its entries."""

import numpy as np
import pytest

from tensorgrad.debug.value_ranges import Range, bad_words


@pytest.mark.parametrize("seed", range(20))
def test_every_entry_is_counted_once(seed):
    rng = np.random.default_rng(seed)
    x = rng.choice([0.0, -1.5, 2.5, 7.0, np.nan, np.inf, -np.inf], 30)
    found = Range("x", x)
    entries = x.tolist()
    assert found.zeros == entries.count(0.0)
    assert (found.inf, found.neginf) == (entries.count(np.inf), entries.count(-np.inf))
    assert found.nan == sum(e != e for e in entries)
    assert found.negative == entries.count(-1.5)
    finite = [e for e in entries if abs(e) < 100]
    assert (found.low, found.high) == (min(finite), max(finite))


@pytest.mark.parametrize(
    ("x", "line"),
    [
        (np.array([2.0, 2.0]), "x  float64[2]  all 2"),
        (np.array(0.5), "x  float64[]  0.5"),
        (np.array([1, -2, 0]), "x  int64[3]  from -2 to 1, 1 zero, 1 negative"),
        (np.array([np.nan, np.nan], "f"), "x  float32[2]  2 nan"),
        (np.array([]), "x  float64[0]  "),
        (3.0, "x  3"),
    ],
    ids=["all the same", "a scalar", "integers", "nothing finite", "empty", "a number"],
)
def test_the_line(x, line):
    assert str(Range("x", x)) == line


def test_words_for_what_is_bad():
    assert bad_words(np.array([1.0, np.inf])) == "1 of 2 entries inf"
    assert bad_words(np.array([np.nan, np.inf, -np.inf, 1.0])) == "1 of 4 entries nan, 1 inf and 1 -inf"
