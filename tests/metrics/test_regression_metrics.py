"""Metrics of numbers, against NumPy over all rows at once."""

import numpy as np
import pytest

from tensorgrad.errors import ShapeError
from tensorgrad.metrics import MeanAbsoluteError, MeanSquaredError, RootMeanSquaredError

FORMULAS = {
    MeanSquaredError: lambda e, w: np.average((e**2).mean(axis=1), weights=w),
    MeanAbsoluteError: lambda e, w: np.average(np.abs(e).mean(axis=1), weights=w),
    RootMeanSquaredError: lambda e, w: np.sqrt(np.average((e**2).mean(axis=1), weights=w)),
}


@pytest.mark.parametrize("cls", FORMULAS, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("weighted", [False, True])
def test_batches_of_different_sizes_count_by_their_rows(cls, weighted, rng):
    y, p, w = rng.normal(size=(7, 3)), rng.normal(size=(7, 3)), rng.uniform(size=7) if weighted else np.ones(7)
    metric = cls()
    for rows in (slice(0, 4), slice(4, 7)):
        metric.update_state(y[rows], p[rows], w[rows] if weighted else None)
    assert metric.result() == pytest.approx(FORMULAS[cls](p - y, w), rel=1e-12)


def test_the_root_of_no_rows_is_0_and_shapes_must_agree():
    metric = RootMeanSquaredError()
    assert metric.result() == 0.0
    with pytest.raises(ShapeError, match="root_mean_squared_error: y_true"):
        metric.update_state(np.zeros((2, 3)), np.zeros((2, 2)))
