"""Records of training.json: whole trainings, evaluations and predictions."""

import warnings

import numpy as np
from keras_common import draw, from_spec, keras, plain, plain32
from training_cases import cases


def array(values):
    """What Keras is given: float32, or int32 for whole numbers."""
    values = np.asarray(values)
    return values.astype("float32" if values.dtype.kind == "f" else "int32")


def optimizer_from(spec):
    if isinstance(spec, dict) and isinstance(spec["config"]["learning_rate"], dict):
        rate = from_spec(spec["config"]["learning_rate"], keras.optimizers.schedules)
        spec = {**spec, "config": {**spec["config"], "learning_rate": rate}}
    return from_spec(spec, keras.optimizers)


def compile_arguments(spec):
    made = {
        "optimizer": optimizer_from(spec["optimizer"]),
        "loss": from_spec(spec["loss"], keras.losses),
    }
    for key in ("metrics", "weighted_metrics"):
        if key in spec:
            made[key] = [from_spec(m, keras.metrics) for m in spec[key]]
    return made


def build(case, number):
    """The model of a case, with recorded weights in place of random ones."""
    model = keras.Sequential([keras.Input(case["x"].shape[1:])])
    for layer in case["layers"]:
        model.add(from_spec(layer, keras.layers))
    start = []
    for i, weight in enumerate(model.get_weights()):
        size = (6 / sum(weight.shape)) ** 0.5 if weight.ndim > 1 else 0.1
        drawn = draw(1000 + 20 * number + i, weight.shape, -size, size, digits=3)
        start.append(drawn.astype("float32"))
    model.set_weights(start)
    model.compile(**compile_arguments(case["compile"]))
    return model, start


def fit_arguments(spec):
    made = dict(spec)
    if "sample_weight" in made:
        made["sample_weight"] = array(made["sample_weight"])
    if "validation_data" in made:
        made["validation_data"] = tuple(array(v) for v in made["validation_data"])
    return made


def evaluations(model, case, x, y):
    """evaluate() in a few ways; the weights are those of the fit, or a ramp."""
    ramp = np.round(np.linspace(0.1, 2.0, len(x)), 2)
    made = []
    for args in ({}, {"batch_size": 7}, {"batch_size": 7, "sample_weight": ramp}):
        if args.get("sample_weight") is not None:
            given = {**args, "sample_weight": array(args["sample_weight"])}
        else:
            given = args
        values = model.evaluate(x, y, verbose=0, **given)
        named = model.evaluate(x, y, verbose=0, return_dict=True, **given)
        made.append({"args": args, "values": plain32(values), "dict": plain32(named)})
    return made


def on_batch_calls(model, case, x, y):
    """A few train_on_batch calls in a row: plain, as a dict, and weighted."""
    weights = np.round(np.linspace(2.0, 0.1, 8), 2)
    calls = [
        {"rows": [0, 8]},
        {"rows": [8, 16], "return_dict": True},
        {"rows": [0, 8], "sample_weight": weights},
    ]
    if "class_weight" in case["fit"]:
        calls.append({"rows": [16, 24], "class_weight": case["fit"]["class_weight"]})
    made = []
    for call in calls:
        first, last = call["rows"]
        given = {k: v for k, v in call.items() if k != "rows"}
        if "sample_weight" in given:
            given["sample_weight"] = array(given["sample_weight"])
        values = model.train_on_batch(x[first:last], y[first:last], **given)
        made.append({"args": call, "values": plain32(values)})
    return made


def record(case, number):
    keras.utils.clear_session()
    model, start = build(case, number)
    x, y = array(case["x"]), array(case["y"])
    history = model.fit(x, y, verbose=0, **fit_arguments(case["fit"]))
    made = {
        "title": case["title"],
        "layers": case["layers"],
        "input_shape": list(x.shape[1:]),
        "compile": case["compile"],
        "x": case["x"],
        "y": case["y"],
        "fit": case["fit"],
        "initial_weights": start,
        "history": plain32(history.history),
        "epoch": history.epoch,
        "final_weights": model.get_weights(),
        "evaluate": evaluations(model, case, x, y),
        "predict": model.predict(x, batch_size=7, verbose=0),
        "test_on_batch": plain32(model.test_on_batch(x[:8], y[:8])),
        "train_on_batch": on_batch_calls(model, case, x, y),
    }
    made["weights_after_train_on_batch"] = model.get_weights()
    return plain(made)


def records():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "ran out of data", on purpose
        return [record(case, number) for number, case in enumerate(cases())]
