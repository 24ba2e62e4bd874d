"""What a layer is called on: structures of arrays become Tensors, and zeros tell the shape of the output."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.layers import Dense, Layer
from tensorgrad.layers.layer_input import as_input, batch_shape, input_shape_of, input_text, output_shape_of


def test_arrays_are_cast_and_tensors_stay():
    layer, tensor = Dense(2), tg.Tensor(np.ones(3))
    structure = as_input(layer, {"a": np.ones(2), "b": (np.arange(3), tensor)})
    assert structure["a"].dtype == structure["b"][0].dtype == "float32"
    assert structure["b"][1] is tensor


def test_whole_numbers_and_complex_ones_are_kept_where_a_layer_asks_for_them():
    class Lookup(Layer):
        autocast = False

    assert as_input(Lookup(), np.arange(3)).dtype == np.arange(3).dtype
    assert as_input(Dense(2), np.ones(2, complex)).dtype == "complex128"


@pytest.mark.parametrize("x", [None, "text", Dense(3, name="inner")], ids=["None", "str", "layer"])
def test_what_is_no_array_is_refused(x):
    with pytest.raises(TypeError, match=r"is called on arrays or Tensors, got .*; layers in sequence go into a list"):
        as_input(Dense(2), x)


def test_shapes_and_words_of_a_structure():
    x = [tg.Tensor(np.ones((2, 3))), tg.Tensor(1.0)]
    assert input_shape_of(x) == [(2, 3), ()]
    assert batch_shape(x) == [(None, 3), ()]
    assert input_text(x) == "[float64[2, 3], float64[]]"
    assert input_text(x[0]) == "float64[2, 3]"


def test_only_the_axes_that_follow_the_input_are_open():
    class Outer(Layer):
        def call(self, x):
            return x.reshape((x.shape[0], 1, 3)) * np.ones((1, 5, 1), "float32")

    assert output_shape_of(Outer(), (None, 3)) == (None, 5, 3)
