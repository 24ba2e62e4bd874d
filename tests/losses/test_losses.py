"""Losses: Keras's numbers and gradients (golden file), reductions, weights, names, errors."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy import special

import tensorgrad as tg
from tensorgrad import losses
from tensorgrad.errors import DataError, OptionError, ShapeError, UnknownNameError, describe
from tensorgrad.losses.loss_lookup import as_loss, check_loss, resolve_loss
from tensorgrad.losses.targets import check_targets

RECORDS = json.loads((Path(__file__).parent.parent / "golden" / "losses.json").read_text(encoding="utf-8"))
BROADCAST = "broadcast targets (n,1)"  # Keras broadcasts; losses here never do
TOLERANCE = {"float64": {"rtol": 1e-11, "atol": 1e-14}, "float32": {"rtol": 3e-6, "atol": 1e-7}}


def is_short_weight(record):
    """Whether the weights are one per sample for values of several axes: Keras cannot, we can."""
    return "error" in record and record["sample_weight"] is not None


GOLDEN = [r for r in RECORDS if r["case"] != BROADCAST and "error" not in r]
REFUSED = [r for r in RECORDS if r["case"] == BROADCAST or ("error" in r and not is_short_weight(r))]
SPREAD = [r for r in RECORDS if is_short_weight(r)]


def identify(record):
    config = ",".join(f"{k}={v}" for k, v in record["config"].items())
    weight = "" if record["sample_weight"] is None else f"-w{np.shape(record['sample_weight'])}"
    return f"{record['name']}-{record['case']}-{config}-{record['dtype']}{weight}"


def computed(record, weight=None):
    """Return the loss of a record and its gradient by the predictions."""
    made = getattr(losses, record["name"])
    true = np.array(record["y_true"])
    pred = tg.Tensor(np.array(record["y_pred"], record["dtype"]), requires_grad=True)
    weight = record["sample_weight"] if weight is None else weight
    if record["kind"] == "function":
        value = made(true, pred, **record["config"])
    else:
        value = made(**record["config"])(true, pred, weight)
    value.sum().backward()
    return value.data, pred.grad.data


@pytest.mark.parametrize("record", GOLDEN, ids=identify)
def test_values_and_gradients_are_those_of_keras(record):
    value, grad = computed(record)
    tolerance = TOLERANCE[record["dtype"]]
    assert value.dtype == grad.dtype == record["dtype"]
    assert value.shape == np.shape(record["value"])
    np.testing.assert_allclose(value, record["value"], **tolerance)
    np.testing.assert_allclose(grad, record["grad"], **tolerance)


@pytest.mark.parametrize("record", REFUSED, ids=identify)
def test_shapes_that_keras_refuses_or_broadcasts_are_errors(record):
    with pytest.raises(ShapeError, match=r"y_true \w+\[.*y_pred \w+\["):
        computed(record)


@pytest.mark.parametrize("record", SPREAD, ids=identify)
def test_a_weight_per_sample_holds_for_all_values_of_the_sample(record):
    weight = np.array(record["sample_weight"])
    value, grad = computed(record)
    values = np.shape(record["y_pred"])[:2]
    full = np.broadcast_to(weight[:, None], values)
    if record["config"]["reduction"] == "mean_with_sample_weight" and "ignore_class" not in record["config"]:
        full, value, grad = full, value * weight.sum(), grad * weight.sum()  # the divisor counts each weight once
        expected, expected_grad = computed(record, full)
        expected, expected_grad = expected * full.sum(), expected_grad * full.sum()
    else:
        expected, expected_grad = computed(record, full)
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    np.testing.assert_allclose(grad, expected_grad, rtol=1e-6)


def test_every_record_is_used():
    assert len(GOLDEN) + len(REFUSED) + len(SPREAD) == len(RECORDS)


Y = np.array([[1.0, 0.0], [0.0, 1.0]])
P = np.array([[0.8, 0.2], [0.4, 0.6]])


def test_arrays_in_arrays_out_tensors_in_tensors_out():
    for name in ("mse", "mae", "binary_crossentropy", "categorical_crossentropy"):
        loss = as_loss(name)
        array, tensor = loss(Y, P), loss(Y, tg.Tensor(P, requires_grad=True))
        assert not isinstance(array, tg.Tensor)
        assert isinstance(tensor, tg.Tensor)
        assert tensor.shape == ()
        assert float(array) == tensor.item()
        assert loss(Y.tolist(), P.tolist()) == array
        assert isinstance(loss(tg.Tensor(Y), tg.Tensor(P)), tg.Tensor)


def test_float32_predictions_keep_their_dtype_whatever_the_targets():
    p = tg.Tensor(P.astype("float32"), requires_grad=True)
    for targets in (Y, Y.astype(int), Y.astype(bool)):
        for name in ("mse", "mae", "binary_crossentropy", "categorical_crossentropy"):
            assert as_loss(name)(targets, p).dtype == np.float32
            assert losses.get(name)(targets, p).dtype == np.float32
    assert losses.SparseCategoricalCrossentropy(ignore_class=-1)([0, -1], p, [1.0, 2.0]).dtype == np.float32
    assert losses.MeanSquaredError(dtype="float64")(Y, p).dtype == np.float64


def test_logits_agree_with_probabilities_and_scipy():
    z = np.random.default_rng(0).normal(size=(5, 4)) * 3
    ids = np.array([0, 3, 1, 1, 2])
    expected = -special.log_softmax(z, axis=-1)[np.arange(5), ids]
    for given in ({"y_pred": z, "from_logits": True}, {"y_pred": special.softmax(z, axis=-1)}):
        np.testing.assert_allclose(losses.sparse_categorical_crossentropy(ids, **given), expected, rtol=1e-12)
        np.testing.assert_allclose(losses.categorical_crossentropy(np.eye(4)[ids], **given), expected, rtol=1e-12)
    t = special.expit(-z)
    np.testing.assert_allclose(
        losses.binary_crossentropy(t, z, from_logits=True), losses.binary_crossentropy(t, special.expit(z)), rtol=1e-9
    )


def test_ids_never_wrap_around():
    z = tg.Tensor(np.zeros((2, 3)), requires_grad=True)
    for op in (tg.ops.sparse_softmax_cross_entropy, tg.ops.sparse_cross_entropy):
        for ids in ([0, -1], [0, 3], np.array([0, -1], "int8"), np.array([0, 2**32 - 1])):
            with pytest.raises(IndexError):
                op(z, ids)


@pytest.mark.parametrize(
    "op", ["softmax_cross_entropy", "sigmoid_cross_entropy", "cross_entropy", "binary_cross_entropy"]
)
def test_third_derivatives(op):
    """The third derivative along a line, against differences of the second."""
    rng = np.random.default_rng(0)
    x, along, targets = rng.uniform(0.2, 0.8, (2, 3)), rng.uniform(-1, 1, (2, 3)), rng.uniform(0.2, 0.8, (2, 3))

    def derivatives(at):
        t = tg.Tensor(float(at), requires_grad=True)
        y = getattr(tg.ops, op)(x + t * along, targets).sum()
        found = []
        for _ in range(3):
            t.grad = None
            y.backward(create_graph=True)
            y = t.grad
            found.append(y.item())
        return found

    h = 1e-5
    for lower, higher in ((0, 1), (1, 2)):
        numeric = (derivatives(h)[lower] - derivatives(-h)[lower]) / (2 * h)
        assert derivatives(0)[higher] == pytest.approx(numeric, rel=1e-6)


def test_empty_batches_and_weights_without_a_sum_give_zero():
    assert losses.MeanSquaredError()(np.zeros((0, 2)), np.zeros((0, 2))) == 0
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    assert loss(Y, P, [0.0, 0.0]) == 0
    assert losses.SparseCategoricalCrossentropy(ignore_class=-1)([-1, -1], P) == 0


def test_wrapped_functions_and_subclasses():
    loss = as_loss(lambda y_true, y_pred: np.abs(y_pred - y_true))
    assert loss.name == "lambda"
    assert loss([1.0, 2.0], [2.0, 4.0], [1.0, 0.0]) == 0.5

    class Weird(losses.Loss):
        def __init__(self, power, name="weird"):
            super().__init__(name=name)
            self.power = power

        def call(self, y_true, y_pred):
            return np.mean(np.abs(y_pred - y_true) ** self.power, axis=-1)

    loss = Weird(3)
    assert loss.name == "weird"
    assert loss([[0.0], [0.0]], [[1.0], [2.0]]) == 4.5
    assert as_loss(loss) is loss


def test_get():
    for name, function in {"mse": losses.mean_squared_error, "MAE": losses.mean_absolute_error,
                           "bce": losses.binary_crossentropy,
                           "categorical_crossentropy": losses.categorical_crossentropy}.items():  # fmt: skip
        assert losses.get(name) is function
        assert type(as_loss(name)).function is function
        assert type(as_loss(function)).function is function
    assert losses.get(None) is None
    assert as_loss("mse").name == "mean_squared_error"
    assert repr(losses.get("BinaryCrossentropy")) == "BinaryCrossentropy()"
    config = losses.BinaryCrossentropy(True, 0.1, reduction="sum").get_config()
    assert losses.get({"class_name": "BinaryCrossentropy", "config": config}).get_config() == config
    assert type(losses.get(losses.MeanSquaredError)) is losses.MeanSquaredError


@pytest.mark.parametrize(
    "record",
    [r for r in json.loads((Path(__file__).parent.parent / "golden" / "metrics.json").read_text(encoding="utf-8"))
     if r["kind"] == "resolution" and r["argument"] == "loss"],
    ids=lambda r: f"{r['identifier']}-{r['y_true_shape']}-{r['y_pred_shape']}",
)  # fmt: skip
def test_crossentropy_resolves_by_shape(record):
    check_loss(record["identifier"])
    found = resolve_loss(record["identifier"], tuple(record["y_true_shape"]), tuple(record["y_pred_shape"]))
    assert type(found).function.__name__ == record["resolved"]
    assert found.name == record["key"]


@pytest.mark.parametrize(
    "record",
    [r for r in json.loads((Path(__file__).parent.parent / "golden" / "api.json").read_text(encoding="utf-8"))
     if str(r.get("name")).startswith("losses.")],
    ids=lambda r: f"{r['name']}-{r['kind']}",
)  # fmt: skip
def test_signatures_and_configs_are_those_of_keras(record):
    import inspect

    found = getattr(losses, record["name"].removeprefix("losses."))
    if record["kind"] == "signature":
        assert list(inspect.signature(found).parameters) == [p["name"] for p in record["parameters"]]
        for name, parameter in inspect.signature(found).parameters.items():
            wanted = next(p for p in record["parameters"] if p["name"] == name)
            if "default" in wanted:
                assert parameter.default == wanted["default"]
    else:
        assert found.from_config(record["config"]).get_config().items() >= record["config"].items()


ERRORS = [
    (lambda: losses.get("bcee"), UnknownNameError, "unknown loss 'bcee'; did you mean 'bce'?"),
    (lambda: check_loss("mean_square_error"), UnknownNameError,
     "unknown loss 'mean_square_error'; did you mean 'mean_squared_error'?"),
    (lambda: losses.get(3), TypeError, "a loss is a name like 'mse', an object or a function, got 3"),
    (lambda: losses.MeanSquaredError(reduction="average"), OptionError,
     "MeanSquaredError: reduction must be one of 'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight', "
     "'none', None, got 'average'"),
    (lambda: losses.MeanSquaredError()(np.zeros(5), np.zeros((5, 3))), ShapeError,
     "mean_squared_error: y_true float64[5] and y_pred float64[5, 3] must have the same shape, for losses never "
     "broadcast; give the last layer 1 unit, or the targets 3 columns"),
    (lambda: losses.BinaryCrossentropy()(np.zeros((5, 2)), np.zeros((5, 1))), ShapeError,
     "binary_crossentropy: y_true float64[5, 2] and y_pred float64[5, 1] must have the same shape, for losses never "
     "broadcast; give the last layer 2 units, or the targets 1 column"),
    (lambda: losses.CategoricalCrossentropy()(np.array([0.0, 1.0]), np.ones((2, 3))), ShapeError,
     "categorical_crossentropy: y_true float64[2] holds labels that are ids, but must be one-hot like y_pred "
     "float64[2, 3]: use sparse_categorical_crossentropy, or to_categorical(y)"),
    (lambda: losses.SparseCategoricalCrossentropy()(np.eye(3), np.ones((3, 3))), ShapeError,
     "sparse_categorical_crossentropy: y_true float64[3, 3] for y_pred float64[3, 3] is one-hot, but must hold class "
     "ids: use categorical_crossentropy, or y.argmax(axis=-1)"),
    (lambda: losses.SparseCategoricalCrossentropy()([0, 1], np.ones((3, 3))), ShapeError,
     "sparse_categorical_crossentropy: y_true int64[2] for y_pred float64[3, 3]: there must be one class id for each "
     "row of class scores"),
    (lambda: losses.SparseCategoricalCrossentropy()([0, 5, 1], np.ones((3, 3))), DataError,
     "sparse_categorical_crossentropy: label 5 at row 1 is no class: the predictions have 3 classes, so labels go from "
     "0 to 2; give the last layer 6 units, or number the classes anew with np.unique(y, return_inverse=True)[1]"),
    (lambda: losses.SparseCategoricalCrossentropy(from_logits=True)([0, 1, -1], np.ones((3, 3))), DataError,
     "sparse_categorical_crossentropy: label -1 at row 2 is no class: the predictions have 3 classes, so labels go "
     "from 0 to 2; number the classes anew with np.unique(y, return_inverse=True)[1]"),
    (lambda: losses.MeanSquaredError()(np.zeros((4, 2)), np.zeros((4, 2)), np.ones(3)), ShapeError,
     "sample_weight float64[3] does not fit the loss's values float64[4]: give one weight per sample, shape (n,), or "
     "one per value"),
    (lambda: losses.LossFunctionWrapper(lambda y, p: None)(Y, P), TypeError,
     "the loss 'lambda' returned None: it must return one value per sample, computed from y_pred"),
    (lambda: losses.MeanSquaredError(Y, P), OptionError,
     "MeanSquaredError: reduction must be one of 'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight', "
     f"'none', None, got {describe(Y)}"),
    (lambda: losses.BinaryCrossentropy(from_logits="yes"), OptionError,
     "BinaryCrossentropy: from_logits must be True or False, got 'yes'"),
    (lambda: losses.BinaryCrossentropy(label_smoothing=2), OptionError,
     "BinaryCrossentropy: label_smoothing must be a number in [0, 1), got 2"),
    (lambda: losses.get("cross_entropy"), UnknownNameError,
     "unknown loss 'cross_entropy'; did you mean 'crossentropy'?"),
    (lambda: losses.Loss()(Y, P), TypeError, "Loss must define call(self, y_true, y_pred)"),
]  # fmt: skip
CHECKED = [
    ("mse", np.zeros(5), (None, 3), ShapeError,
     "mean_squared_error: y_true float64[5] and y_pred of shape (n, 3) must have the same shape, for losses never "
     "broadcast; give the last layer 1 unit, or the targets 3 columns"),
    ("categorical_crossentropy", np.array([[0], [2]]), (None, 3), ShapeError,
     "categorical_crossentropy: y_true int64[2, 1] holds labels that are ids, but must be one-hot like y_pred of shape "
     "(n, 3): use sparse_categorical_crossentropy, or to_categorical(y)"),
    ("categorical_crossentropy", np.zeros((2, 1)), (None, 1), ShapeError,
     "categorical_crossentropy: predictions of shape (n, 1) have one class, for which the loss is always 0; give the "
     "last layer a unit for each class, or use binary_crossentropy for a yes or no"),
    ("mse", np.zeros(5), (None, 8, 3), ShapeError,
     "mean_squared_error: y_true float64[5] and y_pred of shape (n, 8, 3) must have the same shape, for losses never "
     "broadcast; put Flatten() before the first Dense if each sample is to have one row of outputs"),
    ("sparse_categorical_crossentropy", np.zeros(5), (None, 8, 3), ShapeError,
     "sparse_categorical_crossentropy: y_true float64[5] for predictions of shape (n, 8, 3): there must be one class "
     "id for each row of class scores; put Flatten() before the first Dense if each sample is to have one row of "
     "outputs"),
    ("sparse_categorical_crossentropy", np.array([0, 1]), (None, 1), DataError,
     "sparse_categorical_crossentropy: label 1 at row 1 is no class: the predictions have 1 class, so labels go from 0 "
     "to 0; give the last layer 2 units, or use binary_crossentropy for a yes or no, or number the classes anew with "
     "np.unique(y, return_inverse=True)[1]"),
    ("categorical_crossentropy", np.array([[0, 2, 0]]), (None, 3), DataError,
     "categorical_crossentropy: target 2 at row 0 is outside [0, 1]: targets are labels 0 and 1 or probabilities; "
     "encode the labels so, or use a loss for numbers, such as mean_squared_error"),
    ("binary_crossentropy", np.array([0, 1, -1]), (None, 1), DataError,
     "binary_crossentropy: target -1 at row 2 is outside [0, 1]: targets are labels 0 and 1 or probabilities; encode "
     "the labels so, or use a loss for numbers, such as mean_squared_error"),
    ("sparse_categorical_crossentropy", np.eye(3), (None, 3), ShapeError,
     "sparse_categorical_crossentropy: y_true float64[3, 3] for predictions of shape (n, 3) is one-hot, but must hold "
     "class ids: use categorical_crossentropy, or y.argmax(axis=-1)"),
    ("sparse_categorical_crossentropy", np.array([0.0, 1.5]), (None, 3), DataError,
     "sparse_categorical_crossentropy: label 1.5 at row 1 is not an integer: labels are class ids from 0 to 2; for "
     "numbers use a regression loss, such as mean_squared_error"),
    ("sparse_categorical_crossentropy", np.array([[0], [3]]), (None, 3), DataError,
     "sparse_categorical_crossentropy: label 3 at row 1 is no class: the predictions have 3 classes, so labels go from "
     "0 to 2; give the last layer 4 units, or number the classes anew with np.unique(y, return_inverse=True)[1]"),
    ("sparse_categorical_crossentropy", np.array([0, -1]), (None, 3), DataError,
     "sparse_categorical_crossentropy: label -1 at row 1 is no class: the predictions have 3 classes, so labels go "
     "from 0 to 2; number the classes anew with np.unique(y, return_inverse=True)[1]"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        call()


@pytest.mark.parametrize(("name", "y", "shape", "kind", "text"), CHECKED)
def test_targets_are_checked_before_training(name, y, shape, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        check_targets(as_loss(name), y, shape)


def test_good_targets_pass_the_check():
    for name, y, shape in (
        ("mse", np.zeros(5), (None, 1)),
        ("mae", np.zeros((5, 2, 3)), (None, 2, 3)),
        ("binary_crossentropy", np.array([0, 1, 0.5]), (None, 1)),
        ("categorical_crossentropy", np.eye(3), (None, 3)),
        ("sparse_categorical_crossentropy", np.array([0.0, 2.0]), (None, 3)),
        ("sparse_categorical_crossentropy", np.array([[0, 2], [1, 1]]), (None, 2, 3)),
        ("sparse_categorical_crossentropy", np.array([[[0], [2]], [[1], [1]]]), (None, 2, 3)),
    ):
        check_targets(as_loss(name), y, shape)
    check_targets(losses.SparseCategoricalCrossentropy(ignore_class=-1), np.array([-1, 2]), (None, 3))
    check_targets(as_loss(lambda y_true, y_pred: y_pred), np.array([-1, 2]), (None, 3))


def test_a_wrapped_function_tells_its_settings():
    loss = losses.LossFunctionWrapper(losses.mean_squared_error, name="own")
    config = loss.get_config()
    assert (config["fn"], config["name"]) == (losses.mean_squared_error, "own")
    with pytest.raises(TypeError, match="a loss is needed, got None"):
        as_loss(None)


def test_a_last_axis_of_one_that_only_one_has():
    y, p = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    expected = losses.MeanSquaredError()(y, p)
    assert losses.MeanSquaredError()(y[..., None], p) == expected
    assert losses.MeanSquaredError()(y, p[..., None]) == expected
    weight = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]])
    cube = [np.stack([a, a], -1) for a in (y, p)]
    assert losses.MeanSquaredError()(*cube, weight[..., None]) == losses.MeanSquaredError()(*cube, weight)
