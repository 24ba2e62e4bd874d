"""tg.ops answers to the names of keras.ops: its values are Keras's where that is installed; what it lacks is known."""

import inspect
import os
import warnings
from importlib.util import find_spec

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad import ops
from tensorgrad.core.dispatch import NUMPY

rng = np.random.default_rng(0)
X, Y = [np.float64(np.float32(rng.uniform(*ends, (3, 4)))) for ends in ((0.1, 0.9), (0.3, 1.5))]
IDS = np.array([2, 0, 2])

#: Names of keras.ops that are not in tg.ops, each with the reason.
ELSEWHERE = {
    "tg.fft, of complex numbers; Keras's take pairs": "fft fft2 ifft2 irfft rfft istft stft",
    "scipy.linalg": "lu_factor",
    "what convolves, pools or attends, and images": """
        adaptive_average_pool adaptive_max_pool average_pool conv conv_transpose depthwise_conv dot_product_attention
        max_pool separable_conv fold unfold extract_sequences depth_to_space space_to_depth image""",
    "connectionist temporal classification": "ctc_decode ctc_loss",
    "transforms": "custom_gradient jvp stop_gradient",
    "modules": "linalg nn numpy",
    "no gradient could pass, or a language of its own": "vectorize view rearrange",
}


def test_every_name_that_numpy_has_for_an_op_is_in_ops():
    missing = [name for name, f in vars(np).items() if callable(f) and f in NUMPY and name not in ops.__all__]
    assert missing == []
    assert (ops.abs, ops.true_divide, ops.acos, ops.amax) == (ops.absolute, ops.divide, ops.arccos, ops.max)


#: What differs on purpose, or is no function of two matrices of floats: NumPy's results rather than Keras's, indices.
OTHERWISE = {"empty_like", "sparsemax", "dtype", "is_tensor", "convert_to_numpy", "correlate", "take",
             "take_along_axis", "lstsq", "nonzero", "where"}  # fmt: skip

#: Calls written once and read with both namespaces.
CALLS = [
    "ops.one_hot(ids, 4)", "ops.one_hot(ids, 3, axis=0)", "ops.multi_hot(ids, 4)", "ops.top_k(x, 2)[0]",
    "ops.in_top_k(ids, x, 2)", "ops.cast(x, 'float32')", "ops.saturate_cast(300 * x, 'uint8')", "ops.shape(x)",
    "ops.scatter(ids[:, None], x, (4, 4))", "ops.scatter_update(x, [[0, 1], [2, 3]], y[0, :2])",
    "ops.slice(x, (1, 0), (2, 3))", "ops.slice_update(x, (1, 1), y[:2, :2])",
    "ops.segment_sum(x, ids, num_segments=4)", "ops.segment_max(x, ids, num_segments=3)[::2]",
    "ops.segment_min(x, ids, num_segments=3)[::2]", "ops.segment_prod(x, ids, num_segments=4)",
    "ops.logsumexp(x, axis=1)", "ops.rsqrt(x)", "ops.erfinv(x)", "ops.moments(x, [0])", "ops.normalize(x, order=1)",
    "ops.normalize(x, axis=0)", "ops.layer_normalization(x, y[0], y[1])", "ops.rms_normalization(x, y[0])",
    "ops.batch_normalization(x, y[0], y[1], 1, y[2], x[0])", "ops.divide_no_nan(x, y)", "ops.cdist(x, y)",
    "ops.psnr(x, y, 1.0)", "ops.logdet(x @ x.T + y @ y.T)", "ops.view_as_complex(x[:, :2])", "ops.polar(x, y)",
    "ops.view_as_real(x + 1j * y)", "ops.gelu(x)", "ops.gelu(x, approximate=False)", "ops.leaky_relu(x - 0.5)",
    "ops.binary_crossentropy(x, y / 2)", "ops.binary_crossentropy(x, y, from_logits=True)",
    "ops.categorical_crossentropy(x, y)", "ops.categorical_crossentropy(x, y, from_logits=True)",
    "ops.sparse_categorical_crossentropy(ids, x)", "ops.sparse_categorical_crossentropy(ids, y, from_logits=True)",
    "ops.cond(True, lambda: x, lambda: y)", "ops.switch(1, [lambda a: a, lambda a: 2 * a], x)",
    "ops.while_loop(lambda i: i < 5, lambda i: i + 1, 0)", "ops.fori_loop(0, 3, lambda i, a: a * 2 + i, x)",
    "ops.while_loop(lambda i, a: i < 5, lambda i, a: (i + 1, a * 2), (0, x), maximum_iterations=3)[1]",
    "ops.map(lambda row: row * 2, x)", "ops.vectorized_map(lambda row: row * 2, x)",
    "ops.scan(lambda c, row: (c + row, c * row), y[0], x)",
    "ops.scan(lambda c, row: (c + row, c), y[0], x, reverse=True)",
    "ops.associative_scan(lambda a, b: a * b, x)", "ops.associative_scan(lambda a, b: a + b, x, reverse=True, axis=1)",
    "ops.clip(x, 0.2, 0.5)", "ops.where(x > 0.5)[1]", "ops.get_item(x, (0, 1))", "ops.arange(3)", "ops.isin(ids, [0])",
    "ops.solve_triangular(x[:, :3], y)", "ops.solve_triangular(x[:, :3], y, lower=True)", "ops.cholesky(x @ x.T)",
    "ops.cholesky_inverse(ops.cholesky(x @ x.T))",
    "ops.cholesky_inverse(ops.cholesky(x @ x.T, upper=True), upper=True)",
    "ops.eigh(x @ x.T)[0]", "ops.svd(x)[1]", "ops.pinv(x)", "ops.qr(x)[0] ** 2", "ops.dtype(x)", "ops.is_tensor(x)",
]  # fmt: skip


def plain(y):
    """Return what a call gave as arrays, in a list."""
    return [np.asarray(part.detach() if hasattr(part, "detach") else part) for part in
            (y if isinstance(y, (tuple, list)) else [y])]  # fmt: skip


@pytest.fixture(scope="module")
def keras():
    if not (find_spec("keras") and find_spec("torch")):
        pytest.skip("needs keras and torch")
    os.environ["KERAS_BACKEND"] = "torch"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what importing it warns of is not ours
        import keras
    return keras


@pytest.fixture
def doubles(keras, monkeypatch):
    """Keras in float64; off TensorFlow, Keras 3.15 brings float64 down to float32 in a mean, by a table."""
    from keras.src.backend.common import dtypes

    before = keras.config.floatx()
    monkeypatch.setitem(dtypes.BIT64_TO_BIT32_DTYPE, "float64", "float64")
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx(before)


@pytest.mark.peers
@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("call", CALLS)
def test_a_call_gives_what_keras_gives(keras, call):
    theirs = {name: keras.ops.convert_to_tensor(a) for name, a in (("x", X), ("y", Y), ("ids", IDS))}
    ours = {name: tg.Tensor(a) for name, a in (("x", X), ("y", Y), ("ids", IDS))}
    expected, got = plain(eval(call, {"ops": keras.ops, **theirs})), plain(eval(call, {"ops": ops, **ours}))
    assert len(got) == len(expected)
    for mine, other in zip(got, expected, strict=True):
        assert mine.shape == other.shape
        if mine.dtype.kind in "fc":
            single = mine.dtype == "float32" or other.dtype in ("float32", "complex64")  # Keras narrows a few of them
            single = single or "segment" in call  # which Keras has PyTorch compute in float32
            np.testing.assert_allclose(mine, other, rtol=1e-6 if single else 1e-12)
        else:
            np.testing.assert_array_equal(mine, other)


@pytest.mark.peers
@pytest.mark.usefixtures("doubles")
def test_each_function_of_one_or_two_arrays_gives_what_keras_gives(keras):
    differ, compared = [], 0
    for name in sorted((set(dir(keras.ops)) & set(ops.__all__)) - OTHERWISE):
        function = getattr(keras.ops, name)
        needed = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty and p.kind < 2]
        try:
            expected = plain(function(*[keras.ops.convert_to_tensor(a) for a in (X, Y)[: len(needed)]]))
        except Exception:  # an array is not what it takes, or PyTorch lacks it
            continue
        with np.errstate(invalid="ignore"):  # arccosh below 1
            got = plain(getattr(ops, name)(*[tg.Tensor(a) for a in (X, Y)[: len(needed)]]))
        compared += 1
        close = [np.allclose(a, b, rtol=1e-6, equal_nan=True) for a, b in zip(got, expected, strict=False)]
        if len(got) != len(expected) or not all(close):
            differ.append(name)
    assert differ == []
    assert compared > 100


@pytest.mark.peers
def test_every_name_of_keras_is_there_or_known_to_be_elsewhere(keras):
    known = {name for names in ELSEWHERE.values() for name in names.split()}
    missing = {name for name in dir(keras.ops) if not name.startswith("_")} - set(ops.__all__)
    assert missing - known == set()


#: Functions of floats, differentiable where they are called.
DIFFERENTIABLE = {
    "segment_sum": lambda x: ops.segment_sum(x, IDS, 4),
    "segment_max": lambda x: ops.segment_max(x, [1, 0, 1]),
    "segment_min": lambda x: ops.segment_min(x, [1, 0, 1]),
    "segment_prod": lambda x: ops.segment_prod(x, IDS, 4),
    "scatter": lambda x: ops.scatter([[2], [0], [2]], x, (3, 4)),
    "scatter by name": lambda x: ops.scatter(indices=[[2], [0], [2]], values=x, shape=(3, 4)),
    "scatter_update": lambda x: ops.scatter_update(x * x, [[0], [1]], x[1:]),
    "scatter_update add": lambda x: ops.scatter_update(x * x, [[0], [0]], x[1:], "add"),
    "slice": lambda x: ops.slice(x, (1, 0), (-1, 2)),
    "slice_update": lambda x: ops.slice_update(x * x, (1, 0), x[:1]),
    "rsqrt": ops.rsqrt,
    "divide_no_nan": lambda x: ops.divide_no_nan(x, x * np.array([1.0, 0.0, 1.0, 1.0])),
    "cdist": lambda x: ops.cdist(x, Y),
    "psnr": lambda x: ops.psnr(x, Y, 1.0),
    "logdet": lambda x: ops.logdet(x[:, :3]),
    "solve_triangular": lambda x: ops.solve_triangular(x[:, :3], x),
    "cholesky_inverse": lambda x: ops.cholesky_inverse(x[:, :3]),
    "cond": lambda x: ops.cond(x.sum() > 0, lambda: x * x, lambda: x),
    "while_loop": lambda x: ops.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (0, x))[1],
    "fori_loop": lambda x: ops.fori_loop(0, 3, lambda i, y: y * x + i, x),
    "map": lambda x: ops.map(lambda row: {"a": row * row}, x)["a"],
    "scan": lambda x: ops.scan(lambda c, row: (c * row, c + row), x[0], x)[1],
    "associative_scan": lambda x: ops.associative_scan(np.multiply, x, reverse=True),
    "saturate_cast": lambda x: ops.saturate_cast(x, "float64"),
}


@pytest.mark.parametrize("function", DIFFERENTIABLE.values(), ids=list(DIFFERENTIABLE))
def test_gradients(function):
    assert tg.gradcheck(function, X)


def test_gradients_through_complex_numbers():
    r, angle = tg.Tensor(X, requires_grad=True), tg.Tensor(Y, requires_grad=True)
    z = ops.view_as_real(ops.polar(r, angle))
    (z * np.array([2.0, 3.0])).sum().backward()
    np.testing.assert_allclose(r.grad.numpy(), 2 * np.cos(Y) + 3 * np.sin(Y), rtol=1e-14)
    np.testing.assert_allclose(angle.grad.numpy(), X * (3 * np.cos(Y) - 2 * np.sin(Y)), rtol=1e-13, atol=1e-15)
    parts = tg.Tensor(X[:, :2], requires_grad=True)
    (ops.view_as_real(ops.view_as_complex(parts)) * np.array([2.0, 3.0])).sum().backward()
    np.testing.assert_array_equal(parts.grad.numpy(), [[2.0, 3.0]] * 3)


def test_segments_without_rows_and_of_whole_numbers():
    data = np.array([3, 5, 4])
    np.testing.assert_array_equal(ops.segment_sum(data, [0, 0, 2]), [8, 0, 4])
    np.testing.assert_array_equal(ops.segment_max(data, [0, 0, 2]), [5, np.iinfo(int).min, 4])
    np.testing.assert_array_equal(ops.segment_min(data, [0, 0, 2], 2), [3, np.iinfo(int).max])
    np.testing.assert_array_equal(ops.segment_max(data * 1.0, [0, 0, 2]), [5, -np.inf, 4])
    np.testing.assert_array_equal(ops.segment_prod(data, [0, 0, 2]), [15, 1, 4])
    assert ops.segment_prod(data, [0, 0, 2]).dtype == data.dtype


def test_errors_name_what_came():
    with pytest.raises(ValueError, match=r"data float64\[3, 4\] needs one id for each row, got ids int64\[2\]"):
        ops.segment_sum(X, [0, 1])
    with pytest.raises(IndexError):
        ops.segment_sum(X, [0, 1, -1], 2)
    with pytest.raises(ValueError, match=r"reduction must be None or 'add', got 'max'"):
        ops.scatter_update(X, [[0]], X[:1], "max")
    with pytest.raises(TypeError, match=r"both branches"):
        ops.where(X > 0, X)
    with pytest.raises(ValueError, match="one first length"):
        ops.map(lambda pair: pair[0], (X, Y[:2]))


def test_a_while_loop_stops_at_the_most_iterations():
    assert ops.while_loop(lambda i: True, lambda i: i + 1, 0, maximum_iterations=4) == 4
    assert ops.while_loop(lambda i: i < 2, lambda i: (i + 1,), [0]) == (2,)


def test_conversions_keep_or_drop_the_gradient():
    x = tg.Tensor([1.0, 2.0], requires_grad=True)
    assert ops.convert_to_tensor(x) is x
    assert ops.convert_to_tensor([x[0], 3.0]).requires_grad
    assert type(ops.convert_to_tensor([1.0])) is tg.Tensor
    assert ops.convert_to_numpy(x) is x.data
    assert ops.cast(x, "float32").requires_grad
    assert (ops.is_tensor(x), ops.is_tensor(x.data)) == (True, False)
    assert ops.saturate_cast(np.array([-1.0, 0.5, 7.0]), "bool").tolist() == [False, True, True]
