"""The public face: every name is there, is documented, and leaves Python's own names alone."""

import builtins

import numpy as np
import pytest

import tensorgrad as tg


def test_everything_listed_is_there_and_nothing_twice():
    assert len(tg.__all__) == len(set(tg.__all__))
    assert [name for name in tg.__all__ if not hasattr(tg, name)] == []


def test_importing_all_names_hides_no_builtin():
    assert [name for name in tg.__all__ if hasattr(builtins, name)] == []


@pytest.mark.parametrize("name", tg.__all__)
def test_every_public_name_is_documented(name):
    value = getattr(tg, name)
    if name != "REGISTRY":  # a dict; its comment is beside it
        assert value.__doc__, name


@pytest.mark.parametrize("name", tg.ops.__all__)
def test_every_op_is_a_function_under_its_own_name(name):
    assert callable(getattr(tg, name))
    assert getattr(tg, name) is getattr(tg.ops, name)


def test_every_op_of_one_ufunc_bears_its_name():
    rows = [
        op for op in tg.REGISTRY.values() if op.module.startswith("tensorgrad.") and isinstance(op.kernel, np.ufunc)
    ]
    assert len(rows) > 60
    assert [op for op in rows if getattr(np, op.name) is not op.kernel] == []


BASES = {tg.losses: tg.losses.Loss, tg.metrics: tg.metrics.Metric, tg.optimizers: tg.optimizers.Optimizer,
         tg.initializers: tg.initializers.Initializer}  # fmt: skip
NEED_A_FUNCTION = {"LossFunctionWrapper", "MeanMetricWrapper"}
CLASSES = [
    (module, name)
    for module, base in BASES.items()
    for name in module.__all__
    if isinstance(cls := getattr(module, name), type) and issubclass(cls, base)
    if cls is not base and name not in NEED_A_FUNCTION
]


@pytest.mark.parametrize(("module", "name"), CLASSES, ids=lambda x: getattr(x, "__name__", x))
def test_every_class_is_found_by_its_name(module, name):
    cls = getattr(module, name)
    assert type(module.get(name)) is cls
    assert type(module.get({"class_name": name, "config": {}})) is cls


def test_every_activation_but_threshold_is_found_by_its_name():  # threshold needs two numbers
    names = set(tg.activations.__all__) - {"get", "serialize", "threshold"}
    assert [name for name in names if tg.activations.get(name) is not getattr(tg.activations, name)] == []


SHORT = {
    "sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative, "eq": np.equal, "ne": np.not_equal,
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
}  # fmt: skip


@pytest.mark.parametrize("name", SHORT)
def test_a_short_name_is_the_same_op(name):
    call = getattr(tg, name)
    assert call is getattr(tg, SHORT[name].__name__)
    assert call.op.numpy == (SHORT[name],)
    assert name not in tg.REGISTRY


@pytest.mark.parametrize(
    "path",
    [
        "layers.Dense", "layers.Activation", "layers.Dropout", "layers.Flatten", "layers.Input", "layers.Layer",
        "models.Sequential", "losses.BinaryCrossentropy", "losses.mean_squared_error", "losses.get",
        "metrics.BinaryAccuracy", "metrics.get", "optimizers.SGD", "optimizers.Adam", "optimizers.get",
        "activations.relu", "activations.get", "initializers.GlorotUniform", "initializers.get",
        "callbacks.Callback", "callbacks.History", "utils.set_random_seed", "utils.to_categorical",
        "utils.plot_model",
    ],
)  # fmt: skip
def test_keras_names_are_where_keras_has_them(path):
    module, name = path.split(".")
    assert getattr(getattr(tg, module), name).__doc__
