"""Records of optimizers.json: twelve steps over two parameters."""

import numpy as np
from keras_common import draw, keras, plain

STEPS = 12
SHAPES = [(3, 2), (2,)]
START = [draw(80, SHAPES[0]), draw(81, SHAPES[1])]

VARIANTS = [
    ("SGD", {}),
    ("SGD", {"learning_rate": 0.1}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True}),
    ("Adam", {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.95, "epsilon": 1e-3}),
]
EXTRAS = [
    {},
    {"weight_decay": 0.1},
    {"clipnorm": 0.5},
    {"global_clipnorm": 0.5},
    {"clipvalue": 0.25},
]
SCHEDULE = {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5}


def gradients():
    """Per step one array per parameter: large, small, zero and tiny ones."""
    scales = [1.0, 0.3, 3.0, 0.05, 0.0, 1.0, 10.0, 0.1, 1e-6, 1.0, 0.5, 2.0]
    made = []
    for step, scale in enumerate(scales):
        first, second = draw(100 + step, SHAPES[0]), draw(200 + step, SHAPES[1])
        made.append([np.float32(scale * first), np.float32(scale * second)])
    made[2][1][:] = 0  # one parameter without any gradient at this step
    return made


def build(name, config):
    if isinstance(config.get("learning_rate"), dict):
        schedule = keras.optimizers.schedules.ExponentialDecay(**SCHEDULE)
        config = {**config, "learning_rate": schedule}
    return getattr(keras.optimizers, name)(**config)


def record(name, config):
    optimizer = build(name, config)
    variables = [keras.Variable(start.astype("float32")) for start in START]
    steps, rates, values = gradients(), [], []
    for step in steps:
        rates.append(plain(np.float32(float(optimizer.learning_rate))))
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in step], variables)
        values.append([plain(v.numpy()) for v in variables])
    return plain(
        {
            "name": name,
            "config": config,
            "start": START,
            "gradients": steps,
            "learning_rates": rates,
            "values": values,
        }
    )


def records():
    made = [record(name, {**config, **extra}) for name, config in VARIANTS for extra in EXTRAS]
    made.append(
        record(
            "SGD",
            {"learning_rate": {"class_name": "ExponentialDecay", "config": SCHEDULE}},
        )
    )
    return made
