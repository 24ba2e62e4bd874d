"""All losses: Keras's numbers, gradients and signatures (golden files)."""

import json
from pathlib import Path

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad import losses
from tensorgrad.errors import ShapeError

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
