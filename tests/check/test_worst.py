"""Which element a report shows."""

import numpy as np

import tensorgrad as tg


def test_the_largest_is_shown_where_none_is_off():
    report = tg.gradcheck(lambda x: (x * x * x).sum(), np.array([0.0, -3.0, 1.0]))
    assert (report["x"].index, round(report["x"].analytic, 6)) == ((1,), 27.0)


def test_the_one_that_is_off_is_shown_however_small():
    wrong = tg.elementwise("wrong", lambda x: x * x, x=lambda g, y, x: g * np.where(x == 1.0, 2.002, 2.0 * x))
    report = tg.gradcheck(wrong, np.array([100.0, 1.0, -50.0]), raise_exception=False)
    assert report["x"].index == (1,)
