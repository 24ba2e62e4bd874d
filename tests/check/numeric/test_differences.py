"""Slopes by differences and complex steps: right at any scale, open at a jump, and nothing is changed."""

import numpy as np
import pytest

from tensorgrad.check.compare.analytic import reverse_rows
from tensorgrad.check.numeric.differences import STEP, Line, complex_numbers, line_slope, rounding_noise
from tensorgrad.check.subject.function import Function
from tensorgrad.check.subject.points import points_of

RNG = np.random.default_rng(0)


X = RNG.uniform(0.3, 1.4, (3, 4))


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1.0, 1e5, 1e9])
def test_slopes_of_steep_and_flat_functions(scale):
    """By differences alone, against derivatives known in closed form."""
    x = scale * np.array([0.5, -1.0, 2.0])
    for f, derivative in (
        (lambda x: np.hypot(x / scale, 1.0), lambda x: x / scale**2 / np.hypot(x / scale, 1.0)),
        (lambda x: np.cbrt(x), lambda x: np.cbrt(x) / (3 * x)),
    ):
        points = points_of(lambda x, f=f: f(x).sum(), x)
        t = points.named["x"]
        one = Function(points.call)
        _, rounding = reverse_rows(one, [t])
        for j in range(3):
            found = line_slope(Line(one, [(t, j, 1.0)]), one.point, rounding, 1e-4 * max(1.0, scale), 1e-10 * scale)
            assert found.value[0] == pytest.approx(derivative(x)[j], rel=1e-7)
            assert abs(found.value[0] - derivative(x)[j]) <= found.error[0] + 1e-9 * abs(found.value[0])


def test_a_jump_admits_everything():
    points = points_of(lambda x: (x * 2.0 + np.floor(x.detach())).sum(), np.array([1.0]))
    one = Function(points.call)
    with np.errstate(all="ignore"):
        found = line_slope(Line(one, [(points.named["x"], 0, 1.0)]), one.point, np.array([1e-16]))
    assert (found.low[0], found.high[0], found.kinked[0]) == (-np.inf, np.inf, True)


def test_a_line_leaves_everything_as_it_was():
    points = points_of(lambda x: x * 2.0, X.copy())
    t = points.named["x"]
    one, before = Function(points.call), t.data.tobytes()
    line = Line(one, [(t, slice(2, 5), np.array([1.0, 2.0, 3.0]))])
    assert (line(STEP) - one.point).nonzero()[0].tolist() == [2, 3, 4]
    assert line.complex_step()[[1, 2, 3, 4, 5]].tolist() == [0, 2, 4, 6, 0]
    with pytest.raises(RuntimeError, match="within"), complex_numbers(one, [t]):
        raise RuntimeError("within")
    assert t.data.tobytes() == before
    assert (t.data.dtype, one.allows_complex) == (np.float64, False)


@pytest.mark.parametrize("scale", [1e-8, 1e-3, 1.0, 1e6])
def test_differences_find_slopes_at_any_scale(scale):
    for f, at, right in [(np.log, 0.01, 100.0), (np.exp, 1.0, np.e), (np.sin, 100.0, np.cos(100.0))]:
        line = lambda t, f=f, at=at: np.array([scale * f(at + t)])
        found = line_slope(line, line(0.0), rounding_noise(line))
        assert found.value == pytest.approx(scale * right, rel=1e-8)
        assert abs(found.value - scale * right) <= found.error


def test_noise_is_measured_where_digits_are_lost():
    clean = rounding_noise(lambda t: np.exp(1 + t))
    lossy = rounding_noise(lambda t: 1e6 + np.exp(1 + t) - 1e6)
    assert clean < 1e-15
    assert 1e-12 < lossy < 1e-9
