"""tensorgrad.numpy has NumPy's names, with NumPy's values, as Tensors."""

import importlib
import inspect
import subprocess
import sys

import numpy
import pytest

import tensorgrad as tg
import tensorgrad.numpy as np
from tensorgrad.core.dispatch import NUMPY


def plain(x):
    """Return Tensors as arrays, wherever they are in tuples and lists."""
    if isinstance(x, (list, tuple)):
        return [plain(y) for y in x]
    return x.numpy() if isinstance(x, tg.Tensor) else x


def test_every_public_name_of_numpy_is_there():
    assert len(np.__all__) > 450
    assert [name for name in np.__all__ if not hasattr(np, name)] == []
    assert set(numpy.__all__) - set(np.__all__) == {"asmatrix", "matrix", "bmat", "test"}
    assert set(numpy.__all__) <= set(dir(np))


def test_every_function_in_the_dispatch_table_is_there_and_is_wrapped():
    missing = [f for f in NUMPY if getattr(f, "__module__", None) == "numpy" and getattr(numpy, f.__name__, None) is f
               and not callable(getattr(np, f.__name__, None))]  # fmt: skip
    assert missing == []
    assert np.exp.__wrapped__ is numpy.exp
    assert np.cumsum.__wrapped__ is numpy.cumsum


@pytest.mark.parametrize(("space", "name"), [("numpy", "softplus"), ("numpy.linalg", "nope"), ("numpy.random", "nope")])
def test_a_name_that_numpy_lacks_is_an_attribute_error_that_names_it(space, name):
    with pytest.raises(AttributeError, match=rf"module 'tensorgrad\.{space}' has no attribute '{name}'"):
        importlib.import_module(f"tensorgrad.{space}").__getattr__(name)


#: Calls without any Tensor among the arguments: what NumPy gives, as Tensors.
CALLS = [
    "np.array([[1, 2], [3, 4]])", "np.array(3.0, ndmin=2)", "np.asarray([1.5], dtype='float32')", "np.zeros((2, 3))",
    "np.ones(2, dtype=int)", "np.full((2,), 7)", "np.arange(3, 9, 2)", "np.linspace(0, 1, 5)", "np.eye(3, k=1)",
    "np.linspace(0, 1, 5, retstep=True)[0]", "np.logspace(0, 2, 3)", "np.geomspace(1, 8, 4)", "np.identity(2)",
    "np.tri(3)", "np.fromfunction(lambda i, j: i + j, (2, 2))", "np.meshgrid([1, 2], [3, 4, 5])", "np.zeros_like([1])",
    "np.frombuffer(bytes([1, 2]), 'uint8')", "np.ascontiguousarray(2.0)", "np.asanyarray([1])", "np.mgrid[0:2, 0:3]",
    "np.ogrid[0:2, 0:3]", "np.r_[1:3, 7]", "np.c_[[1, 2], [3, 4]]", "np.sum([1, 2, 3])", "np.add.reduce([1, 2])",
    "np.maximum.accumulate([1, 3, 2])", "np.multiply.outer([1, 2], [3, 4])", "np.hamming(4)", "np.roots([1, -3, 2])",
    "np.polyfit([0, 1, 2], [1, 3, 5], 1)", "np.linalg.inv([[2.0, 0.0], [0.0, 4.0]])", "np.fft.fft([1.0, 2.0])",
    "np.linalg.eigh([[2.0, 1.0], [1.0, 2.0]])", "np.fft.fftfreq(4, 0.5)", "np.histogram([1, 2, 2])[0]",
    "np.unique([3, 1, 3], return_counts=True)", "np.sort([3, 1, 2])", "np.argsort([3, 1, 2])", "np.indices((2, 2))",
    "np.clip([1, 5, 9], 2, 6)", "np.clip([1, 5, 9], a_min=2, a_max=None)", "np.vectorize(lambda v: v + 1)([1, 2])",
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_a_call_gives_numpys_values_as_tensors(call):
    ours, theirs = eval(call), eval(call, {"np": numpy})  # one text, read with either namespace
    leaves = ours if isinstance(ours, (tuple, list)) else [ours]
    assert all(type(x) is tg.Tensor for x in leaves)
    for mine, other in zip(leaves, theirs if isinstance(theirs, (tuple, list)) else [theirs], strict=True):
        numpy.testing.assert_array_equal(mine.numpy(), other)
        assert mine.dtype == other.dtype


def test_what_is_no_array_stays_what_it_is():
    assert np.shape(np.zeros((2, 3))) == (2, 3)
    assert np.array_equal([1], [1]) is True
    assert np.result_type("float32", "int8") == numpy.dtype("float32")
    assert np.float32 is numpy.float32
    assert np.pi == numpy.pi
    assert np.newaxis is None
    assert np.asarray(["a"]).dtype.kind == "U"
    assert np.ndarray is tg.Tensor
    assert isinstance(np.zeros(1), np.ndarray)


def test_signatures_and_documentation_are_numpys():
    assert inspect.signature(np.cumsum) == inspect.signature(numpy.cumsum)
    assert np.cumsum.__doc__ == numpy.cumsum.__doc__
    assert np.add.__name__ == "add"
    assert (np.add.nin, np.add.identity) == (2, 0)


def test_gradients_flow_through_each_kind_of_function():
    x = tg.Tensor([1.0, 2.0], requires_grad=True)
    y = np.sum(np.exp(x)) + np.add.reduce(np.array([x, 2 * x]), axis=None) + np.r_[x, 1.0][0] + np.c_[x, x].sum()
    (y + np.full(2, x[0]).sum() + np.clip(x, 1.5, 3.0).sum() + np.linspace(x[0], x[1], 3)[1]).backward()
    others = numpy.array([3 + 1 + 2 + 2 + 0 + 0.5, 3 + 2 + 1 + 0.5])
    numpy.testing.assert_allclose(x.grad.numpy(), numpy.exp([1.0, 2.0]) + others)


def test_asarray_gives_the_tensor_itself_unless_something_must_change():
    x = tg.Tensor([1.0, 2.0], requires_grad=True)
    assert np.asarray(x) is x
    assert np.asarray(x, dtype="float64") is x
    copied = np.array(x)
    assert copied is not x
    assert not numpy.shares_memory(copied.numpy(), x.numpy())
    single = np.asarray(x, dtype="float32")
    assert single.dtype == "float32"
    (copied.sum() + single.sum()).backward()
    assert x.grad.tolist() == [2.0, 2.0]
    with pytest.raises(ValueError, match="copy=False"):
        np.asarray(x, dtype="float32", copy=False)
    array = numpy.zeros(2)
    assert numpy.shares_memory(np.asarray(array).numpy(), array)
    with pytest.raises(ValueError, match="cuda"):
        np.asarray(x, device="cuda")


@pytest.mark.parametrize("nested", ["[x, 1.0]", "[[x, 1.0], (2, x * x)]", "(x, x)"])
def test_lists_of_tensors_are_stacked_with_their_gradients(nested):
    y = np.array(eval(nested, {"x": tg.Tensor(3.0, requires_grad=True)}))
    numpy.testing.assert_array_equal(y.numpy(), numpy.array(eval(nested, {"x": 3.0})))
    assert tg.gradcheck(lambda x: np.array(eval(nested, {"x": x})), numpy.array(3.0))


def test_linspace_differentiates_both_ends():
    for endpoint in (True, False):
        ends = (numpy.array([1.0, 2.0]), numpy.array(5.0))
        assert tg.gradcheck(lambda a, b, e=endpoint: np.linspace(a, b, 4, endpoint=e), ends)
    start = tg.Tensor(1.0, requires_grad=True)
    y, step = np.linspace(start, 3.0, 5, retstep=True)
    assert y.tolist() == [1.0, 1.5, 2.0, 2.5, 3.0]
    step.backward()
    assert start.grad.item() == -0.25


def test_what_has_no_rule_says_so_rather_than_lose_the_gradient():
    x = tg.Tensor([1.0, 2.0, 3.0], requires_grad=True)
    with pytest.raises(TypeError, match=r"np\.real_if_close has no derivative rule"):
        np.real_if_close(x)
    numpy.testing.assert_array_equal(np.real_if_close(x.detach()).numpy(), [1.0, 2.0, 3.0])


def test_directions_of_r_are_refused_for_tensors():
    with pytest.raises(ValueError, match=r"directions such as 'c' are not for Tensors"):
        np.r_["c", np.ones(2)]


def test_a_compiled_function_written_with_it_gives_the_same():
    def f(x):
        return np.sum(np.sin(x) * np.asarray(2.0) + np.clip(x, 0, 1) + np.zeros_like(x) + np.asarray(x))

    x = tg.Tensor([0.5, 2.0], requires_grad=True)
    assert tg.compile(f)(x).item() == f(x).item()
    f(x).backward()
    numpy.testing.assert_allclose(x.grad.numpy(), 2 * numpy.cos([0.5, 2.0]) + [2, 1])


def test_a_star_import_brings_all_of_it():
    space = {}
    exec("from tensorgrad.numpy import *", space)
    assert type(space["ones"](2)) is tg.Tensor
    assert set(np.__all__) <= set(space)


def test_importing_tensorgrad_does_not_import_it():
    probe = "import sys, tensorgrad; print('tensorgrad.numpy' in sys.modules, tensorgrad.numpy.ones(1))"
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert out.stdout.split("\n")[0] == "False Tensor([1.])"
