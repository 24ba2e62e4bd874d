"""The gradient check: right rules pass, planted faults are found, nothing is changed, bad input is explained."""

import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck
from tensorgrad.check.numeric import differences as numeric
from tensorgrad.check.numeric import measure as columns
from tensorgrad.errors import GradcheckError, GradientError, OptionError, ShapeError
from tests.check.scale import Scale


def cube_rule(g, y, x):
    return g * 3.0 * x * x


def cube(rule=cube_rule):
    return tg.elementwise("cube", lambda x: x * x * x, x=rule)


def product(b_rule):
    """A matrix product with a rule of its own for ``b``."""
    return tg.bilinear("matrix product", lambda a, b: a @ b, a=lambda g, y, a, b: g @ b.T, b=b_rule)


RIGHT = {
    "elementwise": (lambda x: cube()(x), [(3,)]),
    "scalar": (lambda x: x * x + 1.0, [()]),
    "broadcasting": (lambda a, b: a * b - a / (b * b + 1.0), [(4, 3), (3,)]),
    "broadcasting a column": (lambda a, b: a + b * b, [(2, 3), (2, 1)]),
    "matmul": (lambda a, b: a @ b, [(2, 3), (3, 4)]),
    "batched matmul": (lambda a, b: a @ b, [(2, 2, 3), (3, 2)]),
    "reductions": (lambda x: x.sum(axis=0) * x.sum(axis=1, keepdims=True), [(2, 3)]),
    "a second use": (lambda x: (x * x).sum() * x, [(3,)]),
    "a large output": (lambda x, w: cube()(x @ w), [(20, 3), (3, 5)]),
    "an unused input": (lambda a, b: a * 2.0, [(3,), (2,)]),
}


@pytest.mark.parametrize(("f", "shapes"), RIGHT.values(), ids=RIGHT)
def test_right_gradients_pass(f, shapes, rng):
    report = gradcheck(f, [rng.standard_normal(shape) for shape in shapes])
    assert report
    assert report.difference < 1e-8


WRONG = {
    "factor": (lambda x: cube(lambda g, y, x: g * 2.0 * x * x)(x).sum(), [(3,)], "x"),
    "a slight factor": (lambda x: cube(lambda g, y, x: g * 3.0001 * x * x)(x).sum(), [(3,)], "x"),
    "sign": (lambda x: cube(lambda g, y, x: -g * 3.0 * x * x)(x).sum(), [(3,)], "x"),
    "ignored cotangent": (lambda x: (cube(lambda g, y, x: 3.0 * x * x)(x) * 2.0).sum(), [(3,)], "x"),
    "transpose": (lambda a, b: product(lambda g, y, a, b: (a.T @ g).T)(a, b).sum(axis=0), [(4, 3), (3, 3)], "b"),
    "missing transpose": (lambda a, b: product(lambda g, y, a, b: a @ g)(a, b), [(3, 3), (3, 3)], "b"),
    "large output": (lambda x: cube(lambda g, y, x: g * 3.0 * x)(x), [(100,)], "x"),
    "tiny": (lambda x: cube(lambda g, y, x: g * 2.0 * x * x)(x).sum() * 1e-12, [(3,)], "x"),
}


@pytest.mark.parametrize(("f", "shapes", "name"), WRONG.values(), ids=WRONG)
def test_wrong_gradients_are_found(f, shapes, name, rng):
    inputs = [rng.standard_normal(shape) for shape in shapes]
    report = gradcheck(f, inputs, raise_exception=False)
    assert not report
    assert [r.name for r in report.inputs if r.wrong] == [name]
    with pytest.raises(GradcheckError, match=f"gradcheck failed: wrong gradient of {name} in"):
        gradcheck(f, inputs)


def test_one_wrong_element_is_located(rng):
    once = tg.elementwise("once", lambda x: x * x, x=lambda g, y, x: g * 2.0 * x * np.array([[1.0, 1, 1], [1, 1.5, 1]]))
    x = rng.standard_normal((2, 3))
    found = gradcheck(lambda x: once(x).sum(), x, raise_exception=False)["x"]
    assert (found.wrong, found.total, found.index) == (1, 6, (1, 1))
    assert found.analytic == pytest.approx(3.0 * x[1, 1])
    assert found.numeric == pytest.approx(2.0 * x[1, 1])
    assert found.error == pytest.approx(1 / 3)
    g, n = np.where(np.arange(6).reshape(2, 3) == 4, 3.0, 2.0) * x, 2.0 * x
    assert found.difference == pytest.approx(np.linalg.norm(g - n) / (np.linalg.norm(g) + np.linalg.norm(n)), rel=1e-6)


@pytest.mark.parametrize("scale", [1e-9, 1e-4, 1.0, 1e6])
def test_no_false_alarm_at_any_scale(scale):
    log = tg.elementwise("natural", np.log, x=lambda g, y, x: g / x)
    assert gradcheck(lambda x: log(x), scale * np.array([0.5, 1.0, 3.0]))
    fast = tg.elementwise("fast", np.sin, x=lambda g, y, x: g * np.cos(x))
    assert gradcheck(lambda x: (fast(x / scale * 1e3) * scale).sum(), scale * np.array([0.5, 1.0, 3.0]))


def test_cancellation_is_no_false_alarm(rng):
    exp = tg.elementwise("exponential", np.exp, x=lambda g, y, x: g * y)
    assert gradcheck(lambda x: (exp(x) / exp(x).sum()).sum() - 1.0, rng.standard_normal(9))
    assert gradcheck(lambda x: ((x + 1e6) - 1e6).sum() * 1.0, rng.standard_normal(3))


BROKEN = {
    "half": lambda d: d * 0.5,
    "negated": lambda d: -d,
    "zero": lambda d: d * 0.0,
    "shifted": lambda d: d + 1e-3,
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_measurement_fails_right_gradients(broken, monkeypatch, rng):
    """The check can fail for either side: a halved or negated numeric derivative does not pass."""
    complex_columns = columns.complex_columns

    class Broken(numeric.CentralDifference):
        def __init__(self, *given):
            super().__init__(*given)
            self.slope = broken(self.slope)

    monkeypatch.setattr(columns, "complex_columns", lambda *a: broken(complex_columns(*a)))
    monkeypatch.setattr(columns, "CentralDifference", Broken)
    monkeypatch.setattr(numeric, "CentralDifference", Broken)
    assert not gradcheck(lambda x: (x * x).sum(), rng.standard_normal(3), raise_exception=False)
    assert not gradcheck(lambda x: abs(x * x).sum(), rng.standard_normal(3), raise_exception=False)


def test_report_reads_well():
    report = gradcheck(lambda W, b: (cube(lambda g, y, x: g * 2.0 * x * x)(W) + b).sum(),
                       (np.array([[1.0, 2.0]], "float32"), np.array([0.5])), raise_exception=False)  # fmt: skip
    lines = str(report).splitlines()
    assert lines[0] == "gradcheck failed: wrong gradient of W in 2 of 2 elements"
    assert re.split(r" {2,}", lines[1].strip()) == ["input", "given", "wrong", "‖g−ĝ‖/(‖g‖+‖ĝ‖)", "worst element"]
    row = re.split(r" {2,}", lines[2].strip())
    assert row[:4] == ["W", "float32[1, 2]", "2 of 2", "2.0e-01: wrong"]
    assert re.fullmatch(r"\[0, [01]\]: analytic [28], numeric (3|12)\S* \(relative error 3.3e-01\)", row[4])
    assert lines[3].split()[:5] == ["b", "float64[1]", "0", "of", "1"]
    assert re.fullmatch(
        r"  wrong rule: 'cube' \(test_gradcheck.py:\d+\) for input x; the other 2 ops are right", lines[4]
    )
    assert lines[5].startswith("  (reverse and forward mode against complex step in float64, exact to rounding, tol")
    assert str(gradcheck(lambda x: x * 2.0, 1.0)).startswith("gradcheck passed: 1 element agrees")
    assert report.as_dict()["inputs"][0]["index"] == (0, report["W"].index[1])
    with pytest.raises(KeyError):
        report["no such input"]


def test_settings_of_pytorch():
    f = lambda x: (x * x).sum()
    assert gradcheck(f, np.ones(2), eps=1e-6, atol=1e-5, rtol=1e-3)
    off = cube(lambda g, y, x: g * 3.003 * x * x)
    assert gradcheck(off, np.ones(2), rtol=1e-2)
    assert gradcheck(off, np.ones(2), atol=1e-2)
    assert not gradcheck(off, np.ones(2), eps=1e-6, raise_exception=False)


def test_works_under_no_grad_and_leaves_it():
    with tg.no_grad():
        assert gradcheck(lambda x: x * x, 2.0)
        assert not (tg.Parameter(1.0) * 2.0).requires_grad


def counter():
    calls = []

    def drifting(x):
        calls.append(1)
        return x * float(len(calls))

    return drifting


def growing():
    calls = []

    def f(x):
        calls.append(1)
        return x.reshape(6) if len(calls) < 4 else x.reshape(2, 3)

    return f


BAD = [
    (
        "integers",
        lambda x: x * 2,
        np.arange(3),
        TypeError,
        r"x is int64\[3\], and only floats have gradients; write",
    ),
    ("booleans", lambda x: x, True, TypeError, r"x is True, and only floats"),
    ("strings", lambda x: x, "abc", TypeError, r"x is str 'abc', and only floats"),
    (
        "nothing differentiable",
        lambda x: x,
        tg.Tensor(1.0),
        GradientError,
        r"no input requires a gradient; pass",
    ),
    ("no inputs", lambda *x: x, (), GradientError, r"no input requires a gradient"),
    ("None", lambda x: None, 1.0, TypeError, r"must return a Tensor, got None; is a return missing\?"),
    (
        "an array",
        lambda x: x.numpy() * 2,
        np.ones(2),
        TypeError,
        r"got float64\[2\]; compute with the Tensors",
    ),
    ("a tuple of numbers", lambda x: (x, 1.0), 1.0, TypeError, r"must return a Tensor, got 1.0; compute with the"),
    ("too few", lambda a, b: a * b, 1.0, TypeError, r"f takes a, b, got 1 input; a tuple or list holds one for each"),
    ("too many", lambda a, b=1.0: a * b, (1.0, 2.0, 3.0), TypeError, r"f takes a, b, got 3 inputs; a tuple or list"),
    ("an empty tuple", lambda x: (), 1.0, TypeError, r"must return a Tensor, got tuple \(\)"),
    ("an integer output", lambda x: tg.Tensor(3), 1.0, TypeError, r"a Tensor of floats, got int64\[\]"),
    (
        "independent",
        lambda x: tg.Tensor([3.0]),
        1.0,
        GradientError,
        r"output of f \(float64\[1\]\) does not depend",
    ),
    (
        "cut",
        lambda x: tg.Tensor(x.numpy() * 2),
        1.0,
        GradcheckError,
        r"no gradient reaches it: the graph is cut by",
    ),
    (
        "a changing shape",
        growing(),
        np.ones((2, 3)),
        ShapeError,
        r"output changed between two calls, from \[6\] to \[2, 3\]",
    ),
    ("an empty output", lambda x: x * 2.0, np.ones((0, 3)), GradientError, r"an empty Tensor \(float64\[0, 3\]\)"),
    (
        "nan output",
        lambda x: x / x,
        np.array([1.0, 0.0]),
        GradientError,
        r"not finite at the point, output \[1\] is",
    ),
    ("nan input", lambda x: x * x, np.array([1.0, np.nan]), GradientError, r"x holds nan at \[1\]; a gradient needs a"),
    ("drift", counter(), 1.0, GradientError, r"not deterministic, its output changed by 1 between two calls"),
    (
        "float32 inside",
        lambda x: x.astype("float32") * x,
        1.0,
        GradientError,
        r"computes in float32 \(op 'astype' m",
    ),
    ("no function", 3.0, 1.0, TypeError, r"f must be a function or a model, got 3.0"),
    (
        "a closure over arrays",
        lambda: tg.Tensor(1.0),
        np.ones(2),
        TypeError,
        r"must be the Tensors it closes over",
    ),
]


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize(("f", "inputs", "error", "message"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input_is_explained(f, inputs, error, message):
    with pytest.raises(error, match=message):
        gradcheck(f, inputs)


def test_bad_settings_are_explained():
    with pytest.raises(OptionError, match="gradcheck: eps must be a positive number, got 0"):
        gradcheck(lambda x: x, 1.0, eps=0)
    with pytest.raises(OptionError, match="gradcheck: rtol must be a positive number, got -1"):
        gradcheck(lambda x: x, 1.0, rtol=-1)
    with pytest.raises(TypeError, match=r"targets are for models, and .* is none; write gradcheck\(f, inputs\)"):
        gradcheck(lambda x: x, 1.0, 2.0)
    model = Scale()
    model.trainable_weights = []
    with pytest.raises(GradientError, match="'scale' has no trainable weights"):
        gradcheck(model, np.ones((1, 2)), np.ones((1, 2)))
