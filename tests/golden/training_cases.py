"""The small trainings that training.json records, as plain data."""

import numpy as np
from keras_common import draw

ROWS = 30


def dense(units, activation=None, **config):
    return {"class_name": "Dense", "config": spec(units, activation, config)}


def spec(units, activation, config):
    made = {"units": units, **config}
    return made if activation is None else {**made, "activation": activation}


def activation(name):
    return {"class_name": "Activation", "config": {"activation": name}}


def obj(class_name, **config):
    return {"class_name": class_name, "config": config}


FLATTEN = obj("Flatten")
X = draw(300, (ROWS, 4))
X_CUBE = draw(301, (ROWS, 2, 3))
TRUTH = X @ np.array([1.0, -2.0, 0.5, 1.5])
BINARY = (TRUTH > 0).astype(int)
CLASSES = np.digitize(TRUTH, [-0.7, 0.6])
ONE_HOT = np.eye(3, dtype=int)[CLASSES]
MULTI_LABEL = np.stack([BINARY, (X[:, 1] > 0), (X[:, 2] > 0.3)], axis=1).astype(int)
REAL = np.round(TRUTH + 0.1 * X[:, 0] ** 2, 3)
REAL_PAIR = np.round(np.stack([TRUTH, X[:, 0] - X[:, 3]], axis=1), 3)
UNIT = np.round(1 / (1 + np.exp(-2 * TRUTH)), 3)
WEIGHTS = np.abs(draw(302, (ROWS,), 0.1, 2.0))
X_VAL = draw(303, (9, 4))
TRUTH_VAL = X_VAL @ np.array([1.0, -2.0, 0.5, 1.5])
BINARY_VAL = (TRUTH_VAL > 0).astype(int)
CLASSES_VAL = np.digitize(TRUTH_VAL, [-0.7, 0.6])
REAL_VAL = np.round(TRUTH_VAL, 3)
WEIGHTS_VAL = np.abs(draw(304, (9,), 0.1, 2.0))

TO_ONE = [dense(6, "relu"), dense(4, "relu"), dense(1, "sigmoid")]
TO_THREE = [dense(5, "relu"), dense(3, "softmax")]
TO_REAL = [dense(5, "tanh"), dense(1)]
SGD = obj("SGD", learning_rate=0.1)
MOMENTUM = obj("SGD", learning_rate=0.05, momentum=0.9)
NESTEROV = obj("SGD", learning_rate=0.05, momentum=0.9, nesterov=True)
ADAM = obj("Adam", learning_rate=0.02)


def case(title, layers, x, y, optimizer, loss, metrics=None, weighted=None, **fit):
    """One training; what is left over are arguments of `fit`."""
    compiled = {"optimizer": optimizer, "loss": loss}
    if metrics is not None:
        compiled["metrics"] = metrics
    if weighted is not None:
        compiled["weighted_metrics"] = weighted
    return {
        "title": title,
        "layers": layers,
        "x": x,
        "y": y,
        "compile": compiled,
        "fit": {"epochs": 3, "batch_size": 8, "shuffle": False, **fit},
    }


def task_cases():
    """Every kind of task with the loss and the output that belong to it."""
    bce, mse = "binary_crossentropy", "mse"
    column = BINARY[:, None]
    acc = ["accuracy"]
    yield case("binary, column targets", TO_ONE, X, column, "sgd", bce, acc)
    yield case("binary, flat targets", TO_ONE, X, BINARY, SGD, bce, acc)
    yield case(
        "multi-class, one-hot",
        TO_THREE,
        X,
        ONE_HOT,
        ADAM,
        "categorical_crossentropy",
        acc,
    )
    yield case(
        "multi-class, integers",
        TO_THREE,
        X,
        CLASSES,
        MOMENTUM,
        "sparse_categorical_crossentropy",
        ["accuracy", "sparse_categorical_accuracy"],
        validation_split=0.2,
    )
    yield case(
        "multi-class, integers in a column",
        TO_THREE,
        X,
        CLASSES[:, None],
        NESTEROV,
        "sparse_categorical_crossentropy",
        acc,
    )
    yield case(
        "multi-label",
        [dense(5, "relu"), dense(3, "sigmoid")],
        X,
        MULTI_LABEL,
        ADAM,
        bce,
        ["accuracy", obj("BinaryAccuracy")],
        validation_split=0.2,
    )
    yield case("regression, mse", TO_REAL, X, REAL, SGD, mse, ["mae"])
    yield case(
        "regression, mae, two outputs",
        [dense(5, "relu"), dense(2)],
        X,
        REAL_PAIR,
        NESTEROV,
        "mae",
        [mse, obj("RootMeanSquaredError")],
    )
    yield case(
        "values 0 to 1, sigmoid and mse",
        [dense(5, "relu"), dense(1, "sigmoid")],
        X,
        UNIT,
        MOMENTUM,
        mse,
        ["mae"],
    )
    yield case(
        "values 0 to 1, sigmoid and binary_crossentropy",
        [dense(5, "relu"), dense(1, "sigmoid")],
        X,
        UNIT[:, None],
        ADAM,
        bce,
        [mse],
    )
    yield case(
        "Flatten and Activation layers, 'ce' and 'acc'",
        [
            FLATTEN,
            dense(4, use_bias=False),
            activation("tanh"),
            dense(3),
            activation("softmax"),
        ],
        X_CUBE,
        CLASSES,
        obj("Adam", learning_rate=0.02, amsgrad=True),
        "ce",
        ["acc"],
    )
    yield case(
        "loss object with logits and label smoothing",
        [dense(4, "gelu"), dense(3)],
        X,
        ONE_HOT,
        obj("Adam", learning_rate=0.02, weight_decay=0.01),
        obj("CategoricalCrossentropy", from_logits=True, label_smoothing=0.1),
        acc,
    )
    yield case("no metrics, default batch size", TO_REAL, X, REAL, SGD, mse, batch_size=None)


def validation_cases():
    """validation_data, validation_freq and friends."""
    bce, acc = "binary_crossentropy", ["accuracy"]
    yield case(
        "validation_data",
        TO_ONE,
        X,
        BINARY,
        ADAM,
        bce,
        acc,
        validation_data=[X_VAL, BINARY_VAL],
    )
    yield case(
        "validation_data goes before validation_split",
        TO_REAL,
        X,
        REAL,
        SGD,
        "mse",
        ["mae"],
        validation_data=[X_VAL, REAL_VAL],
        validation_split=0.5,
    )
    yield case(
        "validation_data with weights",
        TO_REAL,
        X,
        REAL,
        SGD,
        "mse",
        ["mae"],
        ["mae"],
        validation_data=[X_VAL, REAL_VAL, WEIGHTS_VAL],
        sample_weight=WEIGHTS,
    )
    yield case(
        "validation_freq 2",
        TO_THREE,
        X,
        CLASSES,
        ADAM,
        "sparse_categorical_crossentropy",
        acc,
        epochs=5,
        validation_freq=2,
        validation_data=[X_VAL, CLASSES_VAL],
        validation_batch_size=4,
    )
    yield case(
        "validation_freq list",
        TO_REAL,
        X,
        REAL,
        SGD,
        "mse",
        epochs=5,
        validation_freq=[1, 4],
        validation_split=0.25,
    )
    yield case(
        "validation_steps",
        TO_REAL,
        X,
        REAL,
        SGD,
        "mse",
        ["mae"],
        validation_data=[X_VAL, REAL_VAL],
        validation_batch_size=2,
        validation_steps=3,
    )


def weight_cases():
    """class_weight, sample_weight and weighted_metrics."""
    bce, acc = "binary_crossentropy", ["accuracy"]
    yield case(
        "class_weight, binary",
        TO_ONE,
        X,
        BINARY[:, None],
        SGD,
        bce,
        acc,
        acc,
        class_weight={0: 0.5, 1: 3.0},
        validation_data=[X_VAL, BINARY_VAL[:, None]],
    )
    yield case(
        "class_weight, one-hot, one class missing",
        TO_THREE,
        X,
        ONE_HOT,
        ADAM,
        "categorical_crossentropy",
        acc,
        class_weight={0: 2.0, 2: 0.25},
    )
    yield case(
        "class_weight, integers",
        TO_THREE,
        X,
        CLASSES,
        MOMENTUM,
        "sparse_categorical_crossentropy",
        acc,
        ["accuracy"],
        class_weight={0: 2.0, 1: 1.0, 2: 0.25},
        validation_split=0.2,
    )
    yield case(
        "sample_weight, regression",
        TO_REAL,
        X,
        REAL,
        NESTEROV,
        "mse",
        ["mae"],
        ["mae", "mse"],
        sample_weight=WEIGHTS,
        validation_split=0.2,
    )
    yield case(
        "sample_weight as a column",
        TO_ONE,
        X,
        BINARY,
        ADAM,
        bce,
        acc,
        ["mse"],
        sample_weight=WEIGHTS[:, None],
    )


def loop_cases():
    """initial_epoch, steps_per_epoch and batch sizes."""
    mse = "mse"
    yield case("initial_epoch", TO_REAL, X, REAL, SGD, mse, epochs=5, initial_epoch=2)
    yield case("batch of all rows", TO_REAL, X, REAL, SGD, mse, batch_size=30)
    yield case("batch larger than the data", TO_REAL, X, REAL, SGD, mse, batch_size=64)
    yield case("batch of one", TO_REAL, X, REAL, SGD, mse, batch_size=1, epochs=1)
    yield case(
        "steps_per_epoch 2 of 4 batches",
        TO_REAL,
        X,
        REAL,
        SGD,
        mse,
        epochs=4,
        steps_per_epoch=2,
    )
    yield case(
        "steps_per_epoch 3 of 4 batches",
        TO_REAL,
        X,
        REAL,
        SGD,
        mse,
        epochs=4,
        steps_per_epoch=3,
    )
    yield case(
        "steps_per_epoch without batch_size",
        TO_REAL,
        X,
        REAL,
        SGD,
        mse,
        epochs=2,
        batch_size=None,
        steps_per_epoch=4,
    )
    yield case(
        "clipnorm",
        TO_REAL,
        X,
        REAL,
        obj("SGD", learning_rate=0.2, clipnorm=0.3),
        mse,
    )
    decay = {"initial_learning_rate": 0.2, "decay_steps": 4, "decay_rate": 0.5}
    yield case(
        "learning-rate schedule",
        TO_REAL,
        X,
        REAL,
        obj("SGD", learning_rate=obj("ExponentialDecay", **decay)),
        mse,
    )


def cases():
    for source in (task_cases, validation_cases, weight_cases, loop_cases):
        yield from source()
