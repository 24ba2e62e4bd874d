"""A report of a wrong rule, and a row of a report."""

import numpy as np

import tensorgrad as tg
from tensorgrad.check import InputReport, gradcheck


def wrong_report():
    op = tg.elementwise("halved", np.square, x=lambda g, y, x: g * x)
    x, b = np.arange(1.0, 5.0), np.array([[0.5], [1.0]])
    return gradcheck(lambda x, b: (op(x) * b).sum(), (x, b), raise_exception=False)


def row(difference=0.0, **changed):
    return InputReport("x", "float64[2]", 0, 2, (1,), "", 1.0, 1.0, 0.0, difference, True)._replace(**changed)
