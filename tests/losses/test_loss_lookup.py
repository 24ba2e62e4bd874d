"""What a user may call a loss."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from tensorgrad import losses
from tensorgrad.errors import UnknownNameError
from tensorgrad.losses.loss_lookup import as_loss, check_loss, resolve_loss

Y = np.array([[1.0, 0.0], [0.0, 1.0]])


P = np.array([[0.8, 0.2], [0.4, 0.6]])


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


ERRORS = [
    (lambda: losses.get("bcee"), UnknownNameError, "unknown loss 'bcee'; did you mean 'bce'?"),
    (lambda: check_loss("mean_square_error"), UnknownNameError,
     "unknown loss 'mean_square_error'; did you mean 'mean_squared_error'?"),
    (lambda: losses.get(3), TypeError, "a loss is a name like 'mse', an object or a function, got 3"),
    (lambda: losses.get("cross_entropy"), UnknownNameError,
     "unknown loss 'cross_entropy'; did you mean 'crossentropy'?"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        call()
