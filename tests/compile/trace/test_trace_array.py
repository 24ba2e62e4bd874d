"""The stand-in for an array: each operator and method gives what NumPy gives, to the bit, and is written down."""

import operator

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile.trace.array_operators import CHANGING_METHODS, COMPARISONS, METHODS, OPERATORS, UNARY
from tensorgrad.compile.trace.trace_array import TraceArray
from tensorgrad.compile.trace.tracer import Trace
from tensorgrad.errors import TraceError

FLOATS = np.array([[0.3, -1.7], [2.5, 0.9]])
INTS = np.array([[3, 1], [2, 5]])
#: Arguments of the methods that need some.
ARGUMENTS = {"clip": (-1, 1), "swapaxes": (0, 1), "take": ([0, 2],), "dot": ([1.0, 2.0],), "repeat": (2,),
             "searchsorted": (0.5,), "choose": ([[[7, 8], [9, 10]]] * 6,)}  # fmt: skip
ON = {"searchsorted": np.array([0.1, 0.4, 0.7]), "choose": INTS, "squeeze": FLOATS[None]}


def stand_in(array):
    return Trace().input(array, "x")


def check(found, expected):
    assert isinstance(found, TraceArray)
    assert type(found.value) is type(expected)
    assert found.dtype == expected.dtype
    assert found.value.tobytes() == expected.tobytes()
    assert found.tape.calls


@pytest.mark.parametrize("name", [n for n in OPERATORS if n != "matmul"])
@pytest.mark.parametrize("other", [2, np.int64(3), INTS], ids=["int", "int64", "array"])
def test_an_operator_is_numpys(name, other):
    function = getattr(operator, f"__{name}__")
    check(function(stand_in(INTS), other), function(INTS, other))
    if not isinstance(other, np.ndarray):
        check(function(other, stand_in(INTS)), function(other, INTS))


def test_matmul_is_numpys():
    check(stand_in(FLOATS) @ INTS, FLOATS @ INTS)


@pytest.mark.parametrize("name", COMPARISONS)
def test_a_comparison_is_numpys(name):
    check(getattr(operator, name)(stand_in(INTS), 2), getattr(operator, name)(INTS, 2))


@pytest.mark.parametrize("name", UNARY)
def test_a_unary_operator_is_numpys(name):
    check(getattr(operator, name)(stand_in(INTS)), getattr(operator, name)(INTS))


@pytest.mark.parametrize("exponent", [2, 2.0, 0.5, -1.0, 1, 0, 3, 2.5, np.float32(2)], ids=repr)
@pytest.mark.parametrize(
    "x", [FLOATS**2, INTS.astype("f4"), np.float64(1.7), FLOATS + 2j], ids=["f8", "f4", "()", "c16"]
)
def test_a_power_is_numpys_to_the_bit(x, exponent):
    check(stand_in(x) ** exponent, x**exponent)


@pytest.mark.parametrize("x", [INTS, FLOATS, np.float64(1.7), np.int64(3)], ids=["ints", "floats", "float", "int"])
def test_a_reflected_power_is_numpys(x):
    check(2 ** stand_in(x), 2**x)


@pytest.mark.parametrize("exponent", [2, 0.5, 3.0])
def test_a_power_in_place_changes_the_argument(exponent):
    given, plain = FLOATS**2, FLOATS**2
    x = alias = stand_in(given)
    x **= exponent
    plain **= exponent
    assert x is alias
    assert given.tobytes() == plain.tobytes()


def test_divmod_is_numpys():
    for found, expected in zip(divmod(stand_in(INTS), 2), divmod(INTS, 2), strict=True):
        check(found, expected)
    for found, expected in zip(divmod(7, stand_in(INTS)), divmod(7, INTS), strict=True):
        check(found, expected)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_numpys(name):
    x, args = ON.get(name, FLOATS), ARGUMENTS.get(name, ())
    check(getattr(stand_in(x), name)(*args), getattr(x, name)(*args))


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min", "any", "all"])
def test_a_reduction_takes_its_settings_by_position_and_by_name(name):
    found, expected = getattr(stand_in(FLOATS), name), getattr(FLOATS, name)
    check(found(0), expected(0))
    check(found(axis=(0, 1), keepdims=True), expected(axis=(0, 1), keepdims=True))
    initial = {"initial": 1.0} if name in ("max", "min") else {}
    check(found(axis=1, where=FLOATS > 0, **initial), expected(axis=1, where=FLOATS > 0, **initial))


@pytest.mark.parametrize("name", CHANGING_METHODS)
def test_a_method_that_changes_the_array_changes_the_argument(name):
    given, plain = FLOATS[::-1].copy(), FLOATS[::-1].copy()
    args = (1,) if name == "partition" else ()
    getattr(stand_in(given), name)(*args, axis=0)
    getattr(plain, name)(*args, axis=0)
    assert given.tobytes() == plain.tobytes() != FLOATS[::-1].tobytes()
    with pytest.raises(TypeError, match="that could change it"):
        getattr(stand_in(np.float64(1)), name)(*args)


def test_put_takes_the_names_of_the_method():
    given, plain = FLOATS.copy(), FLOATS.copy()
    stand_in(given).put(indices=[0, 5], values=[7, 8], mode="wrap")
    plain.put(indices=[0, 5], values=[7, 8], mode="wrap")
    assert given.tobytes() == plain.tobytes()


@pytest.mark.parametrize("use", [bool, float, int, list, np.asarray, "{:.2f}".format, lambda x: x.tolist()])
def test_code_that_needs_the_value_is_refused(use):
    with pytest.raises((TraceError, TypeError)):
        use(stand_in(np.array(1.5)))


def test_a_tensor_takes_the_operator_over():
    assert isinstance(stand_in(FLOATS) * tg.Tensor(FLOATS), tg.Tensor)
    assert isinstance(stand_in(FLOATS) ** tg.Tensor(INTS), tg.Tensor)


def test_flags_that_follow_from_the_layout_are_shown_and_others_refused():
    flags = stand_in(FLOATS.T).flags
    assert (flags.c_contiguous, flags["F_CONTIGUOUS"]) == (False, True)
    for ask in (lambda: flags.writeable, lambda: flags["OWNDATA"], lambda: setattr(flags, "writeable", False)):
        with pytest.raises(TraceError):
            ask()
