"""Records of api.json: configurations and signatures of the public API."""

import inspect
import platform

import numpy as np
import torch
from keras_common import keras, plain

METHODS = [
    "fit",
    "evaluate",
    "predict",
    "compile",
    "train_on_batch",
    "test_on_batch",
    "predict_on_batch",
    "summary",
    "get_layer",
    "add",
    "pop",
    "build",
    "get_weights",
    "set_weights",
    "count_params",
    "reset_metrics",
    "save",
    "save_weights",
    "load_weights",
    "to_json",
    "get_config",
]
LAYERS = ["Dense", "Activation", "Dropout", "Flatten", "InputLayer"]
OPTIMIZERS = ["SGD", "Adam"]
LOSSES = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
    "MeanSquaredError",
    "MeanAbsoluteError",
]
LOSS_FUNCTIONS = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "mean_squared_error",
    "mean_absolute_error",
]
METRICS = [
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "MeanSquaredError",
    "MeanAbsoluteError",
    "RootMeanSquaredError",
    "Mean",
    "Sum",
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
]
INITIALIZERS = [
    "GlorotUniform",
    "GlorotNormal",
    "HeUniform",
    "HeNormal",
    "LecunUniform",
    "LecunNormal",
    "VarianceScaling",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "Zeros",
    "Ones",
    "Constant",
    "Identity",
    "Orthogonal",
]
SCHEDULE = {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5}


def json_default(value):
    """A default value as JSON can hold it; anything odd as its repr."""
    if isinstance(value, (tuple, list)):
        return [json_default(v) for v in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return repr(value)


def signature(name, function):
    parameters = []
    if function is object.__init__:  # a class without arguments
        return {"kind": "signature", "name": name, "parameters": parameters}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        entry = {"name": parameter.name, "kind": parameter.kind.name.lower()}
        if parameter.default is not parameter.empty:
            entry["default"] = json_default(parameter.default)
        parameters.append(entry)
    return {"kind": "signature", "name": name, "parameters": parameters}


def signatures():
    sequential = keras.Sequential
    yield signature("Sequential", sequential.__init__)
    for method in METHODS:
        yield signature(f"Sequential.{method}", getattr(sequential, method))
    yield signature("Input", keras.Input)
    groups = [
        ("layers", LAYERS),
        ("optimizers", OPTIMIZERS),
        ("losses", LOSSES),
        ("metrics", METRICS),
        ("initializers", INITIALIZERS),
    ]
    for module, names in groups:
        for name in names:
            cls = getattr(getattr(keras, module), name)
            yield signature(f"{module}.{name}", cls.__init__)
    schedule = keras.optimizers.schedules.ExponentialDecay
    yield signature("optimizers.schedules.ExponentialDecay", schedule.__init__)
    for name in LOSS_FUNCTIONS:
        yield signature(f"losses.{name}", getattr(keras.losses, name))
    for name in sorted(vars(keras.activations)):
        function = getattr(keras.activations, name)
        if inspect.isfunction(function) and not name.startswith("_"):
            yield signature(f"activations.{name}", function)


def layer_configs():
    layers = keras.layers
    yield "layers.Dense", layers.Dense(4)
    yield (
        "layers.Dense",
        layers.Dense(
            3,
            activation="relu",
            use_bias=False,
            kernel_initializer="he_normal",
            name="hidden",
        ),
    )
    yield "layers.Activation", layers.Activation("relu")
    yield "layers.Activation", layers.Activation(keras.activations.softmax)
    yield "layers.Dropout", layers.Dropout(0.5)
    yield "layers.Dropout", layers.Dropout(0.25, noise_shape=(None, 1), seed=3)
    yield "layers.Flatten", layers.Flatten()
    yield "layers.InputLayer", layers.InputLayer(shape=(4,))
    yield "layers.InputLayer", layers.InputLayer(shape=(2, 3), batch_size=5, name="x")


def optimizer_configs():
    optimizers = keras.optimizers
    yield "optimizers.SGD", optimizers.SGD()
    yield "optimizers.SGD", optimizers.SGD(0.1, 0.9, True, weight_decay=0.01)
    yield "optimizers.Adam", optimizers.Adam()
    yield "optimizers.Adam", optimizers.Adam(0.01, amsgrad=True, clipnorm=1.0)
    schedule = optimizers.schedules.ExponentialDecay(**SCHEDULE)
    yield "optimizers.schedules.ExponentialDecay", schedule
    yield "optimizers.SGD", optimizers.SGD(schedule)


def other_configs():
    for name in LOSSES:
        yield f"losses.{name}", getattr(keras.losses, name)()
    losses, metrics = keras.losses, keras.metrics
    yield (
        "losses.BinaryCrossentropy",
        losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1, reduction="sum", name="mine"),
    )
    yield (
        "losses.SparseCategoricalCrossentropy",
        losses.SparseCategoricalCrossentropy(ignore_class=-1, reduction=None),
    )
    for name in METRICS:
        yield f"metrics.{name}", getattr(metrics, name)()
    yield "metrics.BinaryAccuracy", metrics.BinaryAccuracy(threshold=0.7, name="mine")


def model_config():
    """A small model's own configuration, built and named by hand."""
    model = keras.Sequential(
        [
            keras.Input((2, 3), name="given"),
            keras.layers.Flatten(name="flat"),
            keras.layers.Dense(4, activation="relu", name="hidden"),
            keras.layers.Dropout(0.5, name="drop"),
            keras.layers.Dense(1, activation="sigmoid", name="out"),
        ],
        name="small",
    )
    return model.get_config()


def versions():
    return {
        "kind": "versions",
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def records():
    made = [versions()]
    for source in (layer_configs, optimizer_configs, other_configs):
        for name, thing in each_in_fresh_session(source):
            made.append({"kind": "get_config", "name": name, "config": thing.get_config()})
    made.append({"kind": "get_config", "name": "Sequential", "config": model_config()})
    return plain(made + list(signatures()))


def each_in_fresh_session(source):
    """Drop Keras's name counters before each object is made."""
    things = source()
    while True:
        keras.utils.clear_session()
        try:
            yield next(things)
        except StopIteration:
            return
