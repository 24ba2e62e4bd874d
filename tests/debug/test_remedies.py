"""Every remedy is the answer to an op that makes nan or inf."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.debug import trace_numerics
from tensorgrad.debug.remedies import backward_remedy, forward_remedy
from tests.debug.scripts import numerics_error
from tests.planted import train

# (what the script computes, the first line of the report, a part of the remedy)
FORWARD = [
    ("np.log(T([1.0, -1.0]))", "log made 1 of 2 entries nan", "the logarithm of a negative number is nan"),
    ("np.log10(T([1.0, 0.0]))", "log10 made 1 of 2 entries -inf", "np.log10(np.maximum(x, 1e-7))"),
    ("np.log1p(T([-1.0, 0.0]))", "log1p made 1 of 2 entries -inf", "ln(1 + x) is -inf at -1"),
    ("np.log1p(T([-2.0, 0.0]))", "log1p made 1 of 2 entries nan", "the logarithm of a negative number"),
    ("np.exp(T([710.0, 0.0]))", "exp made 1 of 2 entries inf", "exp overflows above 709.8 in float64"),
    ("np.exp(T([89.0, 0.0], dtype='float32'))", "exp made 1 of 2 entries inf", "exp overflows above 88.72 in float32"),
    ("np.exp2(T([1025.0, 0.0]))", "exp2 made 1 of 2 entries inf", "exp2 overflows above 1024 in float64"),
    ("np.cosh(T([720.0, 0.0]))", "cosh made 1 of 2 entries inf", "cosh overflows above 710.5 in float64"),
    ("T([1.0, 2.0]) / T([0.0, 2.0])", "divide made 1 of 2 entries inf", "division by zero (1 of 2 divisors)"),
    ("T([0.0, 2.0]) / T([0.0, 2.0])", "divide made 1 of 2 entries nan", "division by zero (1 of 2 divisors)"),
    ("1 / T(0.0)", "divide made inf", "division by zero: divide by np.maximum(b, 1e-7)"),
    ("T([1e300]) / T([1e-300])", "divide made inf", "the divisor is too small"),
    ("np.reciprocal(T([0.0, 1.0]))", "reciprocal made 1 of 2 entries inf", "division by zero"),
    ("np.sqrt(T([-1.0, 1.0]))", "sqrt made 1 of 2 entries nan", "np.sqrt(np.maximum(x, 0))"),
    ("T([0.0, 1.0]) ** -1.0", "power made 1 of 2 entries inf", "0 to a negative power is inf"),
    ("T([-2.0, 1.0]) ** 0.5", "power made 1 of 2 entries nan", "a negative number to a fractional power is nan"),
    ("T([1e200, 1.0]) ** 2.5", "power made 1 of 2 entries inf", "the power overflows"),
    ("np.arccos(T([1.5, 1.0]))", "arccos made 1 of 2 entries nan", "arccos is defined on [-1, 1]: np.clip"),
    ("T([1e200]) * 1e200", "multiply made inf", "float64 overflows above 1.8e+308"),
    ("np.square(T([1e20], dtype='float32'))", "square made inf", "float32 overflows above 3.4e+38"),
    ("T([1e200, 1e200]) @ T([1e200, 1e200])", "matmul made inf", "a smaller learning rate or clipnorm=1.0"),
    ("T([1e5, 1.0]).astype('float16')", "astype made 1 of 2 entries inf", "float16 ends at 6.55e+04"),
    ("T(np.zeros((0, 3))).mean(axis=0)", "mean made 3 of 3 entries nan", "a mean of no entries is nan"),
    ("np.var(T([1.0]), ddof=1)", "var made nan", "a variance of no more than ddof"),
    ("np.linalg.inv(T([[1e-320, 0.0], [0.0, 1.0]]))", "inv made 1 of 4 entries nan and 1 inf", "nearly singular"),
    ("np.where(T([1.0, 2.0]).data > 1, T([1.0, 2.0]), -np.inf) * [0.0, 1.0]", "multiply made 1 of 2 entries nan",
     "0 · inf is nan: choose with np.where(mask, x, 0)"),
    ("T([-np.inf, 1.0]) - T([-np.inf, 1.0])", "subtract made 1 of 2 entries nan", "inf - inf is nan"),
    ("tg.softmax(T([[-np.inf, -np.inf], [1.0, 2.0]]))", "softmax made 2 of 4 entries nan",
     "a softmax over nothing but -inf is nan: leave at least one entry unmasked"),
    ("T([-np.inf, 1.0]) / T([-np.inf, 1.0])", "divide made 1 of 2 entries nan", "inf / inf is nan: for a softmax by"),
    ("np.sin(T([-np.inf, 1.0]))", "sin made 1 of 2 entries nan", "an input is infinite: keep the inputs finite"),
]  # fmt: skip


@pytest.mark.parametrize(("computed", "first", "remedy"), FORWARD, ids=[f[0] for f in FORWARD])
def test_every_remedy_of_the_forward(computed, first, remedy):
    with np.errstate(all="ignore"):  # 1e5 as float16 is inf in NumPy's eyes too
        error = numerics_error(f"T = tg.Tensor\n\ny = {computed}")
    assert str(error).splitlines()[0] == f"{first} at train.py:3"
    assert remedy in error.finding.remedy
    assert error.finding.phase == "forward"


# (what the script computes of x, the values of x, the cotangent, the first line of the report, a part of the remedy)
BACKWARD = [
    ("np.cbrt(x)", [0.0, 1.0], 1.0, "cbrt made 1 of 2 entries inf for x", "the derivative of ∛x is infinite at 0"),
    ("x ** 0.5", [0.0, 1.0], 1.0, "power made 1 of 2 entries inf for a=x", "np.maximum(x, 1e-7) ** b"),
    ("np.arcsin(x)", [1.0, 0.0], 1.0, "arcsin made 1 of 2 entries inf for x", "infinite at the ends of [-1, 1]"),
    ("1 / x", [1e-200, 1.0], 1.0, "divide made 1 of 2 entries -inf for b=x", "the divisor is too small"),
    ("np.exp(x)", [705.0, 0.0], 1e10, "exp made 1 of 2 entries inf for x", "exp overflows above 709.8 in float64"),
    (
        "np.log(x)",
        [1e-310, 1.0],
        1.0,
        "log made 1 of 2 entries inf for x",
        "1/x, overflows so near to 0",
    ),
    (
        "x * [-np.inf, 1.0]",
        [1.0, 1.0],
        0.0,
        "multiply made 1 of 2 entries nan for a=x",
        "mask the infinite values",
    ),
    ("x * 1e200", [1e-100, 1.0], 1e200, "multiply made 2 of 2 entries inf for a=x", "float64 overflows above 1.8e+308"),
]


@pytest.mark.parametrize(("computed", "values", "g", "first", "remedy"), BACKWARD, ids=[b[0] for b in BACKWARD])
def test_every_remedy_of_the_backward(computed, values, g, first, remedy):
    x = tg.Tensor(values, requires_grad=True, name="x")
    error = numerics_error(f"y = {computed}\n\ny.backward(np.full(2, g))", x=x, g=g)
    assert str(error).splitlines()[0] == f"the backward of {first} at train.py:1"
    assert remedy in error.finding.remedy
    assert error.finding.phase == "backward"


def test_a_branch_that_where_did_not_take():
    with trace_numerics(raise_exception=False) as seen:
        train("""
            x = tg.Tensor([-1.0, 1000.0], requires_grad=True, name="x")
            y = np.where(x.numpy() > 0, x, np.exp(x))
            y.sum().backward()
        """)
    forward, backward = seen.findings
    assert str(forward).splitlines()[0] == "exp made 1 of 2 entries inf at train.py:2"
    assert str(backward).splitlines()[0] == "the backward of exp made 1 of 2 entries nan for x at train.py:2"
    assert backward.remedy == (
        "0 · inf: a branch that np.where did not take overflowed; choose the input as well as the result, "
        "np.where(ok, np.exp(np.where(ok, x, 0)), other)"
    )


def test_a_softmax_by_hand_is_told_to_use_ours():
    error = numerics_error("""
        z = tg.Tensor([[1000.0, 0.0]], requires_grad=True)
        e = np.exp(z)
        p = e / e.sum(axis=1, keepdims=True)
    """)
    assert "at train.py:2" in str(error)
    assert error.finding.remedy.endswith("as tg.softmax, log_softmax, logsumexp and sigmoid do")


def test_an_op_that_is_not_known_has_no_remedy():
    assert forward_remedy("mine", [np.ones(1)], np.array([np.nan])) == ""


def test_nan_that_the_forward_made_has_the_remedy_of_the_forward():
    nan = np.array([np.nan])
    given = "sqrt", [np.array([-1.0])], nan
    assert backward_remedy(*given, nan) == forward_remedy(*given)
