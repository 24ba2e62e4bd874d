"""NumPy's own functions on Tensors: recorded where there is a rule, refused where a gradient would be lost."""

import itertools

import numpy as np
import pytest

import tensorgrad as tg

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@pytest.fixture
def w():
    return tg.Tensor(X, requires_grad=True, name="w")


def test_ufuncs_and_functions_record(w):
    y = np.sum(np.exp(w) * np.where(X > 2, w, 0.0))
    y.backward()
    np.testing.assert_allclose(w.grad.data, np.exp(X) * np.where(X > 2, X + 1, 0), rtol=1e-14)


@pytest.mark.parametrize("other", [np.ones((2, 3)), np.float64(2), np.float32(2), np.int64(2), 2, [1.0, 2.0, 3.0]])
def test_arrays_and_scalars_on_the_left_record(w, other):
    for y in other + w, other * w, np.multiply(other, w), other - w:
        assert type(y) is tg.Tensor
        assert y.requires_grad


def test_float32_stays_beside_python_numbers():
    t = tg.Tensor(X.astype("float32"), requires_grad=True)
    for y in 2.0 * t, t + 1, np.float32(2) * t, t**2, 1 / t:
        assert y.dtype == "float32"
    assert (np.float64(2) * t).dtype == "float64"


def test_reductions_by_ufunc(w):
    np.testing.assert_array_equal(np.add.reduce(w).data, X.sum(0))
    np.testing.assert_array_equal(np.maximum.reduce(w, axis=1).data, X.max(1))
    np.testing.assert_array_equal(np.add.accumulate(w, axis=1).data, X.cumsum(1))
    np.testing.assert_array_equal(np.subtract.outer(w[0], w[1]).data, np.subtract.outer(X[0], X[1]))


REFUSED = [
    (lambda w: np.linalg.qr(w, "raw"), r"qr\(a\): mode='raw' has no derivative rule"),
    (lambda w: np.real_if_close(w), "np.real_if_close has no derivative rule here"),
    (lambda w: np.array([w, w]), r"an array would lose it silently.*tg.stack\(...\) to join Tensors"),
    (lambda w: np.asarray(w), r"this Tensor \(float64\[2, 3\]\) requires a gradient"),
    (lambda w: np.testing.assert_allclose(w, X), "requires a gradient"),
    (lambda w: X.copy().__iadd__(w), r"np.add\(..., out=array\) cannot write.*a = a \+ t instead of a \+= t"),
    (lambda w: np.exp(w, out=np.empty((2, 3))), r"np.exp\(..., out=array\) cannot write a Tensor's result"),
    (lambda w: np.sum(w, out=np.empty(())), r"np.sum\(..., out=array\) cannot write a Tensor's result"),
    (lambda w: np.sum(w, wher=X > 1), r"sum\(\) got an unexpected keyword argument 'wher'"),
    (lambda w: tg.sum(w, wher=X > 1), r"sum\(\) has no setting 'wher' for Tensors; did you mean 'where'"),
    (lambda w: np.concatenate([w, w], dtype="float32"), "unexpected keyword argument 'dtype'"),
    (lambda w: np.add.outer(w, w, dtype="float32"), r"^the outer of add\(\) has no setting 'dtype' for Tensors"),
    (lambda w: X.dot(w), r"write X @ t or np\.dot\(X, t\) instead of X\.dot\(t\); use t\.numpy\(\)"),
    (lambda w: X.put(0, w[0, 0]), r"silently; write np\.put\(X, t\) instead of X\.put\(t\); use"),
    (lambda w: tg.allclose(w, w, w), r"^allclose\(\): rtol is a setting, which has no derivative here, and came as a"),
    (
        lambda w: tg.elu(w, alpha=w[0, 0]),
        r"^elu\(\): alpha is a setting.*gradient, float64\[\]; pass its values, t.num",
    ),
    (lambda w: np.add.at(X.copy(), 0, w[0]), r"^np.add.at writes into float64\[2, 3\], a plain array, where a Tensor"),
    (
        lambda w: np.r_[w, w],
        r"silently; np\.r_ and np\.c_ make arrays; write np\.concatenate\(\(a, b\)\) or np\.column",
    ),
    (lambda w: np.vectorize(abs)(w), r"silently; np\.vectorize calls f with plain numbers; write f\(t\)"),
    (lambda w: np.full((2, 2), w[0, 0]), r"np\.full\(shape, t\) makes an array; write np\.broadcast_to\(t, shape\)"),
    (lambda w: np.full_like(X, w[0, 0]), r"^np\.full_like\(array, t\) makes an array; write np\.broadcast_to"),
    (lambda w: np.lib.stride_tricks.as_strided(w, (2,), (8,)), r"as_strided may show any memory.*sliding_window_view"),
    (lambda w: np.ndenumerate(w), r"write zip\(np\.ndindex\(t\.shape\), t\.flat\)"),
    (lambda w: np.testing.assert_array_equal(w, X), r"np\.testing\.assert_array_equal compares arrays; write t\.numpy"),
    (lambda w: np.where(w > 0, w), r"^where\(c, a, b\) takes both branches, a and b, or neither"),
    (
        lambda w: pytest.importorskip("scipy.special").erf(w),
        r"^erf has no derivative rule here.*write tg\.ops\.erf\(t\), or pass t\.numpy\(\)",
    ),
    (lambda w: np.multiply.reduceat(w, [0, 1]), r"^np\.\w+\.reduceat has no derivative rule here"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[str(i) for i in range(len(REFUSED))])
def test_what_would_lose_the_gradient_is_refused(w, call, message):
    with pytest.raises(TypeError, match=message):
        call(w)


def test_functions_without_a_rule_work_on_tensors_that_need_no_gradient(w):
    assert np.median(w.detach()) == 3.5
    with tg.no_grad():
        assert np.median(w) == 3.5
    np.testing.assert_array_equal(np.array([w.detach(), w.detach()]), [X, X])
    np.testing.assert_allclose(w.detach(), X)


def test_arguments_may_be_named_or_positional(w):
    for y in np.sum(w, 0), np.sum(w, axis=0), np.sum(w, axis=0, out=None):
        np.testing.assert_array_equal(y.data, X.sum(0))
    np.testing.assert_array_equal(np.transpose(w, axes=(1, 0)).data, X.T)
    np.testing.assert_array_equal(tg.where(X > 2, b=0.0, a=w).data, np.where(X > 2, X, 0))
    np.testing.assert_array_equal(np.reshape(w, (3, 2), order="C").data, X.reshape(3, 2))


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.1.0", reason="NumPy's own takes it since 2.1")
def test_the_shape_of_reshape_may_be_named(w):
    np.testing.assert_array_equal(np.reshape(w, shape=(3, 2)).data, X.reshape(3, 2))


def test_every_function_in_the_table_is_numpys():
    from tensorgrad.core.dispatch import NUMPY

    for function, call in NUMPY.items():
        assert isinstance(function, np.ufunc) or function.__module__.startswith("numpy"), function
        assert callable(call)


def test_the_array_may_be_named_as_numpy_names_it():
    t = tg.Tensor([[1.0, 2.0]], requires_grad=True)
    assert np.sum(a=t, axis=1).requires_grad
    np.testing.assert_array_equal(np.mean(a=t).numpy(), 1.5)


def test_a_ufunc_that_is_not_numpys_is_called_by_its_name(w):
    special = pytest.importorskip("scipy.special")
    with pytest.raises(TypeError, match=r"^expit has no derivative rule here"):
        special.expit(w)
    with pytest.raises(TypeError, match=r"^np\.gcd\.reduce has"):
        np.gcd.reduce(w)


def test_settings_may_be_tensors_without_a_gradient(w):
    one = tg.Tensor(1)
    assert tg.allclose(w, w, tg.Tensor(1e-3), tg.Tensor(1e-3))
    assert tg.isclose(X, X, one).tolist() == [[True] * 3] * 2
    np.testing.assert_array_equal(np.roll(w, one).data, np.roll(X, 1))
    np.testing.assert_array_equal(np.sum(w, axis=one).data, X.sum(1))
    np.testing.assert_array_equal(tg.elu(-w, alpha=tg.Tensor(2.0)).data, tg.elu(-X, alpha=2.0))


#: What an op of one array needs besides it.
BESIDE = {
    "array_split": [2], "astype": ["float32"], "broadcast_to": {"shape": (2, 2, 2)}, "clip": [0.0, 1.0],
    "dsplit": [1], "expand_dims": [0], "full_like": [7], "hard_shrink": [0.5],
    "hsplit": [2], "ldexp": [2], "moveaxis": [0, 1], "pad": [1],
    "repeat": [2], "reshape": {"shape": (-1,)}, "roll": [1], "soft_shrink": [0.5],
    "split": [2], "swapaxes": [0, 1], "take": [[0]],
    "take_along_axis": [np.zeros((2, 2), int)], "tile": [2], "vsplit": [2],
}  # fmt: skip
NUMBERS_AND_LISTS = [2.5, 3, True, [0.3, 0.6], (1, 2), [[1.5, 2.0], [3.0, 0.5]], [[1, 2], [3, 4]], []]
ELSEWHERE = {
    "assign",
    "block",
    "copyto",
    "fill_diagonal",
    "einsum",
    "empty",  # whose entries are what lay in memory
    "getitem",
    "scatter",
    "setitem",
}  # indices, subscripts or blocks
#: Questions that NumPy itself answers: whatever it takes, they take.
ASKED_OF_NUMPY = {name for name in tg.ops.__all__ if getattr(tg.ops, name).__module__ == "tensorgrad.ops.queries"}


def outcome(f, args, settings):
    """Return what a call gives, as arrays, or the class of what it raises."""
    try:
        y = f(*args, **settings)
    except Exception as error:  # any: NumPy and ours are to raise the same
        return type(error)
    return [np.asarray(part) for part in (y if isinstance(y, (tuple, list)) else [y])]


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("name", sorted(set(tg.ops.__all__) - ELSEWHERE - ASKED_OF_NUMPY))
def test_numbers_and_lists_are_taken_as_arrays(name):
    f, beside = getattr(tg.ops, name), BESIDE.get(name, [])
    more, settings = ([], beside) if isinstance(beside, dict) else (beside, {})
    counts = (1,) if beside else (3,) if name == "where" else (1, 2)
    for x, n in itertools.product(NUMBERS_AND_LISTS, counts):
        wanted = outcome(f, [np.asarray(x)] * n + more, settings)
        found = outcome(f, [x] * n + more, settings)
        assert found not in (AttributeError, RecursionError)
        if isinstance(wanted, type):
            continue
        assert not isinstance(found, type), (x, n)
        for a, b in zip(found, wanted, strict=True):
            assert (a.dtype, a.shape) == (b.dtype, b.shape)
            np.testing.assert_array_equal(a, b)
