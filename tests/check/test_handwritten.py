"""check_gradients: gradients by hand in NumPy; how they may be given, how they are measured, what bad input is told."""

import warnings

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import check_gradients
from tensorgrad.check.subject.numpy_loss import NumpyLoss
from tensorgrad.errors import GradcheckError, GradientError, OptionError, ShapeError
from tests.check.least_squares import PARAMS, G, X, Y, grads, loss

RNG = np.random.default_rng(3)


def test_a_report_in_full():
    params = {"W": np.eye(4, 2), "b": np.array([0.0, 1.0])}
    right = grads(params, X, Y)
    report = check_gradients(loss, {**right, "db": right["db"] * 6}, params, X, Y)
    assert not report
    lines = [line.split("  ") for line in str(report).splitlines()]
    assert lines[0] == ["check_gradients failed: wrong gradient of b in 2 of 2 elements"]
    assert [cell.strip() for cell in lines[2] if cell][:3] == ["W", "float64[4, 2]", "0 of 8"]
    assert lines[-2][-1].strip() == (
        "the gradient of b is 6 times too large: the factor 1/6 is missing (6 is axis 0 of X and axis 0 of Y: a "
        "mean, not a sum)"
    )
    assert lines[-1][-1].strip() == "(complex step, exact to rounding)"
    assert report["b"].band == "wrong"
    assert report["W"].band == "right"
    assert report.difference == pytest.approx(5 / 7)  # |6 − 1| / (6 + 1)
    assert report.as_dict()["inputs"][1]["hint"] == report["b"].hint


def test_the_course_formula_and_its_bands():
    for factor, band in [(1 + 1e-9, "right"), (1 + 1e-6, "probably right"), (1 + 1e-4, "doubtful"), (1.1, "wrong")]:
        report = check_gradients(loss, {k: g * factor for k, g in G.items()}, PARAMS, X, Y, rtol=1.0)
        assert {r.band for r in report.inputs} == {band}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


LOSSES = {
    "analytic": (lambda p: np.sum(np.sin(p) * np.exp(p)), True),
    "a real norm": (lambda p: np.sqrt(np.sum(p * p)), True),
    "abs": (lambda p: np.sum(np.abs(p) ** 3), False),
    "abs of one of many": (lambda p: np.sum(p**2) + np.abs(p[3]), False),
    "the complex norm": (lambda p: np.linalg.norm(p), False),
    "a conjugate": (lambda p: np.sum(p * p.conj()), False),
    "the real part": (lambda p: np.sum(p.real**2), False),
    "a cast to float": (lambda p: float(np.sum(p**2)), False),
    "an item": (lambda p: np.sum(p**2).item(), True),
    "written into a real array": (lambda p: np.sum(np.multiply(p, p, out=np.zeros(p.shape))), False),
    "cast by assignment": (lambda p: assigned(p), False),
    "relu": (lambda p: np.sum(np.maximum(p, 0) ** 2 * 3), True),
    "math": (lambda p: sum(__import__("math").exp(x) for x in p), False),
}


def assigned(p):
    z = np.zeros(p.shape)
    z[:] = p
    return np.sum(z**2)


def reference(f, p):
    """The slopes by an independent five-point rule."""
    h, out = 1e-3, np.zeros_like(p)
    for i in range(p.size):
        e = h * (np.arange(p.size) == i)
        out[i] = (8 * (f(p + e) - f(p - e)) - (f(p + 2 * e) - f(p - 2 * e))) / (12 * h)
    return out


@pytest.mark.parametrize(("f", "exact"), LOSSES.values(), ids=LOSSES)
def test_the_complex_step_is_used_where_it_is_exact_and_only_there(f, exact):
    p = np.array([0.3, -0.7, 1.1, -0.4])
    assert (NumpyLoss(f, p, ()).method.kind == "complex step") is exact
    report = check_gradients(f, reference(f, p), p, rtol=1e-7)
    assert report
    assert not check_gradients(f, 1.001 * reference(f, p), p)
    assert report.method.startswith("complex step" if exact else "central differences")


def test_a_report_says_why_differences_were_taken():
    assert check_gradients(lambda p: float(p * p), 4.0, 2.0).method == (
        "central differences in float64, extrapolated where in doubt, as loss_fn takes no complex numbers "
        "(ComplexWarning)"
    )


def test_a_loss_that_loses_digits_raises_no_false_alarm():
    x, y = RNG.normal(size=(32, 200)), RNG.integers(0, 2, (32, 1)).astype(float)
    w = {"w": 0.5 * RNG.normal(size=(200, 1))}  # logits of ±20: 1 − sigmoid is rounded to few digits

    def cross_entropy(p):
        a = sigmoid(x @ p["w"])
        return float(-np.mean(y * np.log(a + 1e-300) + (1 - y) * np.log(1 - a + 1e-300)))

    assert check_gradients(cross_entropy, {"w": x.T @ (sigmoid(x @ w["w"]) - y) / 32}, w)


def test_a_kink_is_left_out_counted_and_named():
    p = np.array([0.0, 1.0, -2.0, 0.0])
    for subgradient in (0.0, 0.3, 1.0):
        report = check_gradients(lambda p: float(np.sum(np.maximum(p, 0))), np.where(p == 0, subgradient, p > 0), p)
        assert report
        assert report.inputs[0].kinks == 2
        assert "0 of 4; 2 at a kink" in str(report)
    assert not check_gradients(lambda p: float(np.sum(np.maximum(p, 0))), np.where(p == 0, 12.0, p > 0), p)


@pytest.mark.parametrize("cast", [float, lambda v: v], ids=["differences", "complex step"])
@pytest.mark.parametrize("samples", [20, 300, 5000])
@pytest.mark.parametrize("here", [0, 1])
def test_one_sample_of_many_at_a_kink_raises_no_alarm(cast, samples, here):
    x, slopes = RNG.normal(size=samples), RNG.uniform(0.5, 1.5, size=samples)
    x[0] = 0.0
    claimed = np.sum(slopes * (x > 0)) + here * slopes[0]
    assert check_gradients(lambda b: cast(np.sum(slopes * np.maximum(x + b, 0))), claimed, 0.0)
    off = 12 * slopes[0]
    assert not check_gradients(lambda b: cast(np.sum(slopes * np.maximum(x + b, 0))), claimed + off, 0.0)


@pytest.mark.parametrize("side", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_samples_at_a_kink_may_take_their_slopes_from_different_sides(side):
    slopes = np.array([1.0, -0.8])  # left and right of 0 the loss has the slopes 0 and 0.2
    report = check_gradients(lambda b: float(np.sum(slopes * np.maximum(b, 0))), np.sum(slopes * side), 0.0)
    assert report
    assert report.inputs[0].kinks == 1


@pytest.mark.parametrize("cast", [float, lambda v: v], ids=["differences", "complex step"])
def test_a_large_parameter_at_kinks_raises_no_alarm(cast):
    x, W, v = RNG.normal(size=(20, 3)), RNG.normal(size=(3, 1200)), RNG.normal(size=1200)
    x[0] = 0.0  # a sample of zeros, as padding makes them: all units are at their kink
    params, on = {"b": np.zeros(1200)}, x @ W > 0

    def relus(p):
        return cast(np.sum(np.maximum(x @ W + p["b"], 0) @ v))

    claimed = on.sum(axis=0) * v
    assert check_gradients(relus, [claimed], params)
    claimed[777] += 1000.0
    assert check_gradients(relus, [claimed], params)["b"].index == (777,)


@pytest.mark.parametrize(("cast", "most"), [(lambda v: v, 4), (float, 6)], ids=["complex step", "differences"])
def test_a_wrong_gradient_is_measured_with_a_few_calls_for_each_element(cast, most):
    calls = []

    def counted(w):
        calls.append(w)
        return cast(np.sum(np.sin(w)))

    w = RNG.uniform(1.0, 2.0, size=500) / 1.3
    assert not check_gradients(counted, 2 * np.cos(w), w)
    assert len(calls) <= most * w.size + 50


def test_any_memory_layout_will_do():
    W = RNG.normal(size=(4, 5))
    for array in (W.T, W[:, ::-1], np.asfortranarray(W), W[::2]):
        assert check_gradients(lambda W: np.sum(W**3), 3 * array**2, array)
        assert check_gradients(lambda W: float(np.sum(W**3)), 3 * array**2, array)


def test_nothing_is_changed():
    before = {k: p.copy() for k, p in PARAMS.items()}
    check_gradients(loss, grads, PARAMS, X, Y)
    assert all((PARAMS[k] == before[k]).all() for k in PARAMS)


NOISE = np.random.default_rng(0)


def changes_params(p, X, Y):
    p["W"] *= 0.5
    return 1.0


def changes_data(p, X, Y):
    Y += 1.0
    return loss(p, X, Y)


KEPT = {"dW": np.zeros((4, 2)), "db": np.zeros(2)}


def accumulating(p, X, Y):
    for k, g in grads(p, X, Y).items():
        KEPT[k] += g
    return KEPT


def changing_grads(p, X, Y):
    p["b"] -= 1.0
    return grads(p, X, Y)


P = PARAMS


BAD = {
    "not a function": (3.0, G, P, TypeError, "loss_fn must be a function of (params, *data), got 3.0"),
    "None": (lambda p, X, Y: None, G, P, TypeError, "loss_fn must return a number, got None; is a return missing?"),
    "a tuple": (lambda p, X, Y: (1.0, G), G, P, TypeError, "loss_fn must return the loss alone, got a tuple of 2; "
                "if it returns (loss, grads), pass lambda *a: loss_fn(*a)[0], and lambda *a: loss_fn(*a)[1] as grads"),
    "a string": (lambda p, X, Y: "loss", G, P, TypeError, "loss_fn must return a number, got str 'loss'"),
    "an array": (lambda p, X, Y: X @ p["W"], G, P, ShapeError, "loss_fn must return one number, got float64[6, 2]; "
                 "is .mean() or .sum() missing?"),
    "complex": (lambda p, X, Y: 1j, G, P, TypeError, "loss_fn must return a number, got 1j; take its real part"),
    "float32": (lambda p, X, Y: np.float32(1), G, P, GradientError, "loss_fn computes in float32, where "
                "differences drown in rounding; the parameters come as float64: remove the cast inside"),
    "infinite": (lambda p, X, Y: np.inf, G, P, GradientError, "the loss is inf at the point; a gradient needs a "
                 "finite one"),
    "a Tensor": (lambda p, X, Y: tg.Tensor(1.0), G, P, TypeError, "loss_fn returned a Tensor; it is for NumPy, "
                 "use tg.gradcheck for Tensors"),
    "random": (lambda p, X, Y: loss(p, X, Y) + NOISE.integers(1, 9) * 1e3 + NOISE.random(), G, P, GradientError,
               None),
    "params changed": (changes_params, G, P, GradientError, "loss_fn changed W in place; compute on a copy"),
    "data changed": (changes_data, G, P, GradientError, "loss_fn changed Y in place; compute on a copy"),
    "no params": (loss, G, {}, GradientError, "params holds no arrays: dict {}"),
    "integers": (loss, G, {**P, "b": np.array([1, 2])}, TypeError, "b is int64[2], and only floats have gradients; "
                 "write 2.0 instead of 2, or x.astype('float64')"),
    "None among params": (loss, G, {**P, "b": None}, TypeError, "params must be arrays of floats, in a dict, list or "
                          "tuple; b is None"),
    "a Tensor among params": (loss, G, {**P, "b": tg.Tensor([1.0, 2.0])}, TypeError, "b is a Tensor; it is for "
                              "NumPy arrays, use tg.gradcheck for Tensors"),
    "a missing gradient": (loss, {"dW": G["dW"]}, P, GradientError, "grads has no gradient of b: expected the key "
                           "'db' or 'b'; known: dW"),
    "a misspelt gradient": (loss, {"dW": G["dW"], "dB": G["db"]}, P, GradientError, "grads has no gradient of b: "
                            "expected the key 'db' or 'b'; did you mean 'dB'?"),
    "None among grads": (loss, {**G, "db": None}, P, GradientError, "the gradient of b is None; was it computed "
                         "and returned?"),
    "too few": (loss, [G["dW"]], P, GradientError, "1 gradient for 2 parameters: expected those of W, b "
              "in this order"),
    "an array for many": (loss, G["dW"], P, TypeError, "grads must have a gradient for each of W, b, in a dict or "
                          "in this order, got float64[4, 2]"),
    "a text": (loss, {**G, "db": "no"}, P, TypeError, "the gradient of b must be an array of numbers, got str 'no'"),
    "a Tensor among grads": (loss, {**G, "db": tg.Tensor(G["db"])}, P, TypeError, "the gradient of b is a Tensor; "
                             "pass its numbers, b.grad.data"),
    "not summed": (lambda p, X, Y: np.mean((X @ p["W"] + p["b"] - Y) ** 2),
                   {**G, "db": 2 * (X @ PARAMS["W"] + PARAMS["b"] - Y) / Y.size}, P, ShapeError,
                   "the gradient of b has shape [6, 2], and b [2]; the gradient of b lacks the sum over axis 0, along "
                   "which b was broadcast"),
    "keepdims": (loss, {**G, "db": G["db"][None]}, P, ShapeError, "the gradient of b has shape [1, 2], and b [2]; "
                 "the gradient of b holds the right numbers in the shape [1, 2]: reshape it, or sum with "
                 "keepdims=True"),
    "a transposed shape": (loss, {**G, "dW": G["dW"].T}, P, ShapeError, "the gradient of W has shape [2, 4], and W "
                           "[4, 2]; the gradient of W is transposed: a .T is missing or too many"),
    "another shape": (loss, {**G, "dW": np.ones(3)}, P, ShapeError, "the gradient of W has shape [3], and W [4, 2]"),
    "accumulating": (loss, accumulating, P, GradientError, "grads gave another gradient of W when called again; it "
                     "adds to what it gave before: start from zero"),
    "grads changes params": (loss, changing_grads, P, GradientError, "grads changed b in place; compute on a copy"),
}  # fmt: skip


@pytest.mark.parametrize(("f", "claimed", "params", "error", "words"), BAD.values(), ids=BAD)
def test_bad_input_is_explained(f, claimed, params, error, words):
    with pytest.raises(error) as raised:
        check_gradients(f, claimed, params, X, Y.copy())
    if words:
        assert str(raised.value) == f"check_gradients: {words}"
    else:
        assert str(raised.value).startswith("check_gradients: loss_fn is not deterministic, the loss changed by ")


def test_a_wrong_number_of_arguments_is_noted():
    with pytest.raises(TypeError) as raised:
        check_gradients(loss, G, PARAMS, X)
    assert raised.value.__notes__ == ["check_gradients: loss_fn was called with params and 1 more arguments"]


def test_options_are_checked():
    with pytest.raises(OptionError, match="check_gradients: rtol must be a number of 0 or more, got -1"):
        check_gradients(loss, G, PARAMS, X, Y, rtol=-1)


def test_raising():
    with pytest.raises(GradcheckError, match="b is 2 times too large"):
        check_gradients(loss, {**G, "db": 2 * G["db"]}, PARAMS, X, Y, raise_exception=True)


def test_warnings_of_a_loss_off_its_domain_are_not_shown():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_gradients(lambda p: float(np.log(p)), 1e4, 1e-4)
