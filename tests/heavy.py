"""Values of a parameter whose tests are heavy, beside those of which one stands for all."""

import pytest


def heavy(*values):
    """Return values of a parameter, marked: ``["sgd", *heavy("adam", "nesterov")]``."""
    return [pytest.param(value, marks=pytest.mark.heavy) for value in values]


def first_of_each(values, kind):
    """Return values of a parameter of which the first of each ``kind(value)`` stands for all: the others are heavy."""
    met = set()
    return [value if kind(value) not in met and not met.add(kind(value)) else heavy(value)[0] for value in values]
