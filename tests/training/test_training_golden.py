"""Whole trainings, evaluations and predictions against records of real Keras (tests/golden/training.json)."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from tensorgrad import layers, losses, metrics, optimizers
from tensorgrad.models import Sequential

RECORDS = json.loads((Path(__file__).parent.parent / "golden" / "training.json").read_text())

#: Both sides compute in float32, whose rounding is 6e-8 of the largest numbers in a sum; sums in another order, over up
#: to 20 steps, add up to less than this part of the largest entry.
CLOSE = 1e-5


def made(spec, module):
    """Names stay names; ``{"class_name", "config"}`` becomes an object."""
    if not isinstance(spec, dict):
        return spec
    config = {
        key: decay(value["config"]) if isinstance(value, dict) else value for key, value in spec["config"].items()
    }
    return getattr(module, spec["class_name"])(**config)


def decay(config):
    """Keras's ExponentialDecay as a function of the step: the one schedule in the records."""
    start, rate, steps = (config[key] for key in ("initial_learning_rate", "decay_rate", "decay_steps"))
    return lambda step: start * rate ** (step / steps)


def array(values):
    values = np.asarray(values)
    return values.astype("float32") if values.dtype.kind == "f" else values


def arguments(args):
    args = dict(args)
    if "class_weight" in args:
        args["class_weight"] = {int(key): value for key, value in args["class_weight"].items()}
    if "sample_weight" in args:
        args["sample_weight"] = array(args["sample_weight"])
    if "validation_data" in args:
        args["validation_data"] = tuple(map(array, args["validation_data"]))
    return args


def compile_arguments(spec):
    args = {"optimizer": made(spec["optimizer"], optimizers), "loss": made(spec["loss"], losses)}
    for key in ("metrics", "weighted_metrics"):
        if key in spec:
            args[key] = [made(metric, metrics) for metric in spec[key]]
    return args


def close(ours, theirs, scale=None):
    """Compare on the scale of the largest entry: that of ``theirs`` unless given."""
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=CLOSE * (scale or np.max(np.abs(theirs))))


def all_close(ours, theirs):
    """Compare weights on the scale of the largest, for their errors mix from layer to layer."""
    scale = max(np.max(np.abs(weight)) for weight in theirs)
    for a, b in zip(ours, theirs, strict=True):
        close(a, b, scale)


def same_logs(ours, theirs):
    assert list(ours) == list(theirs)
    for key in theirs:
        close(ours[key], theirs[key])


def built(record):
    model = Sequential([layers.Input(record["input_shape"])])
    for layer in record["layers"]:
        model.add(made(layer, layers))
    model.set_weights([array(w) for w in record["initial_weights"]])
    model.compile(**compile_arguments(record["compile"]))
    return model


def as_keras(model, values):
    """Return what ``evaluate`` returns as Keras orders it.

    A quirk that we do not copy: Keras lists a metric that is both among ``metrics`` and ``weighted_metrics`` twice, and
    the weighted one at the very end.
    """
    if isinstance(values, float):
        return values
    logs = dict(zip(model.metrics_names, values, strict=True))
    names = [name.removeprefix("weighted_") for name in logs]
    return [logs[name] for name in [*names, *sorted(logs.keys() - names)]]


@pytest.mark.parametrize("record", RECORDS, ids=[record["title"] for record in RECORDS])
def test_trains_as_keras(record):
    model = built(record)
    x, y = array(record["x"]), array(record["y"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        history = model.fit(x, y, verbose=0, **arguments(record["fit"]))
    assert [w.category for w in caught] == [UserWarning] * (2 if record["title"].startswith("steps_per_epoch 3") else 0)
    same_logs(history.history, record["history"])
    assert history.epoch == record["epoch"]
    all_close(model.get_weights(), record["final_weights"])
    for call in record["evaluate"]:
        close(as_keras(model, model.evaluate(x, y, verbose=0, **arguments(call["args"]))), call["values"])
        same_logs(model.evaluate(x, y, verbose=0, return_dict=True, **arguments(call["args"])), call["dict"])
    close(model.predict(x, batch_size=7, verbose=0), record["predict"])
    close(as_keras(model, model.test_on_batch(x[:8], y[:8])), record["test_on_batch"])
    for call in record["train_on_batch"]:
        args = arguments(call["args"])
        rows = slice(*args.pop("rows"))
        values = model.train_on_batch(x[rows], y[rows], **args)
        if args.get("return_dict"):
            same_logs(values, call["values"])
        else:
            close(as_keras(model, values), call["values"])
    all_close(model.get_weights(), record["weights_after_train_on_batch"])
