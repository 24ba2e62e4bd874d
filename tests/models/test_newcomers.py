"""What newcomers write: tutorials as they stand, classes of their own, copies; and what they are told."""

import copy
import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import tensorgrad as tg
from tensorgrad import losses, metrics
from tensorgrad.callbacks import LambdaCallback
from tensorgrad.errors import OptionError, ShapeError, UnknownNameError
from tensorgrad.layers import Dense, Flatten, Input, Layer
from tensorgrad.models import Sequential

X = np.random.default_rng(0).normal(size=(20, 4))
Y = np.arange(20) % 2


def model(loss="binary_crossentropy", **kwargs):
    made = Sequential([Dense(3, "relu", input_shape=(4,), name="hidden"), Dense(1, "sigmoid")])
    made.compile("adam", loss, **kwargs)
    return made


def test_the_first_program_of_tensorflows_course():
    model = Sequential([Dense(units=1, input_shape=[1])])
    model.compile(optimizer="sgd", loss="mean_squared_error")
    xs, ys = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0]), np.array([-3.0, -1.0, 1.0, 3.0, 5.0, 7.0])
    model.fit(xs, ys, epochs=500, verbose=0)
    assert model.predict([10.0], verbose=0) == pytest.approx(19.0, abs=0.1)


def test_an_axis_of_one_more_or_less_is_no_matter():
    model = Sequential([Dense(2, input_shape=(4,))])
    assert_array_equal(model.predict(X[..., None], verbose=0), model.predict(X, verbose=0))
    with pytest.raises(ShapeError, match=r"for one sample, write x\[None\]"):
        model.predict(X[0], verbose=0)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"])
@pytest.mark.parametrize("loss", ["mse", losses.BinaryCrossentropy(label_smoothing=0.1)], ids=["name", "object"])
def test_a_trained_model_can_be_copied_and_goes_on_alike(duplicate, loss):
    first = model(loss, metrics=["accuracy"])
    first.fit(X, Y, epochs=2, verbose=0)
    second = duplicate(first)
    again = [m.fit(X, Y, epochs=2, shuffle=False, verbose=0).history for m in (first, second)]
    assert again[0] == again[1]
    assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), second.get_weights(), strict=True))


class Squares(losses.Loss):
    def call(self, y_true, y_pred):
        return np.mean(np.square(y_true - y_pred), axis=-1)


class Hits(metrics.Metric):
    count = 0

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.count += np.sum((y_true == 1) == (y_pred > 0.5))

    def result(self):
        return self.count

    def reset_state(self):
        self.count = 0


def test_targets_and_outputs_never_broadcast_in_classes_of_ones_own():
    assert Squares()([1.0, 2.0, 3.0], [[1.0], [2.0], [4.0]]) == pytest.approx(1 / 3)
    made = model(Squares(), metrics=[Hits(), "accuracy"])
    loss, hits, accuracy = made.evaluate(X, Y, verbose=0)
    assert hits == pytest.approx(20 * accuracy)
    assert loss == pytest.approx(np.mean((made.predict(X, verbose=0)[:, 0] - Y) ** 2), rel=1e-5)


def test_a_metric_without_a_result():
    class Forgetful(Hits):
        def result(self):
            pass

    with pytest.raises(TypeError, match=r"metric 'forgetful': result\(\) must return a number, got None"):
        model(metrics=[Forgetful()]).fit(X, Y, verbose=0)


@pytest.mark.parametrize("base", [losses.Loss, metrics.Metric, tg.optimizers.Optimizer])
def test_a_class_that_forgets_super(base):
    class Mine(base):
        def __init__(self, delta):
            self.delta = delta

    with pytest.raises(AttributeError, match=r"^Mine has no 'name': its __init__ must call super\(\).__init__\(...\)"):
        Mine(1.0).name  # noqa: B018 reading it is the test
    with pytest.raises(AttributeError, match=r"^'Mine' object has no attribute 'nothing'$"):
        Mine(1.0).nothing  # noqa: B018  (as above)


def test_a_way_that_is_cut_is_told_once():
    class Cut(Layer):
        def call(self, x):
            return x.detach()

    made = Sequential([Dense(3, input_shape=(4,), name="first"), Cut(), Dense(1)])
    made.compile("sgd", "mse")
    before = made.get_weights()
    with pytest.warns(UserWarning, match="the loss does not depend on first/kernel, first/bias: ") as told:
        made.fit(X, Y, epochs=3, verbose=0)
    assert len(told) == 1
    assert_array_equal(made.get_weights()[0], before[0])
    assert not np.array_equal(made.get_weights()[2], before[2])


MISTAKES = [
    (lambda: Dense(3, name="d")(Input((4,), name="i")), TypeError,
     "Dense(name='d', units=3) is called on arrays or Tensors, got InputLayer(name='i', shape=(4,)); layers in "
     "sequence go into a list: Sequential([Input((4,)), Dense(3)])"),
    (lambda: Dense(3, name="d")(None), TypeError,
     "Dense(name='d', units=3) is called on arrays or Tensors, got None; layers in sequence go into a list: "
     "Sequential([Input((4,)), Dense(3)])"),
    (lambda: Dense(3, name="d")([1.0, 2.0]), ShapeError,
     "layer 'd' (Dense) needs inputs of shape (batch, ..., width) with a known width, got (None,); make a vector a "
     "column, x[:, None], or one sample, x[None]"),
    (lambda: Dense(3, name="d")(1.0), ShapeError,
     "layer 'd' (Dense) needs inputs of shape (batch, ..., width) with a known width, got ()"),
    (lambda: Dense(3, Flatten), TypeError,
     "an activation is a name like 'relu' or a function, got the class Flatten; write Flatten()"),
    (lambda: Dense(3, kernel_initializer="he"), UnknownNameError,
     "unknown initializer 'he'; did you mean 'he_normal' or 'he_uniform'?"),
    (lambda: Flatten(name="f")(1.0), ShapeError,
     "layer 'f' (Flatten) needs inputs of shape (batch, ...), got a single number"),
    (lambda: setattr(model().layers[0], "kernel", X), TypeError,
     "Dense(name='hidden', units=3, activation='relu'): kernel is a Parameter, and an array in its place would not be "
     "trained; write layer.kernel.data[...] = values, or set_weights"),
    (lambda: tg.set_random_seed("a"), OptionError,
     "seed must be an int of at least 0, a NumPy Generator or None, got 'a'"),
    (lambda: setattr(Dense(3), "trainable", "no"), OptionError, "Dense: trainable must be True or False, got 'no'"),
    (lambda: LambdaCallback(on_epoch_end=3), OptionError, "LambdaCallback: on_epoch_end must be a function, got 3"),
    (lambda: tg.optimizers.SGD().step(Sequential(name="net")), TypeError,
     "an optimizer changes Tensors: pass the .trainable_weights of Sequential(name='net')"),
    (lambda: type("Mine", (tg.optimizers.Optimizer,), {})().learning_rate, TypeError,
     "Mine has no learning_rate: declare one in the class, e.g. learning_rate: float = 0.01"),
]  # fmt: skip


@pytest.mark.parametrize(("mistake", "kind", "message"), MISTAKES, ids=[message[:40] for _, _, message in MISTAKES])
def test_mistakes(mistake, kind, message):
    with pytest.raises(kind) as caught:
        mistake()
    assert str(caught.value) == message


def test_sorted_rows_make_a_poor_validation_split():
    made = Sequential([Dense(3, "softmax", input_shape=(4,))])
    made.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.warns(
        UserWarning, match="the last 4 rows, .* the rows are sorted by class, so they hold only 2; shuffle"
    ):
        made.fit(X, np.repeat([0, 1, 2], (5, 5, 10)), validation_split=0.2, verbose=2)
    made.fit(X, np.tile([0, 1, 2, 1], 5), validation_split=0.2, verbose=2)  # warnings are errors here


def test_set_weights_takes_the_weights_of_another_model():
    first, second = model(), model()
    second.set_weights(first.weights)
    assert_array_equal(second.predict(X, verbose=0), first.predict(X, verbose=0))
    assert second.weights[0].data is not first.weights[0].data
