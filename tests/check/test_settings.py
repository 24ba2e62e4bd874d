"""What gradcheck takes: modes, orders, PyTorch's names, ops, layers, several outputs; and what it says to bad ones."""

import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck
from tensorgrad.check.subject.domains import drawn
from tensorgrad.core.op import REGISTRY
from tensorgrad.errors import GradcheckError, GradientError, NotReadyError, OptionError
from tensorgrad.layers import Activation, Dense
from tensorgrad.models import Sequential

RNG = np.random.default_rng(0)
X = RNG.uniform(0.3, 1.4, (3, 4))

#: Ops that need settings, integers or special matrices, which cannot be drawn, and those of complex results.
NEEDY = {"sparse_softmax_cross_entropy", "sparse_cross_entropy", "broadcast_to", "roll", "tensordot", "einsum", "pad",
         "ldexp", "cholesky", "eig", "fft", "ifft", "rfft", "ihfft",
         "part", "whole"}  # fmt: skip
#: What comes by way of singular vectors: an entry that is 0 is a rounding error there. tests/ops checks them.
BY_VECTORS = {"cofactor", "cofactor_slope"}
OURS = [
    op for op in REGISTRY.values()
    if op.module.startswith("tensorgrad.") and op.kind != "constant" and op.name not in BY_VECTORS
]  # fmt: skip


@pytest.mark.parametrize("op", [op for op in OURS if op.name not in NEEDY], ids=lambda op: op.name)
def test_every_op_is_right_to_second_order(op):
    report = gradcheck(op, order=2)
    assert [r.order for r in report.inputs] == [1] * (len(report.inputs) // 2) + [2] * (len(report.inputs) // 2)
    assert not any(r.kinks for r in report.inputs)
    assert gradcheck(op.call, modes="forward")


@pytest.mark.parametrize("op", [op for op in OURS if op.name in NEEDY], ids=lambda op: op.name)
def test_an_op_that_needs_settings_says_so(op):
    with pytest.raises(
        GradientError, match=r"gradcheck: inputs of <op .*> cannot be drawn \(.*\); pass them, and settings"
    ):
        gradcheck(op)


def test_inputs_are_drawn_from_the_domain_and_away_from_kinks():
    for op in (tg.log.op, tg.divide.op, tg.relu.op, tg.arccosh.op, tg.arctanh.op):
        for name, x in zip(op.args, drawn(op), strict=True):
            domain = op.domain.get(name, "real") if isinstance(op.domain, dict) else op.domain
            assert all(np.abs(x - kink).min() >= 0.1 for kink in op.kinks)
            assert {"positive": x > 0, "above one": x > 1, "unit": abs(x) < 1}.get(domain, abs(x) > 0).all()
    assert (drawn(tg.exp.op, 0)[0] != drawn(tg.exp.op, 1)[0]).any()


def test_an_op_with_inputs():
    assert [r.name for r in gradcheck(tg.multiply, (X, X + 1.0)).inputs] == ["a", "b"]
    assert gradcheck(tg.REGISTRY["multiply"], (X, X + 1.0))
    assert gradcheck(lambda x: tg.roll(x, 1), X)
    with pytest.raises(GradientError, match="op 'floor' is declared constant; it has no gradient to check"):
        gradcheck(tg.floor)
    with pytest.raises(TypeError, match=r"inputs are missing; write gradcheck\(f, inputs\), or gradcheck\(op\)"):
        gradcheck(lambda x: x)


def test_forward_mode_alone():
    report = gradcheck(lambda x, w: tg.softmax(np.tanh(x @ w)), (X, RNG.normal(size=(4, 2))), modes="forward")
    assert [(r.mode, r.label, r.wrong) for r in report.inputs] == [
        ("forward", "x (forward)", 0), ("forward", "w (forward)", 0)
    ]  # fmt: skip
    assert report.method.startswith("forward mode against complex step")
    assert report.difference < 1e-14


def test_a_forward_rule_that_is_wrong():
    @tg.primitive
    def doubled(x):
        return 2.0 * x

    doubled.vjp("x")(lambda g, y, x: 2.0 * g)
    doubled.jvp("x")(lambda t, y, x: 3.0 * t)
    for modes in ("forward", ("reverse", "forward")):
        report = gradcheck(lambda x: doubled(x) * 2.0, X, modes=modes, raise_exception=False)
        bad = report["x (forward)"]
        assert (bad.wrong, bad.analytic, bad.numeric) == (12, pytest.approx(6.0), pytest.approx(4.0))
    assert gradcheck(lambda x: doubled(x) * 2.0, X, modes=["reverse"])


def test_second_order():
    report = gradcheck(lambda x, w: np.tanh(x @ w).sum(), (X, RNG.normal(size=(4, 2))), order=2)
    assert [r.label for r in report.inputs] == ["x", "w", "x (2nd order)", "w (2nd order)"]
    assert report["x (2nd order)"].output.startswith("∂/∂")
    assert report.difference < 1e-9
    assert gradcheck(lambda x: x * 3.0, X, order=2)  # the second derivative is 0


def test_a_first_derivative_that_cannot_be_differentiated():
    op = tg.elementwise("cube", lambda x: x**3, x=lambda g, y, x: g * 3.0 * np.asarray(getattr(x, "data", x)) ** 2)
    assert gradcheck(op, X)
    report = gradcheck(op, X, order=2, raise_exception=False)
    assert [r.wrong for r in report.inputs] == [0, 12]
    assert report.inputs[1].worst().startswith("[")
    assert re.search(r"of ∂/∂x \[\d, \d\]: analytic", report.inputs[1].worst())
    with pytest.raises(GradcheckError, match=r"wrong gradient of x \(2nd order\) in 12 of 12 elements"):
        gradcheck(op, X, order=2)


def test_several_outputs_in_any_structure():
    report = gradcheck(lambda x: {"a": x * 2.0, "rest": (x.sum(), [np.exp(x)])}, X[0])
    assert report
    op = tg.elementwise("off", np.square, x=lambda g, y, x: g * x)
    report = gradcheck(lambda x: {"a": x * 2.0, "rest": (x.sum(), [op(x)])}, X[0], raise_exception=False)
    assert report["x"].output == "output['rest'][1][0] [3]" or report["x"].output.startswith("output['rest'][1][0] [")
    assert gradcheck(lambda x: (x * 2.0, tg.Tensor(np.arange(3))), X[0])  # integers have no gradient


def test_pytorchs_names():
    assert gradcheck(np.exp, X, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, nondet_tol=0.0, fast_mode=False,
                     check_forward_ad=True, check_backward_ad=False).method.startswith("forward mode")  # fmt: skip
    assert gradcheck(np.exp, X, check_forward_ad=False).method.startswith("reverse mode")
    assert gradcheck(np.exp, X, check_backward_ad=True, check_batched_grad=False).method.startswith("reverse and forw")
    calls = iter(range(1000))
    assert (
        gradcheck(lambda x: x.sum() + 1e-9 * next(calls), X, nondet_tol=1e-8, atol=1.0, raise_exception=False)
        is not None
    )


BAD = {
    "order": ({"order": 3}, OptionError, "order must be 1, or 2 for the derivative of the gradient too, got 3"),
    "modes": ({"modes": "backward"}, OptionError, "modes may be 'reverse' and 'forward', got ('backward',)"),
    "no mode": ({"check_backward_ad": False, "modes": "reverse"}, OptionError, "modes may be"),
    "tolerance": ({"nondet_tol": -1.0}, OptionError, "nondet_tol must be a positive number, got -1.0"),
    "masked": ({"masked": True}, OptionError, "masked has no meaning here: there are no sparse Tensors here; leave it"),
    "undefined": ({"check_undefined_grad": True}, OptionError, "a rule here always gets a cotangent, there are no"),
    "dtypes": ({"check_grad_dtypes": True}, OptionError, "the engine gives every gradient the dtype of its input"),
    "batched": ({"check_batched_grad": True}, OptionError, "there is no vmap here that a rule could fail under"),
    "misspelt": ({"fast_mod": True}, TypeError, "gradcheck has no argument 'fast_mod'; did you mean 'fast_mode'?"),
}


@pytest.mark.parametrize(("given", "error", "message"), BAD.values(), ids=BAD)
def test_bad_arguments_are_explained(given, error, message):
    with pytest.raises(error, match=re.escape(message)):
        gradcheck(np.exp, X, **given)


def test_second_order_of_several_outputs_in_any_structure():
    x = np.array([1.0, 2.0])
    assert gradcheck(lambda x: {"a": x**2, "b": [x**3]}, x, order=2)
    detached = tg.elementwise("detached", np.square, x=lambda g, y, x: g * 2 * getattr(x, "data", x))
    report = gradcheck(lambda x: {"a": x**2, "b": [detached(x)]}, x, order=2, raise_exception=False)
    assert [r.wrong for r in report.inputs] == [0, 2]


def test_a_function_that_does_not_tell_its_arguments():
    report = gradcheck(max, (np.array(1.0), np.array(2.0)))
    assert [r.analytic for r in report.inputs] == [0.0, 1.0]


class Product(tg.layers.Layer):
    def call(self, x):
        return x["a"] * x["b"][0]


def test_a_layer_is_checked_in_every_part_of_its_input():
    report = gradcheck(Product(), {"a": np.ones(2), "b": [np.full(2, 3.0)]})
    assert [r.name for r in report.inputs] == ["x['a']", "x['b'][0]"]
    assert [r.analytic for r in report.inputs] == [3.0, 1.0]


@pytest.mark.parametrize(
    ("layer", "data", "error", "words"),
    [
        (tg.layers.Dense(2, name="d"), (None,), TypeError, r"'d' needs data: gradcheck\(model, x, y\)"),
        (tg.layers.Dense(2, name="d"), (np.ones((2, 2)), np.ones(2)), tg.NotReadyError, "'d' has no loss"),
        (tg.layers.Flatten(name="f"), (np.array([[1, 2]]),), tg.GradientError, "'f' has no trainable weights"),
    ],
)
def test_a_layer_that_cannot_be_checked(layer, data, error, words):
    with pytest.raises(error, match=words):
        gradcheck(layer, *data)


def test_a_layer_is_checked_in_its_input_too():
    report = gradcheck(Dense(3, "tanh"), X)
    assert [r.name.rpartition("/")[2] for r in report.inputs] == ["kernel", "bias", "x"]
    assert [r.name for r in gradcheck(Activation("softmax"), X).inputs] == ["x"]
    x = tg.Parameter(X.astype("float32"), name="mine")
    assert gradcheck(Activation("tanh"), x)["x"].given == "float32[3, 4]"
    assert x.dtype == np.float32


def test_a_model_with_its_loss():
    model = Sequential([Dense(5, "relu", input_shape=(4,)), Dense(2, "softmax")])
    with pytest.raises(NotReadyError, match="compile"):
        gradcheck(model, X, np.eye(2)[[0, 1, 0]])
    model.compile("sgd", "categorical_crossentropy")
    report = gradcheck(model, X, np.eye(2)[[0, 1, 0]])
    assert len(report.inputs) == 4
    assert report.difference < 1e-13
    with pytest.raises(TypeError, match=r"needs data: gradcheck\(model, x, y\), or gradcheck\(layer, x\)"):
        gradcheck(model)
