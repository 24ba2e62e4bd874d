"""What ops compute: equal to NumPy, SciPy or a closed form; at 0, inf, nan and ties; for random shapes and axes."""

import math

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

import tensorgrad as tg

INF, NAN = math.inf, math.nan
X = np.array([[0.5, -1.5, 2.0], [3.0, -0.25, 1.0]])


def tensor(x, requires_grad=True):
    return tg.Tensor(np.array(x, float), requires_grad=requires_grad)


SPECIAL = [
    ("exp", np.exp, [-INF, 0.0, 1.0, INF], [0.0, 1.0, math.e, INF]),
    ("expm1", np.expm1, [1e-20, -INF], [1e-20, -1.0]),
    ("log", np.log, [1.0, INF], [0.0, INF]),
    ("log1p", np.log1p, [1e-20], [1e-20]),
    ("sqrt", np.sqrt, [0.0, 2.25, INF], [0.0, 1.5, INF]),
    ("cbrt", np.cbrt, [-27.0, 0.0], [-3.0, 0.0]),
    ("tanh", np.tanh, [-INF, 0.0, INF], [-1.0, 0.0, 1.0]),
    ("arctan", np.arctan, [-INF, 0.0], [-math.pi / 2, 0.0]),
    ("deg2rad", np.deg2rad, [180.0], [math.pi]),
    ("remainder", lambda x: np.remainder(x, 3.0), [-1.0, 4.0], [2.0, 1.0]),
    ("fmod", lambda x: np.fmod(x, 3.0), [-1.0, 4.0], [-1.0, 1.0]),
    ("power 0 ** 0", lambda x: x**0.0, [0.0, NAN], [1.0, 1.0]),
    ("maximum", lambda x: np.maximum(x, 0.0), [NAN, -1.0, INF], [NAN, 0.0, INF]),
    ("fmax", lambda x: np.fmax(x, 0.0), [NAN, -1.0, 1.0], [0.0, 0.0, 1.0]),
    ("where", lambda x: np.where(x > 0, x, 7), [NAN, 1.0, -1.0], [7.0, 1.0, 7.0]),
    ("clip", lambda x: np.clip(x, -1, 1), [NAN, -INF, 0.5], [NAN, -1.0, 0.5]),
    ("round", lambda x: np.round(x, 1), [0.25, 0.35], [0.2, 0.4]),
    ("hypot", lambda x: np.hypot(x, 1e200), [1e200], [math.sqrt(2) * 1e200]),
    ("max", np.max, [1.0, NAN], NAN),
    ("max of ties", np.max, [2.0, 2.0], 2.0),
    ("prod", np.prod, [2.0, 0.0], 0.0),
    ("logsumexp", tg.logsumexp, [1000.0, 1000.0], 1000 + math.log(2)),
    ("logsumexp below", tg.logsumexp, [-1000.0, -1000.0], -1000 + math.log(2)),
    ("logsumexp of -inf", tg.logsumexp, [-INF, -INF], -INF),
    ("logsumexp with -inf", tg.logsumexp, [-INF, 1.0], 1.0),
    ("logsumexp with inf", tg.logsumexp, [INF, 1.0], INF),
    ("logsumexp of nothing", tg.logsumexp, [], -INF),
    ("logaddexp", lambda x: np.logaddexp(x, 900.0), [900.0], [900 + math.log(2)]),
    ("logaddexp2", lambda x: np.logaddexp2(x, 900.0), [900.0], [901.0]),
    ("sum of nothing", np.sum, [], 0.0),
    ("prod of nothing", np.prod, [], 1.0),
    ("std of one", np.std, [4.0], 0.0),
    ("norm", np.linalg.norm, [3.0, 4.0], 5.0),
]


@pytest.mark.parametrize(("f", "x", "expected"), [row[1:] for row in SPECIAL], ids=[row[0] for row in SPECIAL])
def test_special_values(f, x, expected):
    np.testing.assert_allclose(f(tensor(x)).data, expected, rtol=1e-15)


def test_ops_without_a_numpy_twin_equal_their_formula():
    d = np.array([[2.0, 0.0, 4.0], [1.0, 0.0, 5.0]])
    g = np.where(d == 0, 0, X)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(tg.ratio(g, d), [[0.25, 0, 0.5], [3, 0, 0.2]])
    np.testing.assert_array_equal(tg.product(np.array([0.0, 2.0, NAN]), np.array([NAN, 3.0, 0.0])), [0, 6, 0])
    for axis in (None, 0, 1, (0, 1)):
        np.testing.assert_allclose(tg.logsumexp(X, axis=axis), special.logsumexp(X, axis=axis), rtol=0, atol=1e-15)
    assert tg.logsumexp(np.array([0, 0])) == math.log(2)
    np.testing.assert_array_equal(np.ptp(tensor(X), axis=1).data, np.ptp(X, axis=1))


CALLS = [
    lambda x: np.add.reduce(x),
    lambda x: np.add.reduce(x, axis=None),
    lambda x: np.add.reduce(x, axis=1, keepdims=True),
    lambda x: np.multiply.reduce(x, axis=1),
    lambda x: np.maximum.reduce(x),
    lambda x: np.minimum.reduce(x, axis=-1),
    lambda x: np.logaddexp.reduce(x, axis=1),
    lambda x: np.add.accumulate(x, axis=1),
    lambda x: np.multiply.accumulate(x),
    lambda x: np.logical_and.reduce(x > 0, axis=1),
    lambda x: np.logical_or.reduce(x > 2.5),
    lambda x: np.sum(x, 1, keepdims=True),
    lambda x: np.mean(x, (0, 1)),
    lambda x: np.var(x, axis=0, ddof=1),
    lambda x: np.std(x, axis=1, correction=1),
    lambda x: np.max(x, 0, keepdims=True),
    lambda x: np.amin(x, axis=-1),
    lambda x: np.clip(x, None, 1.0),
    lambda x: np.clip(x, a_min=0, a_max=1),
    lambda x: np.clip(X, x - 1, None),
    lambda x: np.round(x, 1),
    lambda x: np.where(x > 0, x, 0.5),
    lambda x: np.argmax(x, axis=1),
    lambda x: np.fabs(x),
    lambda x: np.float_power(abs(x), 2),
]
if np.lib.NumpyVersion(np.__version__) >= "2.1.0":  # before, NumPy's own has no such names, and needs a bound
    CALLS += [lambda x: np.clip(x, min=0, max=1), lambda x: np.clip(x, None, None)]


@pytest.mark.parametrize("f", CALLS)
def test_calls_as_numpy_takes_them(f):
    y = f(tensor(X))
    np.testing.assert_allclose(y.data, f(X), rtol=1e-15)
    assert y.dtype == f(X).dtype


def test_where_without_branches_is_nonzero():
    rows, columns = np.where(tensor(X) > 1)
    np.testing.assert_array_equal(rows, [0, 1])
    np.testing.assert_array_equal(columns, [2, 0])


def test_integers_stay_integers_where_numpy_keeps_them():
    n = tg.Tensor([3, -7, 5])
    assert np.clip(n, 0, None).data.tolist() == [3, 0, 5]
    assert np.clip(n, None, 4).dtype == np.int64
    assert (n // 2).data.tolist() == [1, -4, 2]
    assert np.sum(n).item() == 1
    assert np.mean(n).item() == pytest.approx(1 / 3)
    assert (n**2).data.tolist() == [9, 49, 25]


# Random shapes and axes.


BINARY = {
    "add": lambda a, b: (np.ones_like(a * b), np.ones_like(a * b)),
    "subtract": lambda a, b: (np.ones_like(a * b), -np.ones_like(a * b)),
    "multiply": lambda a, b: (b + 0 * a, a + 0 * b),
    "divide": lambda a, b: (1 / b + 0 * a, -a / b**2),
    "power": lambda a, b: (b * a ** (b - 1), a**b * np.log(a)),
    "maximum": lambda a, b: (1.0 * (a > b), 1.0 * (b > a)),
    "hypot": lambda a, b: (a / np.sqrt(a * a + b * b), b / np.sqrt(a * a + b * b)),
    "arctan2": lambda a, b: (b / (a * a + b * b), -a / (a * a + b * b)),
    "logaddexp": lambda a, b: (special.expit(a - b), special.expit(b - a)),
}


def summed_to(g, shape):
    """Return ``g`` summed over the axes along which ``shape`` was broadcast: the loop one would write by hand."""
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for i, n in enumerate(shape):
        if n == 1:
            g = g.sum(axis=i, keepdims=True)
    return g


@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=4), st.sampled_from(sorted(BINARY)))
@settings(max_examples=150, deadline=None)
def test_broadcasting_is_undone(drawn, name):
    rng = np.random.default_rng(0)
    a, b = [tensor(rng.uniform(0.5, 2, shape)) for shape in drawn.input_shapes]
    y = getattr(tg, name)(a, b)
    assert y.shape == drawn.result_shape
    g = rng.uniform(-1, 1, y.shape)
    y.backward(g)
    for x, slope in zip((a, b), BINARY[name](a.data, b.data), strict=True):
        expected = summed_to(g * slope, x.shape)
        assert x.grad.shape == x.shape
        np.testing.assert_allclose(x.grad.data, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("call", "error", "words", "note"),
    [
        (lambda x: tg.concatenate([x, x], axis=5), IndexError, "axis 5 is out of bounds", "in concatenate: x0 float64"),
        (lambda x: tg.ops.sparse_softmax_cross_entropy(x, np.array([0, 99])), IndexError, "index 99", "ids int64[2]"),
    ],
)
def test_what_no_explanation_is_known_of_keeps_numpys_words(call, error, words, note):
    with pytest.raises(error, match=words) as raised:
        call(tensor(X))
    assert any(note in text for text in raised.value.__notes__)
