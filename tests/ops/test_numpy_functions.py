"""NumPy's functions that are compositions of ops: NumPy's values, dtypes and shapes, and slopes by differences."""

from functools import partial

import numpy as np
import pytest

import tensorgrad as tg

rng = np.random.default_rng(0)
X = rng.normal(size=(3, 4, 5))
HOLES = X.copy()
HOLES[0, 1, 2] = HOLES[1, :, 0] = np.nan
ROW, OTHER = X[0, 0], X[1, 0]
UP = np.array([0.0, 1.0, 3.0, 4.0])
POINTS = np.array([1.0, -1.0, 2.0, 5.0])
WEIGHTS = rng.uniform(1, 2, X.shape)
HALF = X.astype(np.float32)
WHOLE = (X * 10).astype(int)
METHODS = [
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
    "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
]  # fmt: skip
AXES = [None, 0, 1, -1, (0, 2)]


def rows(function, *inputs, **options):
    """Return a row of the table for each input, and for each choice of options that are lists of choices."""
    chosen = [{}]
    for name, choices in options.items():
        chosen = [{**c, name: choice} for c in chosen for choice in choices]
    return [(function, x if isinstance(x, tuple) else (x,), c) for x in inputs for c in chosen]


CALLS = [
    *[
        row
        for f in (np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd, np.nanmax, np.nanmin, np.nanmedian)
        for row in rows(f, HOLES, HALF, WHOLE, axis=AXES, keepdims=[False, True])
    ],
    *[
        row
        for f in (np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd)
        for row in rows(f, HOLES, HALF, WHOLE, axis=[None, 1, (0, 2)], where=[X > -1])
        + rows(f, HOLES, axis=[0], dtype=["f4", "f8"])
        + rows(f, HOLES + 1j * X, axis=[None, 2])
    ],
    *[
        row
        for f in (np.nansum, np.nanprod, np.nanmax, np.nanmin)
        for row in rows(f, HOLES, HALF, axis=[None, 1], where=[X > -1], initial=[0.25])
    ],
    *rows(np.nanvar, HOLES, axis=[1], ddof=[1, 2, 3, 4], keepdims=[False, True]),
    *rows(np.nanstd, HOLES, axis=[1], mean=[np.full((3, 1, 5), 0.5)]),
    *rows(np.nanstd, HOLES, axis=[1], correction=[1]),
    *rows(np.nancumsum, HOLES, HALF, axis=[1], dtype=["f4", "f8"]),
    *rows(np.median, X, HOLES, HALF, WHOLE, axis=AXES, keepdims=[False, True]),
    *rows(np.quantile, X, q=[0.3, [0, 0.25, 1], [[0.1], [0.2]]], axis=[None, 1, (0, 2)], method=METHODS),
    *rows(np.nanquantile, HOLES, q=[0.3, [0, 0.25, 1]], axis=[None, 1, (0, 2)], method=METHODS),
    *rows(np.percentile, X, q=[30, [0, 100]], axis=[None, 1], keepdims=[False, True]),
    *rows(np.nanpercentile, HOLES, q=[30], axis=[None, (0, 1)]),
    *rows(np.nancumsum, HOLES, WHOLE, axis=[None, 1]),
    *rows(np.nancumprod, HOLES, axis=[None, 1]),
    *rows(np.nanargmax, X, axis=[None, 1]),
    *rows(np.nanargmin, X, axis=[None, 1], keepdims=[True]),
    *rows(np.average, X, WHOLE, axis=AXES, keepdims=[False, True], returned=[False, True]),
    *rows(np.average, (X, None, WEIGHTS), (X, 1, WEIGHTS), (X, 1, WEIGHTS[0, :, 0]), (X, (0, 2), WEIGHTS[:, 0])),
    *rows(np.average, X, weights=[WEIGHTS], returned=[True]),
    *rows(np.cov, X[0], HALF[0], WHOLE[0], ROW, rowvar=[True, False], bias=[False, True]),
    *rows(np.cov, (X[0], X[1]), ddof=[None, 0]),
    *rows(np.cov, X[0], fweights=[None, [1, 2, 3, 1, 1]], aweights=[None, [0.5, 2, 3, 1, 1]]),
    *rows(np.corrcoef, X[0], ROW, (X[0], X[1]), (ROW, OTHER), rowvar=[True, False]),
    *rows(np.diff, X, WHOLE, WHOLE > 0, n=[0, 1, 2], axis=[0, 1, -1]),
    *rows(np.diff, X, prepend=[0.0, X[..., :2]], append=[3.0, X[..., :1]]),
    *rows(np.ediff1d, X, to_begin=[None, [1.0, 2.0]], to_end=[None, 3.0]),
    *rows(np.gradient, X, HALF, (X, 2.0), (X, 2.0, UP, 3.0), edge_order=[1, 2]),
    *rows(np.gradient, (X, 0.5), axis=[1, (0, 2)], edge_order=[1, 2]),
    *rows(np.gradient, (X[0, 0, :4], UP), (UP[:2],), (WHOLE[0, 0],)),
    *rows(np.trapezoid, X, (X[0, 0, :4], UP), dx=[1.0, 0.1]),
    *rows(np.trapezoid, (X, UP), (X, np.cumsum(np.abs(X), 1)), axis=[1]),
    *rows(np.interp, (np.linspace(-1.9, 5.9, 33), UP, POINTS), (np.array(2.2), UP, POINTS), period=[None, 5.0]),
    *rows(np.interp, (np.linspace(-1.9, 5.9, 33), UP, POINTS), left=[None, -9.0], right=[None, 8.0]),
    *rows(np.interp, (ROW, UP[:1], POINTS[:1])),
    *[
        row
        for n in (1, 2, 3, 6)
        for m in (1, 2, 4, 5)
        for f in (np.convolve, np.correlate)
        for row in rows(f, (X.reshape(-1)[:n], OTHER[:m]), mode=["full", "same", "valid"])
    ],
    *rows(np.polyval, (ROW, X[1]), (ROW[:1], X[1]), (WHOLE[0, 0], WHOLE[1])),
    *rows(np.polyadd, (ROW, ROW[:2])), *rows(np.polysub, (ROW[:2], ROW)), *rows(np.polymul, (ROW, ROW[:2])),
    *rows(np.polyder, ROW, m=[1, 2]), *rows(np.polyint, ROW, m=[1]), *rows(np.polyint, ROW, m=[2], k=[[1.0, 2.0]]),
    *rows(np.polydiv, (ROW, ROW[:2]), (ROW[:2], ROW), (WHOLE[0, 0] + 50, np.array([2, 3]))),
    *rows(np.polyfit, (ROW, OTHER, 2), (ROW, np.stack([OTHER, ROW + 1], 1), 1)),
    *rows(np.polyfit, (ROW, OTHER, 2), w=[WEIGHTS[0, 0]]),
    *rows(np.poly, ROW[:3], (X[0, :2, :2] + 3 * np.eye(2),)),
    *rows(np.roots, np.array([1.0, -6.0, 11.0, -6.0]), np.array([0, 1, -3, 2, 0])),
    *rows(np.vander, ROW, WHOLE[0, 0], N=[None, 3], increasing=[False, True]),
    *[row for f in (np.sum, np.prod) for row in rows(f, X, HALF, WHOLE, axis=AXES, where=[X > 0], initial=[3.0])],
    *[row for f in (np.sum, np.prod, np.mean) for row in rows(f, X, HALF, WHOLE, axis=[None, 1], dtype=["f4", "f8"])],
    *[row for f in (np.max, np.min) for row in rows(f, X, WHOLE, axis=AXES, where=[X > 0], initial=[0.1, 9])],
    *[row for f in (np.max, np.min) for row in rows(f, X, WHOLE, axis=[1], initial=[0.25])],
    *[row for f in (np.mean, np.var, np.std) for row in rows(f, X, HALF, WHOLE, axis=[None, 0, 2], where=[X > -1])],
    *rows(np.var, X, axis=[1], where=[X > -1], ddof=[1], keepdims=[False, True]), *rows(np.var, X, dtype=["f4"]),
    *rows(np.std, X, axis=[1], mean=[X.mean(1, keepdims=True)]), *rows(np.sum, (X, 1, "f4"), (X, 1, None, None, True)),
    *rows(np.cumsum, X, WHOLE, axis=[None, 1], dtype=["f4"]), *rows(np.cumprod, X, axis=[1], dtype=["f4"]),
    *rows(np.any, (X > 1,), axis=[None, 1], where=[X < 2]), *rows(np.all, (X > 1,), axis=[None, 1], where=[X > 0]),
    *rows(np.add.reduce, X, axis=[1], where=[X > 0], dtype=[None, "f4"], initial=[1.0]),
    *rows(np.maximum.reduce, X, axis=[0, 1], initial=[0.3]), *rows(np.multiply.accumulate, X, axis=[1], dtype=["f4"]),
    *rows(np.exp, X, HALF, dtype=["f8"]), *rows(np.multiply, (X, X[0]), dtype=["f4"]),
    *rows(np.add, (WHOLE, 1), dtype=["f8"]),
    *rows(np.unwrap, X * 5, axis=[0, -1], period=[2 * np.pi, 4.0]),
    *rows(np.choose, (np.array([[0, 1], [2, 0]]), [ROW[:2], OTHER[:2], 7.0])),
    *rows(np.choose, (np.array([-1, 4]), [ROW[:2], OTHER[:2]]), mode=["wrap", "clip"]),
    *rows(np.compress, ([True, False, True], X), axis=[0]), *rows(np.compress, ([1, 0, 1, 0, 1], X), axis=[None, -1]),
    *rows(np.extract, (X > 0, X)), *rows(np.select, ([ROW > 1, ROW > 0], [ROW, -ROW], 5.0)),
    *rows(np.partition, X, kth=[1, (0, 2)], axis=[-1, 0, None]), *rows(np.trim_zeros, np.array([0, 1, 0, 2, 0])),
    *rows(np.trim_zeros, np.array([0, 1, 0]), trim=["f", "b"]), *rows(np.trim_zeros, np.zeros(3, int)),
    *rows(np.delete, (X, 1), (X, [0, 2]), (X, slice(0, 3, 2)), axis=[None, 0, -1]),
    *rows(np.insert, (X, 1, 5.0), (X, [0, 2], 5.0), (X, slice(0, 2), 5.0), axis=[None, 0, 1, -1]),
    *rows(np.insert, (X[0], 1, ROW), (X[0], [1, 1], X[0, :2]), axis=[0]),
    *rows(np.insert, (X[0], 1, ROW[:4]), axis=[1]),
    *rows(np.resize, (X, (2, 40)), (X, 7), (X, (0, 3))), *rows(np.unique, X, HALF, WHOLE, return_index=[False, True]),
    *rows(np.unique, np.array([[1, 2], [1, 2], [0, 1]]), axis=[None, 0], return_counts=[False, True]),
    *rows(np.union1d, (ROW, OTHER[:2])), *rows(np.setdiff1d, (WHOLE, WHOLE[0]), (HALF, HALF[0])),
    *rows(np.setxor1d, (WHOLE[0], WHOLE[1])),
    *rows(np.intersect1d, (WHOLE[0], WHOLE[1]), return_indices=[False, True]), *rows(np.sort_complex, WHOLE[0]),
    *rows(np.bincount, (WHOLE[0, 0] + 30,)), *rows(np.bincount, (np.array([0, 3, 3, 1]), UP), minlength=[0, 9]),
    *rows(np.block, ([[X[0], X[1, :, :2]], [np.ones((1, 7))]],), ([ROW, OTHER, 1.0],), (ROW,)),
    *rows(np.meshgrid, (ROW, OTHER[:2]), (ROW, OTHER[:2], UP), sparse=[False, True], indexing=["xy", "ij"]),
    *rows(np.diagflat, X[0, :2, :2], k=[0, 1, -2]), *rows(np.rollaxis, X, axis=[2, 0, -2], start=[0, 1, 3]),
    *rows(np.cumulative_sum, X, axis=[0, -1], include_initial=[False, True]),
    *rows(np.cumulative_sum, ROW, WHOLE[0, 0]),
    *rows(np.cumulative_prod, X, axis=[0, -1], include_initial=[False, True]),
    *rows(np.apply_along_axis, (np.diff, 1, X), (np.sum, -1, X), (np.outer, 0, X[..., 0], UP)),
    *rows(np.apply_over_axes, (np.sum, X, (0, 2)), (np.cumsum, X, 1)),
    *[
        row
        for f in (np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp)
        for row in rows(f.accumulate, X, HALF, axis=[0, 1])
    ],
    *rows(np.maximum.accumulate, HOLES, axis=[0]), *rows(np.fmax.accumulate, HOLES, axis=[0]),
]  # fmt: skip


def label(call):
    function, inputs, options = call
    shown = [f"{k}={np.shape(v) if isinstance(v, np.ndarray) else v}" for k, v in options.items()]
    return "-".join(
        [function.__name__, *(str(len(x) if isinstance(x, list) else np.shape(x)) for x in inputs), *shown]
    ).replace(" ", "")


def as_tensor(x):
    """Return an array as a Tensor, and a list with its arrays as Tensors."""
    if isinstance(x, list):
        return [as_tensor(part) for part in x]
    return tg.Tensor(x.copy(), requires_grad=x.dtype.kind == "f") if isinstance(x, np.ndarray) else x


def tensors(inputs):
    return [as_tensor(x) for x in inputs]


def results(y):
    return list(y) if isinstance(y, tuple) else [y]


@pytest.mark.filterwarnings("ignore:(Mean of empty|Degrees of freedom|All-NaN):RuntimeWarning")
@pytest.mark.parametrize("call", CALLS, ids=label)
def test_values_are_numpys(call):
    function, inputs, options = call
    ours, expected = results(function(*tensors(inputs), **options)), results(function(*inputs, **options))
    assert len(ours) == len(expected)
    for a, b in zip(ours, expected, strict=True):
        assert isinstance(a, tg.Tensor)
        assert (a.shape, a.dtype) == (np.shape(b), np.asarray(b).dtype)
        rtol = 1e-12 if a.dtype == float else 1e-5
        np.testing.assert_allclose(a.data, b, rtol=rtol, atol=rtol / 100)


def is_smooth(call):
    """Return whether there is an array to move, and nothing is computed in float32, where differences say little."""
    _, inputs, options = call
    given = [*inputs, *options.values()]
    return any(isinstance(x, np.ndarray) and x.dtype == float for x in inputs) and "f4" not in map(str, given)


SMOOTH = [call for call in CALLS if is_smooth(call)]


@pytest.mark.filterwarnings("ignore:(Mean of empty|Degrees of freedom|All-NaN):RuntimeWarning")
@pytest.mark.parametrize("call", SMOOTH, ids=label)
def test_gradients_are_slopes(call):
    function, inputs, options = call
    given = tensors(inputs)
    moving = [isinstance(x, tg.Tensor) and x.dtype == float for x in given]
    draw = np.random.default_rng(1)
    along = [draw.normal(size=np.shape(x)) if m else 0 for x, m in zip(inputs, moving, strict=True)]
    weights = [draw.normal(size=y.shape) for y in map(np.asarray, results(function(*inputs, **options)))]

    def total(by):
        moved = [x + by * d if m else x for x, d, m in zip(inputs, along, moving, strict=True)]
        return sum(np.nansum(w * y) for w, y in zip(weights, results(function(*moved, **options)), strict=True))

    loss = sum(np.nansum(w * y) for w, y in zip(weights, results(function(*given, **options)), strict=True))
    expected = (total(1e-6) - total(-1e-6)) / 2e-6
    if not loss.requires_grad:
        assert abs(expected) < 1e-6
        return
    loss.backward()
    found = sum(
        np.nansum(x.grad.data * d) for x, d, m in zip(given, along, moving, strict=True) if m and x.grad is not None
    )
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_a_result_goes_where_out_says():
    w = tg.Tensor(ROW.copy(), requires_grad=True)
    y = tg.Tensor(np.zeros(5))
    assert np.multiply(w, 2.0, out=y) is y
    assert np.exp(y, where=ROW > 0, out=y) is y
    total = tg.Tensor(0.0)
    assert np.sum(y, out=total) is total
    total.backward()
    np.testing.assert_allclose(w.grad.data, np.where(ROW > 0, 2 * np.exp(2 * ROW), 2))
    kept = np.zeros(5)
    kept += tg.Tensor(ROW)
    np.testing.assert_array_equal(kept, ROW)
    np.testing.assert_array_equal(np.exp(tg.Tensor(ROW), where=ROW > 0).data, np.where(ROW > 0, np.exp(ROW), 0))
    with pytest.raises(ValueError, match=r"out float64\[5\] must have the shape of the result, float64\[\]"):
        np.sum(w, out=y)


WRITERS = [
    np.sum, np.prod, np.mean, np.var, np.std, np.max, np.min, np.cumsum, np.cumprod, np.median,
    np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd, np.nanmax, np.nanmin, np.nancumsum, np.nancumprod,
    np.nanmedian, np.argmax, np.argmin, np.nanargmax, np.nanargmin, partial(np.quantile, q=0.3),
    partial(np.percentile, q=30), partial(np.nanquantile, q=0.3), partial(np.nanpercentile, q=[30, 50]),
]  # fmt: skip


@pytest.mark.parametrize("function", WRITERS, ids=lambda f: getattr(f, "func", f).__name__)
def test_every_reduction_writes_its_result_where_out_says(function):
    expected = function(HOLES, axis=2)
    into = tg.Tensor(np.zeros_like(expected))
    w = tg.Tensor(HOLES.copy(), requires_grad=expected.dtype.kind == "f")
    assert function(w, axis=2, out=into) is into
    np.testing.assert_allclose(into.data, expected, rtol=1e-12)
    if w.requires_grad:
        alone = tg.Tensor(HOLES.copy(), requires_grad=True)
        for y in into, function(alone, axis=2):
            y[np.isfinite(expected)].sum().backward()
        np.testing.assert_allclose(w.grad.data, alone.grad.data, rtol=1e-12)
        with pytest.raises(TypeError, match=r"cannot write a Tensor's result into an array"):
            function(w, axis=2, out=np.zeros_like(expected))


REFUSED = [
    (lambda t: np.quantile(t, 1.5), tg.OptionError, "q must lie between 0 and 1, got 1.5"),
    (lambda t: np.quantile(t, t), TypeError, "q has no derivative here"),
    (lambda t: np.quantile(t, 0.5, weights=ROW, method="inverted_cdf"), tg.OptionError, "leave weights out"),
    (lambda t: np.median(t[:0]), tg.ShapeError, "has no entry along axis None"),
    (lambda t: np.average(t, weights=[1.0]), tg.ShapeError, "must have one shape"),
    (lambda t: np.average(t, weights=t * 0), ZeroDivisionError, "the weights sum to zero"),
    (lambda t: np.diff(t, -1), tg.OptionError, "n must be at least 0"),
    (lambda t: np.gradient(t[:2], edge_order=2), tg.ShapeError, "needs at least 3 entries along axis 0"),
    (lambda t: np.gradient(t, 1.0, 2.0), TypeError, "expected no step, one, or 1, got 2"),
    (lambda t: np.interp(t, [1.0, 2.0], [1.0]), tg.ShapeError, "must be vectors of one length"),
    (lambda t: np.convolve(t, t[:0]), tg.ShapeError, "neither may be empty"),
    (lambda t: np.convolve(t, t, "half"), tg.UnknownNameError, "half"),
    (lambda t: np.vander(t[None]), tg.ShapeError, "must be a vector"),
]


@pytest.mark.parametrize(("f", "kind", "words"), REFUSED, ids=[str(i) for i in range(len(REFUSED))])
def test_what_cannot_be_says_why(f, kind, words):
    with pytest.raises(kind, match=words):
        f(tg.Tensor(ROW, requires_grad=True))
