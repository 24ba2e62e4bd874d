"""Sequential as a container: adding, building, weights, layers by name, configuration."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import tensorgrad as tg
from tensorgrad.errors import NotReadyError, OptionError, ShapeError, UnknownNameError
from tensorgrad.layers import Activation, Dense, Dropout, Flatten, Input, Layer
from tensorgrad.models import Sequential


def small(**kwargs):
    return Sequential([Dense(3, "relu", input_shape=(4,), name="hidden"), Dense(2, name="out")], name="net", **kwargs)


class TestBuilding:
    @pytest.mark.parametrize(
        "layers",
        [
            [Input((4,)), Dense(3), Dense(2)],
            [Dense(3, input_shape=(4,)), Dense(2)],
            [Dense(3, input_dim=4), Dense(2)],
            [Sequential([Dense(3, input_shape=(4,))]), Dense(2)],
        ],
        ids=["Input", "input_shape", "input_dim", "nested"],
    )
    def test_weights_are_made_when_added_to_a_known_shape(self, layers):
        model = Sequential()
        for layer in layers:
            model.add(layer)
        assert model.built
        assert [w.shape for w in model.weights] == [(4, 3), (3,), (3, 2), (2,)]
        assert (model.input_shape, model.output_shape) == ((None, 4), (None, 2))

    @pytest.mark.parametrize("start", ["build", "call", "predict", "fit"])
    def test_else_when_the_shape_becomes_known(self, start):
        model = Sequential([Dense(3), Dense(2)])
        assert not model.built
        assert model.weights == []
        assert model.output_shape is None
        x = np.ones((5, 4))
        if start == "build":
            model.build((None, 4))
        elif start == "call":
            assert model(x).shape == (5, 2)
        elif start == "predict":
            assert model.predict(x, verbose=0).shape == (5, 2)
        else:
            model.compile("sgd", "mse")
            model.fit(x, np.ones((5, 2)), verbose=0)
        assert model.built
        assert model.count_params() == 23
        assert model.output_shape == (None, 2)
        model.add(Dense(1))
        assert model.count_params() == 26

    def test_images(self):
        model = Sequential([Input((2, 3)), Flatten(), Dense(4), Dropout(0.5), Activation("softmax")])
        assert [layer.output_shape for layer in model.layers] == [(None, 6), (None, 4), (None, 4), (None, 4)]

    def test_pop(self):
        model = small()
        assert model.pop().name == "out"
        assert model.output_shape == (None, 3)
        assert model(np.ones((1, 4))).shape == (1, 3)
        model.pop()
        assert (model.built, model.input_shape, model.layers) == (False, None, [])
        model.add(Dense(3, input_shape=(7,)))
        assert model.count_params() == 24

    def test_a_user_layer_is_tried_out_when_added(self):
        class Double(Layer):
            def call(self, x):
                return tg.concatenate([x, x], axis=-1)

        model = Sequential([Double(input_shape=(4,)), Dense(1)])
        assert model.layers[1].kernel.shape == (8, 1)

    def test_frozen(self):
        model = small(trainable=False)
        assert model.trainable_weights == []
        assert len(model.non_trainable_weights) == 4
        model.layers[1].trainable = True
        assert [w.name for w in model.trainable_weights] == ["out/kernel", "out/bias"]


class TestCalls:
    def test_is_its_layers_one_after_the_other(self, rng):
        model, x = small(), rng.normal(size=(5, 4)).astype("float32")
        k1, b1, k2, b2 = model.get_weights()
        expected = np.maximum(x @ k1 + b1, 0) @ k2 + b2
        assert_array_equal(model(x).numpy(), expected)
        assert_array_equal(model(tg.Tensor(x)).numpy(), expected)
        assert_array_equal(model.predict(x, verbose=0), expected)
        assert_array_equal(model.predict_on_batch(x), expected)
        assert_array_equal(model.layers[1](model.layers[0](x)).numpy(), expected)

    def test_the_low_level_way(self, rng):
        model, x = small(), rng.normal(size=(5, 4))
        loss = np.mean(np.square(model(x)))
        loss.backward()
        before = model.get_weights()
        grads = [w.grad.numpy() for w in model.trainable_weights]
        tg.optimizers.SGD(0.1).step(model.trainable_weights)
        for old, grad, new in zip(before, grads, model.get_weights(), strict=True):
            np.testing.assert_allclose(new, old - np.float32(0.1) * grad, rtol=1e-6, atol=1e-8)

    def test_predict_returns_an_array_of_its_own(self, rng):
        model = Sequential([Flatten(input_shape=(3,))])
        x = rng.normal(size=(5, 3)).astype("float32")
        y = model.predict(x, verbose=0)
        assert type(y) is np.ndarray
        y[...] = 0
        assert x.any()


class TestLookingUp:
    def test_get_layer(self):
        model = small()
        assert model.get_layer("out") is model.layers[1]
        assert model.get_layer(0) is model.get_layer(index=0) is model.get_layer(index=-2) is model.layers[0]

    def test_weights(self):
        a, b = small(), small()
        b.set_weights(a.get_weights())
        x = np.ones((1, 4))
        assert_array_equal(a.predict(x, verbose=0), b.predict(x, verbose=0))
        assert a.count_params() == 23

    def test_config_round_trip(self):
        class Own(Layer):
            def __init__(self, factor, **kwargs):
                super().__init__(**kwargs)
                self.factor = factor

            def call(self, x):
                return x * self.factor

            def get_config(self):
                return {**super().get_config(), "factor": self.factor}

        model = Sequential([Input((4,)), Dense(3, "relu"), Own(2.0), small_inner()], name="net")
        twin = Sequential.from_config(model.get_config())
        assert twin.get_config() == model.get_config()
        twin.set_weights(model.get_weights())
        x = np.ones((2, 4))
        assert_array_equal(twin.predict(x, verbose=0), model.predict(x, verbose=0))

    def test_repr_can_be_typed(self):
        assert repr(small()) == (
            "Sequential([\n    Dense(name='hidden', units=3, activation='relu'),\n    Dense(name='out', units=2),\n"
            "], name='net')"
        )
        assert repr(eval(repr(small()))) == repr(small())


def small_inner():
    return Sequential([Dense(2, name="deep")], name="inner")


UNBUILT = "has no weights yet: call build(input_shape), give the first layer input_shape=, or call it on data"

ERRORS = [
    (lambda: small().add(Dense(1, name="out")), OptionError,
     "add: Sequential(name='net') has a layer named 'out' already; give this one another name=, or none to be named "
     "automatically"),
    (lambda: Sequential(2 * [Dense(1, name="a")], name="net"), OptionError,
     "add: layer 'a' is in Sequential(name='net') already; make a second one for its own weights"),
    (lambda: small().add(Input((3,), name="in")), OptionError,
     "add: InputLayer(name='in', shape=(3,)) must come first, but Sequential(name='net') has layers already"),
    (lambda: small().add("Dens"), OptionError,
     "add: a layer is needed, got the string 'Dens'; did you mean 'Dense'? (as an object, e.g. Dense(32))"),
    (lambda: small().add(Dense), OptionError,
     "add: a layer is needed, got the class Dense; make a layer of it: Dense(...)"),
    (lambda: small().add("Dense"), OptionError,
     "add: a layer is needed, got the string 'Dense'; make a layer of it: Dense(...)"),
    (lambda: Sequential(Dense(1, name="a"), Dense(2)), OptionError,
     "Sequential: layers must be a list of layers, got Dense(name='a', units=1); write Sequential([...])"),
    (lambda: Sequential("dense"), OptionError,
     "Sequential: layers must be a list of layers, got str 'dense'; write Sequential([...])"),
    (lambda: (net := small()).add(Sequential([net], name="around")), OptionError,
     "add: Sequential(name='around') holds Sequential(name='net') itself: no model is its own layer"),
    (lambda: Sequential([Dense(1)], name="net").build(4), OptionError,
     "build: input_shape must be a tuple with the batch axis, like (None, 10), got 4"),
    (lambda: Sequential([Dense(1, name="a")]).build((4,)), ShapeError,
     "layer 'a' (Dense) needs inputs of shape (batch, ..., width) with a known width, got (4,); with the batch axis "
     "first, (None, 4)"),
    (lambda: small().set_weights(None), TypeError, "set_weights: a list of arrays is needed, got None"),
    (lambda: small().set_weights([np.full(s, "a") for s in ((4, 3), 3, (3, 2), 2)]), ShapeError,
     "set_weights: array 0 is for hidden/kernel and must be float32[4, 3], got <U1[4, 3]"),
    (lambda: small().add(3), OptionError, "add: a layer is needed, got 3"),
    (lambda: Sequential(Dense(1, name="a")), OptionError,
     "Sequential: layers must be a list of layers, got Dense(name='a', units=1); write Sequential([...])"),
    (lambda: Sequential(name="net").pop(), OptionError, "pop: Sequential(name='net') has no layers"),
    (lambda: Sequential(name="net").build((None, 3)), NotReadyError,
     "build: Sequential(name='net') has no layers; add some first"),
    (lambda: Sequential(name="net").call(None), NotReadyError, "Sequential(name='net') has no layers; add some first"),
    (lambda: Sequential([Dense(1)], name="net").build(), NotReadyError,
     "build: the shape of the input is not known; write Sequential(name='net').build((None, 10)), or give the first "
     "layer input_shape=(10,)"),
    (lambda: Sequential([Dense(1)], name="net").count_params(), NotReadyError, f"Sequential(name='net') {UNBUILT}"),
    (lambda: small().get_layer("hiden"), UnknownNameError,
     "unknown layer in Sequential(name='net'): 'hiden'; did you mean 'hidden'?"),
    (lambda: small().get_layer(2), OptionError, "get_layer: index must be below 2, the number of layers, got 2"),
    (lambda: small().get_layer(), OptionError, "get_layer: give a name or an index"),
    (lambda: small().set_weights([np.ones((4, 3))]), ShapeError,
     "set_weights: Sequential(name='net') has 4 weights (hidden/kernel [4, 3], hidden/bias [3], out/kernel [3, 2], "
     "out/bias [2]), got 1 array"),
    (lambda: small().set_weights([np.ones(s) for s in ((4, 3), 3, (3, 3), 2)]), ShapeError,
     "set_weights: array 2 is for out/kernel and must be float32[3, 2], got float64[3, 3]"),
    (lambda: Sequential([Dense(1)], name="net").set_weights([np.ones(3)]), NotReadyError,
     "set_weights: Sequential(name='net') has no weights yet; build it first"),
    (lambda: Sequential.from_config({"layers": [{"class_name": "Dens", "config": {}}]}), UnknownNameError,
     "unknown layer class 'Dens'; did you mean 'Dense'?"),
]  # fmt: skip


@pytest.mark.parametrize(("mistake", "kind", "message"), ERRORS, ids=[message[:40] for _, _, message in ERRORS])
def test_mistakes(mistake, kind, message):
    with pytest.raises(kind) as caught:
        mistake()
    assert str(caught.value) == message


def test_a_layer_that_does_not_fit_says_so_when_added():
    class Fixed(Layer):
        def call(self, x):
            return x @ np.ones((7, 2), "float32")

    with pytest.raises(ShapeError) as caught:
        small().add(Fixed(name="fixed"))
    assert caught.value.__notes__ == [
        "in Fixed(name='fixed') called with x: float32[2, 2]",
        "in building Fixed(name='fixed') of Sequential(name='net') for inputs of shape (None, 2)",
    ]


def test_an_error_while_running_names_the_layer_and_the_model():
    model = Sequential([Flatten(name="flat"), Dense(3, name="hidden")], name="net")
    model(np.ones((2, 4, 4)))
    with pytest.raises(ShapeError) as caught:
        model(np.ones((2, 5, 5)))
    assert caught.value.__notes__ == [
        "in Dense(name='hidden', units=3) called with x: float32[2, 25]",
        "in Sequential(name='net') called with x: float32[2, 5, 5]",
    ]


@pytest.mark.parametrize("config", [None, [], "model"])
def test_what_is_no_config_is_said(config):
    with pytest.raises(TypeError, match="Sequential"):
        Sequential.from_config(config)
