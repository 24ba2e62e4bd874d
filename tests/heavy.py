"""Values of a parameter whose tests are heavy, beside those of which one stands for all."""

import pytest


def heavy(*values):
    """Return values of a parameter, marked: ``["sgd", *heavy("adam", "nesterov")]``."""
    return [pytest.param(value, marks=pytest.mark.heavy) for value in values]
