"""What every layer does: building, weights, freezing, names, training mode, errors, one's own layers."""

import copy
import pickle
import threading

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad import config, seeding
from tensorgrad.errors import NotReadyError, OptionError, ShapeError
from tensorgrad.layers import Activation, Dense, Dropout, Flatten, Input, InputLayer, Layer, layer_scopes


class Linear(Layer):
    """As Keras's tutorials write a layer."""

    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True)

    def call(self, inputs):
        return np.matmul(inputs, self.w) + self.b

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Block(Layer):
    """A layer of layers that does not pass ``training`` on, with weights kept in a list and a dict."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.steps = [Linear(4), Activation("tanh")]
        self.more = {"drop": Dropout(0.5, seed=1), "last": Linear(1)}

    def call(self, x):
        for step in self.steps:
            x = step(x)
        return self.more["last"](self.more["drop"](x))


class TestBuilding:
    def test_weights_are_made_at_first_use(self):
        layer = Dense(3)
        assert not layer.built
        assert layer.weights == []
        layer(np.ones((2, 5)))
        assert layer.built
        assert [w.shape for w in layer.weights] == [(5, 3), (3,)]
        assert (layer.input_shape, layer.output_shape) == ((None, 5), (None, 3))

    def test_build_by_hand(self):
        layer = Linear(3)
        layer.build((None, 5))
        assert layer.built
        assert layer.count_params() == 18
        before = layer.w
        layer(np.ones((2, 5)))
        assert layer.w is before

    def test_parameters_are_named_after_their_layer(self):
        layer = Dense(3, name="hidden")
        layer.build((None, 5))
        assert [w.name for w in layer.weights] == ["hidden/kernel", "hidden/bias"]

    def test_weights_are_floatx_unless_the_layer_says_otherwise(self):
        assert Dense(1)(np.ones((2, 3))).dtype == "float32"
        assert Dense(1, dtype="float64")(np.ones((2, 3), "float32")).dtype == "float64"
        config.set_floatx("float64")
        try:
            assert Dense(1)(np.ones((2, 3), "float32")).dtype == "float64"
        finally:
            config.set_floatx("float32")

    def test_a_tensor_keeps_its_dtype(self):
        x = tg.Tensor(np.ones((2, 3)), requires_grad=True)
        y = Dense(1)(x)
        assert y.dtype == "float64"
        y.sum().backward()
        assert x.grad.dtype == "float64"

    @pytest.mark.parametrize("x", [[[1.0, 2.0]], [[1, 2]], np.array([[1, 2]], "uint8"), tg.Tensor([[1.0, 2.0]])])
    def test_takes_what_can_be_an_array(self, x):
        y = Dense(1, kernel_initializer="ones")(x)
        assert type(y) is tg.Tensor
        assert y.tolist() == [[3.0]]

    def test_whole_numbers_stay_whole_where_the_class_says_so(self):
        class Lookup(Layer):
            autocast = False

            def build(self, input_shape):
                self.table = self.add_weight((4, 2), "ones")

            def call(self, x):
                assert x.dtype.kind == "i"
                return self.table[x.data]

        assert Lookup()([[1, 3]]).shape == (1, 2, 2)

    def test_a_weight_needs_a_known_shape(self):
        with pytest.raises(ShapeError, match=r"Linear\(name='l'\) cannot make a weight of shape \(None, 32\)"):
            Linear(name="l").build((None, None))

    def test_several_inputs(self):
        class Join(Layer):
            def build(self, input_shape):
                self.shapes = input_shape

            def call(self, x):
                return x[0] + x[1]

        layer = Join()
        assert layer([np.ones((2, 3)), tg.Tensor(np.ones((2, 3)))]).tolist() == [[2.0] * 3] * 2
        assert layer.shapes == [(None, 3), (None, 3)]

    def test_the_output_shape_of_ones_own_layer_is_found_by_trying(self):
        class Swap(Layer):
            def call(self, x):
                return x.transpose((0, 2, 1))

        assert Swap().compute_output_shape((None, 3, None)) == (None, None, 3)
        assert Linear(7).compute_output_shape((None, 2, 5)) == (None, 2, 7)


class TestWeights:
    def test_found_in_attributes_lists_and_dicts_each_once(self):
        block = Block()
        block(np.ones((2, 3)))
        block.again = block.steps
        assert [w.shape for w in block.weights] == [(3, 4), (4,), (4, 1), (1,)]
        assert block.count_params() == 21
        assert [type(layer).__name__ for layer in block.sublayers()] == ["Linear", "Activation", "Dropout", "Linear"]

    def test_a_layer_used_in_two_places_counts_once(self):
        class Twin(Layer):
            def __init__(self, shared, **kwargs):
                super().__init__(**kwargs)
                self.shared = shared

            def call(self, x):
                return self.shared(x)

        dense = Dense(2)
        top = Block()
        top.steps = [Twin(dense), Twin(dense)]
        top(np.ones((1, 2)))
        assert [w.shape for w in top.weights] == [(2, 2), (2,), (2, 1), (1,)]

    def test_get_and_set(self):
        a, b = Dense(3), Dense(3)
        a.build((None, 2))
        b.build((None, 2))
        b.set_weights(a.get_weights())
        np.testing.assert_array_equal(a.kernel.data, b.kernel.data)
        a.get_weights()[0][...] = 7
        assert not (a.kernel.data == 7).any()

    def test_set_weights_writes_in_place(self):
        layer = Dense(3)
        layer.build((None, 2))
        view = layer.kernel.data
        layer.set_weights([np.ones((2, 3)), np.zeros(3)])
        assert layer.kernel.data is view
        assert (view == 1).all()

    def test_set_weights_changes_nothing_when_an_array_does_not_fit(self):
        layer = Dense(3)
        layer.build((None, 2))
        before = layer.get_weights()
        with pytest.raises(ShapeError):
            layer.set_weights([np.ones((2, 3)), np.ones(4)])
        for a, b in zip(before, layer.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_freezing(self):
        layer = Dense(3)
        layer.trainable = False
        layer.build((None, 2))
        assert (len(layer.trainable_weights), len(layer.non_trainable_weights)) == (0, 2)
        layer(tg.Tensor(np.ones((1, 2)), requires_grad=True)).sum().backward()
        assert layer.kernel.grad is None
        layer.trainable = True
        assert (len(layer.trainable_weights), len(layer.non_trainable_weights)) == (2, 0)

    def test_freezing_reaches_inner_layers_and_spares_fixed_weights(self):
        class Counting(Layer):
            def build(self, input_shape):
                self.inner = Dense(2)
                self.inner.build(input_shape)
                self.count = self.add_weight((), "zeros", trainable=False)

            def call(self, x):
                return self.inner(x)

        layer = Counting()
        layer.build((None, 2))
        assert [w.shape for w in layer.non_trainable_variables] == [()]
        layer.trainable = False
        assert not layer.inner.trainable
        assert layer.trainable_variables == []
        layer.trainable = True
        assert [w.shape for w in layer.non_trainable_weights] == [()]
        assert [w.shape for w in layer.trainable_weights] == [(2, 2), (2,)]

    def test_unknown_until_built(self):
        with pytest.raises(NotReadyError, match=r"Dense\(name='d', units=3\) has no weights yet: call build"):
            Dense(3, name="d").count_params()

    def test_copies_are_independent(self):
        layer = Dense(3)
        layer.build((None, 2))
        for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
            twin.kernel.data[...] = 5
            assert twin.name == layer.name
            assert not (layer.kernel.data == 5).any()


class TestNames:
    def test_automatic_ones_count_up(self):
        class SomeLayer2D(Layer):
            pass

        assert [SomeLayer2D().name for _ in range(3)] == ["some_layer2_d", "some_layer2_d_1", "some_layer2_d_2"]

    def test_repr_can_be_typed(self):
        assert repr(Dense(32, "relu", name="hidden")) == "Dense(name='hidden', units=32, activation='relu')"
        assert repr(Dropout(0.5, name="d", dtype="float64")) == "Dropout(name='d', rate=0.5, dtype='float64')"

    def test_config_round_trip(self):
        for layer in (
            Dense(3, "relu", use_bias=False, kernel_initializer="he_normal", name="d", trainable=False),
            Activation("tanh"),
            Dropout(0.25, noise_shape=(None, 1), seed=3),
            Flatten(),
            InputLayer((2, 3), batch_size=5, name="i"),
            Linear(7),
        ):
            twin = type(layer).from_config(layer.get_config())
            assert twin.get_config() == layer.get_config()


class TestTraining:
    def test_is_passed_only_to_layers_that_take_it(self):
        seen = []

        class Takes(Layer):
            def call(self, x, training=False):
                seen.append(training)
                return x

        class Plain(Layer):
            def call(self, x):
                return x

        Takes()(np.ones((1, 1)), training=True)
        Takes()(np.ones((1, 1)))
        Plain()(np.ones((1, 1)), training=True)
        assert seen == [True, False]

    def test_reaches_layers_inside_that_are_called_without_it(self):
        block = Block()
        x = np.ones((50, 3))
        still = block(x).numpy()
        np.testing.assert_array_equal(block(x).numpy(), still)
        assert (block(x, training=True).numpy() != still).any()
        np.testing.assert_array_equal(block(x).numpy(), still)

    def test_ends_with_an_error(self):
        class Fails(Layer):
            def call(self, x):
                raise KeyError("no")

        with pytest.raises(KeyError):
            Fails()(np.ones((1, 1)), training=True)
        drop = Dropout(0.5)
        assert (drop(np.ones((9, 9))).numpy() == 1).all()


class TestErrors:
    def test_a_note_for_each_layer_innermost_first(self):
        class Outer(Layer):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
                self.inner = Linear(2, name="inner")

            def call(self, x):
                return self.inner(x * 2)

        outer = Outer(name="outer")
        outer(np.ones((2, 3)))
        with pytest.raises(ShapeError) as caught:
            outer(np.ones((2, 5)))
        assert caught.value.__notes__ == [
            "in Linear(name='inner') called with x: float32[2, 5]",
            "in Outer(name='outer') called with x: float32[2, 5]",
        ]

    def test_a_class_that_forgot_its_base(self):
        class Forgot(Layer):
            def __init__(self):
                self.units = 3

        with pytest.raises(NotReadyError, match=r"Forgot.__init__ must call super\(\).__init__\(\*\*kwargs\) first"):
            Forgot()(np.ones((1, 1)))

    def test_without_mathematics(self):
        with pytest.raises(TypeError, match=r"Layer has no call\(self, x\)"):
            Layer()(np.ones((1, 1)))

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: Dense(3, input_shape=(10, -1)), "Dense: input_shape must be a tuple of positive ints"),
            (lambda: Dense(3, input_shape="10"), "Dense: input_shape must be a tuple of positive ints"),
            (lambda: Dense(3, input_dim=0), "Dense: input_dim must be a positive int, got 0"),
            (lambda: Dense(3, name=7), "Dense: name must be a string, got 7"),
            (lambda: Dense(3, trainable="yes"), "Dense: trainable must be True or False, got 'yes'"),
            (lambda: Input(), "InputLayer: shape must be given, got None"),
            (lambda: InputLayer((3,), input_shape=(3,)), "InputLayer: write shape="),
        ],
    )
    def test_options(self, make, message):
        with pytest.raises(OptionError) as caught:
            make()
        assert str(caught.value).startswith(message)

    def test_unknown_options_and_dtypes(self):
        with pytest.raises(TypeError, match="Dense has no argument 'unts'; did you mean 'units'"):
            Dense(3, unts=4)
        with pytest.raises(TypeError, match="a layer computes in a float dtype, got 'int32'"):
            Dense(3, dtype="int32")


def test_input_shapes_are_understood():
    assert Dense(3, input_shape=(10,)).input_shape == (None, 10)
    assert Dense(3, input_shape=10).input_shape == (None, 10)
    assert Dense(3, input_dim=10).input_shape == (None, 10)
    assert Input((28, 28)).input_shape == (None, 28, 28)
    assert Input((None, 3), batch_size=5).input_shape == (5, None, 3)


def test_seeds_make_weights_repeatable():
    made = []
    for _ in range(2):
        seeding.set_random_seed(5)
        layer = Dense(3)
        layer.build((None, 4))
        made.append(layer.get_weights()[0])
    np.testing.assert_array_equal(*made)


def test_scopes_tell_which_layer_an_op_ran_in():
    block = Block(name="block")
    block(np.ones((2, 3)))
    with layer_scopes() as found:
        y = block(np.ones((2, 3)))
    assert [(layer.name, depth) for _, _, layer, depth in found][-1] == ("block", 0)
    assert [depth for *_, depth in found] == [1, 1, 1, 1, 0]
    first, last, layer, _ = found[-2]
    assert first < y.seq < last
    assert layer is block.more["last"]
    block(np.ones((2, 3)))
    assert len(found) == 5


@pytest.mark.parametrize("first", [0, 1])
def test_scopes_that_overlap_end_in_any_order(first):
    managers = [layer_scopes(), layer_scopes()]
    found = [manager.__enter__() for manager in managers]
    flat = Flatten(name="flat")
    managers[first].__exit__(None, None, None)
    flat(np.ones((2, 3)))
    managers[1 - first].__exit__(None, None, None)
    flat(np.ones((2, 3)))
    assert [len(scopes) for scopes in found] == [first, 1 - first]


def test_scopes_are_those_of_one_thread():
    class Waiting(Layer):
        def call(self, x):
            inside.set()
            go.wait(10)
            return x * 2

    inside, go, found = threading.Event(), threading.Event(), []

    def work():
        with layer_scopes() as scopes:
            Waiting(name="mine")(np.ones(2))
            found.append(scopes)

    thread = threading.Thread(target=work)
    with layer_scopes() as scopes:
        thread.start()
        inside.wait(10)
    go.set()
    thread.join()
    Flatten(name="later")(np.ones((2, 3)))
    assert scopes == []
    assert [layer.name for _, _, layer, _ in found[0]] == ["mine"]


class Named(Layer):
    """Takes a dict."""

    def call(self, x):
        return x["a"] * x["b"]


def test_inputs_in_a_dict():
    layer, x = Named(), {"a": np.ones((2, 3)), "b": np.full((2, 3), 2.0)}
    np.testing.assert_array_equal(layer(x).data, np.full((2, 3), 2.0))
    assert layer.input_shape == {"a": (None, 3), "b": (None, 3)}
    names = {box.name for box in layer.draw(x).graph.boxes}
    assert {"x", "x1"} <= names


def test_inputs_in_a_list_are_told_in_errors():
    class Sum(Layer):
        def call(self, x):
            return x[0] + x[1]

    with pytest.raises(ValueError, match="broadcast") as error:
        Sum(name="s")([np.ones(2), np.ones(3)])
    assert any("[float32[2], float32[3]]" in note for note in error.value.__notes__)


def test_a_layer_that_returns_no_tensor_has_no_output_shape():
    class Pair(Layer):
        def call(self, x):
            return [x, x]

    with pytest.raises(TypeError, match=r"returned list .*call\(self, x\) must return one Tensor"):
        Pair().compute_output_shape((None, 2))


def test_variables_and_shapes_under_keras_names():
    layer = Dense(2)
    layer.build((None, 3))
    assert [a is b for a, b in zip(layer.variables, layer.weights, strict=True)] == [True, True]
    assert InputLayer(shape=(3,)).compute_output_shape((None, 3)) == (None, 3)


def test_an_initializer_draws_from_a_generator_that_is_given():
    seed = np.random.default_rng(3)
    assert seeding.generator(seed) is seed
