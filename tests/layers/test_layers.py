"""Dense, Activation, Dropout, Flatten and Input by themselves, against NumPy and finite differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import tensorgrad as tg
from tensorgrad.errors import OptionError, ShapeError, UnknownNameError
from tensorgrad.layers import Activation, Dense, Dropout, Flatten, Input


class TestDense:
    @given(lead=st.lists(st.integers(1, 4), min_size=1, max_size=3), width=st.integers(1, 5), units=st.integers(1, 5))
    def test_is_a_product_and_a_sum_over_any_leading_axes(self, lead, width, units):
        rng = np.random.default_rng(1)
        x = rng.normal(size=(*lead, width))
        layer = Dense(units, "tanh", bias_initializer="random_normal", dtype="float64")
        y = layer(x)
        kernel, bias = layer.get_weights()
        assert_allclose(y.numpy(), np.tanh(np.einsum("...i,ij->...j", x, kernel) + bias), rtol=1e-13, atol=1e-15)
        assert layer.output_shape == (None, *lead[1:], units)

    def test_gradients_against_differences(self, rng):
        x = rng.normal(size=(4, 3))
        layer = Dense(2, "sigmoid", dtype="float64")
        layer(x).sum().backward()
        for weight in layer.weights:
            for place in np.ndindex(weight.shape):
                sides = []
                for h in (1e-6, -1e-6):
                    weight.data[place] += h
                    sides.append(layer(x).numpy().sum())
                    weight.data[place] -= h
                assert_allclose(weight.grad.data[place], (sides[0] - sides[1]) / 2e-6, rtol=1e-7, atol=1e-9)

    def test_without_bias(self):
        layer = Dense(2, use_bias=False)
        layer(np.ones((1, 3)))
        assert [w.name for w in layer.weights] == [f"{layer.name}/kernel"]

    def test_initializers(self):
        layer = Dense(2, kernel_initializer="ones", bias_initializer=tg.initializers.Constant(3.0))
        assert_array_equal(layer(np.ones((1, 4))).numpy(), [[7.0, 7.0]])

    def test_activation_may_be_a_function_of_tensors(self):
        assert Dense(1, activation=lambda x: x * 0 + 5)(np.ones((1, 4))).item() == 5

    @pytest.mark.parametrize(
        ("shape", "end"),
        [
            ((2, 5), "got (2, 5); give it 4 columns, or make the layer anew for 5"),
            ((3, 2, 2), "got (3, 2, 2); insert Flatten() before it (2 × 2 = 4)"),
            ((4,), "got (4,); for one sample, write x[None, :]"),
            ((4, 7), "got (4, 7); is x transposed? x.T has that shape"),
        ],
    )
    def test_the_wrong_width(self, shape, end):
        layer = Dense(3, name="hidden")
        layer.build((None, 4))
        with pytest.raises(ShapeError) as caught:
            layer(np.ones(shape))
        start = "layer 'hidden' (Dense) has a kernel of shape (4, 3), so its input must be (batch, 4), "
        assert str(caught.value) == start + end
        assert caught.value.__notes__ == [f"in Dense(name='hidden', units=3) called with x: float32{list(shape)}"]

    @pytest.mark.parametrize("units", [-3, 0, 2.5, "3", None, True])
    def test_units(self, units):
        with pytest.raises(OptionError) as caught:
            Dense(units)
        assert str(caught.value) == f"Dense: units must be a positive int, got {units!r}"

    def test_unknown_names_at_construction(self):
        with pytest.raises(UnknownNameError, match="unknown activation 'rleu'; did you mean 'relu'"):
            Dense(3, activation="rleu")
        with pytest.raises(UnknownNameError, match="unknown initializer 'zeors'; did you mean"):
            Dense(3, bias_initializer="zeors")

    def test_a_width_that_is_not_known(self):
        with pytest.raises(ShapeError, match=r"layer 'd' \(Dense\) needs inputs .* known width, got \(None, None\)"):
            Dense(3, name="d").build((None, None))


class TestActivation:
    def test_by_name_and_by_function(self):
        x = np.array([[-1.0, 2.0]])
        assert_array_equal(Activation("relu")(x).numpy(), [[0, 2]])
        assert_array_equal(Activation(np.square)(x).numpy(), [[1, 4]])
        assert Activation("softmax").compute_output_shape((None, 4)) == (None, 4)


class TestDropout:
    def test_does_nothing_unless_training(self):
        x = np.ones((20, 20), "float32")
        assert_array_equal(Dropout(0.9)(x).numpy(), x)
        assert_array_equal(Dropout(0.0)(x, training=True).numpy(), x)

    def test_survivors_are_scaled_so_that_the_mean_stays(self):
        y = Dropout(0.25, seed=0)(np.ones((400, 500)), training=True).numpy()
        assert y.dtype == "float32"
        assert set(np.unique(y)) == {0, np.float32(1 / 0.75)}
        assert_allclose(np.mean(y == 0), 0.25, atol=0.005)

    def test_masks_differ_from_call_to_call_and_repeat_with_the_seed(self):
        x = np.ones((10, 10))
        one, two = Dropout(0.5, seed=3), Dropout(0.5, seed=3)
        first, second = (one(x, training=True).numpy() for _ in range(2))
        assert (first != second).any()
        assert_array_equal(first, two(x, training=True).numpy())

    def test_gradients_pass_where_values_did(self):
        x = tg.Tensor(np.full((5, 5), 3.0), requires_grad=True)
        y = Dropout(0.5, seed=1)(x, training=True)
        y.sum().backward()
        assert_array_equal(x.grad.data, y.data / 3)

    def test_noise_shape(self):
        y = Dropout(0.5, noise_shape=(None, 1, None), seed=1)(np.ones((3, 4, 5)), training=True).numpy()
        assert_array_equal(y, np.repeat(y[:, :1], 4, axis=1))
        with pytest.raises(
            ShapeError, match=r"layer 'd' \(Dropout\) has noise_shape \(1,\), which needs inputs of 1 ax"
        ):
            Dropout(0.5, noise_shape=(1,), name="d").build((None, 4))

    @pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, "half", None])
    def test_rate(self, rate):
        with pytest.raises(OptionError) as caught:
            Dropout(rate)
        assert str(caught.value) == f"Dropout: rate must be a number in [0, 1), got {rate!r}"


class TestFlatten:
    @given(shape=st.lists(st.integers(0, 4), min_size=1, max_size=4))
    def test_keeps_the_rows(self, shape):
        x = np.arange(np.prod(shape, dtype=int), dtype="float32").reshape(shape)
        y = Flatten()(x)
        assert y.shape == (shape[0], int(np.prod(shape[1:])))
        assert_array_equal(y.numpy().ravel(), x.ravel())

    def test_shapes(self):
        assert Flatten().compute_output_shape((None, 2, 3)) == (None, 6)
        assert Flatten().compute_output_shape((None, None, 3)) == (None, None)


def test_input_passes_on():
    assert_array_equal(Input((2,))([[1.0, 2.0]]).numpy(), [[1, 2]])
