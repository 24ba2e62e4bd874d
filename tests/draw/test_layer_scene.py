"""Layers as pictures: the leaves of a call, its names, and what is refused."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.draw.layer_scene import as_leaves, layer_picture, layer_scene, sample_for
from tensorgrad.errors import NotReadyError
from tensorgrad.layers import Dense


def test_tensors_become_named_leaves_that_share_their_arrays():
    x, ids, found = tg.Tensor(np.ones(2)), tg.Tensor(np.arange(3), name="ids"), []
    leaves = as_leaves({"a": x, "b": [ids, x]}, found)
    assert [leaf.name for leaf in found] == ["x", "ids", "x2"]
    assert [leaf.requires_grad for leaf in found] == [True, False, True]  # whole numbers have no gradient
    assert leaves["a"].data is x.data
    assert not x.requires_grad


def test_a_sample_has_one_row_and_the_dtype_of_the_layer():
    layer = Dense(2, input_shape=(None, 3), dtype="float64")
    with pytest.raises(NotReadyError, match=r"^draw: .* was never built.*\.draw\(x\), or build it first"):
        sample_for(layer)
    layer.build((None, None, 3))
    sample = sample_for(layer)
    assert (sample.shape, sample.dtype, sample.any()) == ((1, 1, 3), np.dtype("float64"), False)


def test_a_scene_names_the_output_or_the_loss():
    layer, x = Dense(2), tg.Tensor(np.ones((1, 3), "float32"))
    scene = layer_scene(layer, x, None, None)
    assert scene.names[id(scene.root)] == "output"
    assert scene.scopes == []  # the frame of the layer itself says nothing
    scene = layer_scene(layer, x, lambda layer, y: (y.sum(), {}), {"x": x})
    assert (scene.names[id(scene.root)], scene.names[id(x)]) == ("loss", "x")


def test_the_picture_runs_from_top_to_bottom_unless_told():
    layer, x = Dense(2), tg.Tensor(np.ones((1, 3), "float32"))
    assert layer_picture(layer, x).graph.direction == "TB"
    assert layer_picture(layer, x, direction=None).graph.direction == "TB"
    assert layer_picture(layer, x, direction="LR").graph.direction == "LR"
