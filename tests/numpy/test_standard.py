"""The main points of the Array API standard; ``test_conformance.py`` runs the whole public suite."""

import numpy
import pytest

import tensorgrad as tg
import tensorgrad.numpy as np

#: Names of the standard that differ from NumPy 1's, or are newer.
NAMES = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "astype", "bitwise_invert", "bitwise_left_shift",
    "bitwise_right_shift", "bool", "concat", "count_nonzero", "cumulative_prod", "cumulative_sum", "diff",
    "isdtype", "matrix_transpose", "permute_dims", "pow", "repeat", "searchsorted", "take", "take_along_axis",
    "tile", "unique_all", "unique_counts", "unique_inverse", "unique_values", "unstack", "vecdot", "finfo",
    "iinfo", "from_dlpack", "can_cast", "result_type", "e", "inf", "nan", "newaxis", "pi", "clip", "copysign",
    "hypot", "logaddexp", "maximum", "minimum", "nextafter", "reciprocal", "signbit",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_there(name):
    assert hasattr(np, name)


def test_a_tensor_tells_its_namespace():
    x = tg.Tensor([1.0])
    assert x.__array_namespace__() is np
    for version in ("2022.12", "2024.12", "2025.12"):
        assert x.__array_namespace__(api_version=version) is np
    with pytest.raises(ValueError, match=r"2024\.12, 2025\.12, not '1999\.01'"):
        x.__array_namespace__(api_version="1999.01")
    assert np.__array_api_version__ == "2025.12"


def test_a_tensor_lies_on_the_cpu():
    x = tg.Tensor([1.0])
    assert x.device == "cpu"
    assert x.to_device("cpu") is x
    assert x.device in np.__array_namespace_info__().devices()
    with pytest.raises(ValueError, match="cuda"):
        x.to_device("cuda")
    with pytest.raises(ValueError, match="streams"):
        x.to_device("cpu", stream=1)


def test_dlpack_shares_memory_both_ways():
    x = tg.Tensor([1.0, 2.0])
    assert numpy.shares_memory(numpy.from_dlpack(x), x.numpy())
    array = numpy.arange(3.0)
    y = np.from_dlpack(array)
    assert type(y) is tg.Tensor
    assert numpy.shares_memory(y.numpy(), array)
    assert not numpy.shares_memory(np.from_dlpack(array, copy=True).numpy(), array)
    assert x.__dlpack_device__() == array.__dlpack_device__()


def test_dlpack_loses_no_gradient():
    x = tg.Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(BufferError, match=r"float64\[2\] requires a gradient.*t\.detach\(\)"):
        numpy.from_dlpack(x)
    assert numpy.from_dlpack(x.detach()).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64"])
def test_the_limits_of_floats_are_pythons_numbers(dtype):
    for given in (dtype, np.zeros(1, dtype=dtype), getattr(np, dtype)):
        limits, theirs = np.finfo(given), numpy.finfo(dtype)
        for name in ("eps", "max", "min", "smallest_normal"):
            assert type(getattr(limits, name)) is float
            assert getattr(limits, name) == getattr(theirs, name)
        assert (limits.bits, limits.dtype) == (theirs.bits, theirs.dtype)
    assert np.iinfo(np.zeros(1, dtype="int8")).max == 127
    assert repr(np.finfo("float32")) == repr(numpy.finfo("float32"))


@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_sorting_in_descending_order_is_stable(axis):
    a = numpy.array([[2.0, 1.0, 2.0, 0.0], [1.0, 1.0, 3.0, 1.0]])
    numpy.testing.assert_array_equal(np.sort(a, axis=axis, descending=True).numpy(), -numpy.sort(-a, axis=axis))
    numpy.testing.assert_array_equal(
        np.argsort(a, axis=axis, descending=True).numpy(), numpy.argsort(-a, axis=axis, stable=True)
    )


def test_sorting_in_descending_order_carries_the_gradient():
    x = tg.Tensor([1.0, 3.0, 2.0], requires_grad=True)
    (np.sort(x, descending=True) * np.asarray([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [100.0, 1.0, 10.0]


@pytest.mark.parametrize("function", ["sum", "prod", "cumsum", "cumprod", "cumulative_sum"])
def test_a_sum_has_the_dtype_that_was_asked_for(function):
    y = getattr(np, function)(np.asarray([3, 4], dtype="uint8"), dtype="uint8")
    assert y.dtype == "uint8"
    numpy.testing.assert_array_equal(y.numpy(), getattr(numpy, function)(numpy.array([3, 4], "uint8"), dtype="uint8"))
