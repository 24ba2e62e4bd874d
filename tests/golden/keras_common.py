"""Shared helpers of the golden-file scripts: backend set-up and JSON writing."""

import contextlib
import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import keras
import numpy as np
import torch
from keras.src.backend.common import dtypes

torch.set_num_threads(1)

if keras.backend.backend() != "torch":
    raise SystemExit("the golden files are made with KERAS_BACKEND=torch")

HERE = Path(__file__).resolve().parent


@contextlib.contextmanager
def floatx(dtype):
    """Let Keras compute in this dtype, and in float64 all the way.

    Off TensorFlow, Keras 3.15.1 promotes float64 to float32 inside `ops.mean`
    and `ops.divide_no_nan`, so that float64 losses are good to 7 digits only.
    Here the table it reads says float64, as it does for TensorFlow.
    """
    table = dtypes.BIT64_TO_BIT32_DTYPE
    before = table["float64"], keras.config.floatx()
    table["float64"] = "float64"
    keras.config.set_floatx(dtype)
    try:
        yield
    finally:
        table["float64"] = before[0]
        keras.config.set_floatx(before[1])


def plain(value):
    """Turn tensors, arrays and NumPy scalars into what JSON can hold.

    float32 numbers are written with the fewest digits that give the same
    float32 back; float64 numbers with the fewest that give the same float64.
    """
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value] if value.ndim else plain(value[()])
    if isinstance(value, np.float32):
        return float(str(value))
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def plain32(value):
    """Like `plain`, for Python floats that hold float32 results."""
    if isinstance(value, float):
        return plain(np.float32(value))
    if isinstance(value, dict):
        return {str(k): plain32(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain32(v) for v in value]
    return plain(value)


def draw(seed, shape, low=-1.0, high=1.0, digits=2):
    """Fixed pseudo-random numbers with few digits."""
    values = np.random.default_rng(seed).uniform(low, high, size=shape)
    return np.round(values, digits)


def write(name, records):
    """Write records, one a line, to the JSON file of that name."""
    lines = (json.dumps(plain(r), separators=(",", ":"), allow_nan=False) for r in records)
    path = HERE / name
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    print(f"{name}: {len(records)} records, {path.stat().st_size} bytes")


def from_spec(spec, module):
    """A name stays a name; {"class_name", "config"} becomes an object."""
    if isinstance(spec, dict):
        return getattr(module, spec["class_name"])(**spec.get("config", {}))
    return spec
