"""The public face: every name is there, is documented, and leaves Python's own names alone."""

import builtins

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
