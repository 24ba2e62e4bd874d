"""The compiled steps of models: which program runs for what is given, and when none does."""

import numpy as np
import pytest
from compiled_models import data, model_of, same, trained, training_steps

import tensorgrad as tg
from tensorgrad import metrics
from tensorgrad.layers import Dense, Layer
from tensorgrad.optimizers import SGD, Adam
from tensorgrad.training.programs import CROWDED, LIMIT, WARM, guard_roots


class Third(Layer):
    """Takes whole numbers as they are, and floats too."""

    autocast = False

    def call(self, x):
        return x.astype("float32") / 3 + (x // 2).astype("float32")


def test_data_of_one_shape_and_size_of_entry_but_of_two_dtypes():
    def work(model):
        model = tg.Sequential([Third(), Dense(3, kernel_initializer="ones")])
        model.compile("sgd", "mse", run_eagerly=eagerly.pop(), jit_compile="exact")
        x, y = np.arange(20).reshape(5, 4) - 7, np.ones((5, 3))
        kinds = ("int32", "float32", "uint32", "int32", "float32")
        return [model.train_on_batch(x.astype(kind), y) for kind in kinds]

    eagerly = [True, False]
    same(work)


class KeepsAll(Layer):
    """A first layer that keeps each batch, as it is."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.kept = []

    def call(self, x):
        self.kept.append(x.numpy())
        return x


def test_a_layer_that_keeps_batches_keeps_each_though_shuffled_ones_are_lent():
    x = np.arange(48.0).reshape(24, 2)
    model = tg.Sequential([KeepsAll(input_shape=(2,)), Dense(1)])
    model.compile("sgd", "mse")
    kept = model.layers[0].kept
    with pytest.warns(UserWarning, match="changes its attribute kept"):
        model.fit(x, x[:, :1], batch_size=4, epochs=2, verbose=0)
    rows = np.concatenate(kept[-12:])
    np.testing.assert_array_equal(np.sort(rows[:, 0]), np.sort(np.tile(x[:, 0], 2)))


def test_samples_that_are_their_own_targets_in_a_loss_that_writes_into_them():
    def loss(y_true, y_pred):
        y_true -= 1.0
        return np.mean(np.square(y_pred - y_true), axis=-1)

    def work(model):
        model.pop()
        model.add(Dense(4))
        model.compile("sgd", loss, run_eagerly=model.compiled.eagerly, jit_compile="exact")
        found = []
        for i in range(WARM + 6):
            x = np.random.default_rng(i).normal(size=(5, 4)).astype("float32")
            inputs = x.reshape(5, 2, 2)
            found.append(model.train_on_batch(inputs, x.copy() if i == 2 else x))
            found += [model.test_on_batch(inputs, x), x.sum()]
        return found

    same(work)


@pytest.mark.parametrize("optimizer", ["momentum", "adam", "amsgrad"])
def test_frozen_and_thawed_in_turn_the_optimizer_forgets_nothing(optimizer):
    def work(model):
        x, y = data()
        found = []
        for i in range(14):
            model.layers[1].trainable = i % 3 != 1
            model.layers[3].trainable = i % 4 != 2
            found.append(model.train_on_batch(x, y))
            if i == 6:
                model.set_weights([w * 0.9 for w in model.get_weights()])
            state = [model.optimizer.state(w) for w in model.weights]
            found.append([{name: v.copy() for name, v in slots.items()} for slots in state])
        return found

    same(work, optimizer=optimizer)


def freeze(w):
    w.requires_grad = False
    return lambda: setattr(w, "requires_grad", True)


def replace(w):
    old, w.data = w.data, np.full_like(w.data, 0.25)
    return lambda: setattr(w, "data", old.copy())


def hook(w):
    return w.register_hook(lambda g: g * 10)


@pytest.mark.parametrize("change", [freeze, replace, hook])
@pytest.mark.parametrize("before", [False, True])
def test_what_is_done_to_a_weight_itself_is_seen_by_the_next_step_and_so_is_its_end(change, before):
    def work(model):
        x, y = data("numbers")
        w = model.weights[0]
        losses, undo = [], change(w) if before else None
        for _ in range(3):
            losses += [model.train_on_batch(x, y) for _ in range(2)]
            undo = change(w) if undo is None else undo()
        return losses, model.evaluate(x, y, verbose=0)

    same(work)


def test_a_program_for_each_shape_soon_and_later_for_those_that_come_often():
    model = tg.Sequential([Dense(2, input_shape=(3,))])
    x = np.zeros((60, 3), "float32")
    for _ in range(WARM):
        for n in range(1, LIMIT + 3):
            model.predict(x[:n], verbose=0)
    (step,) = model._inferences.kept
    assert len(step.replays) == LIMIT
    first = {key[0][0][0] for key in step.replays}
    assert first == set(range(1, LIMIT + 1))
    for _ in range(CROWDED):
        model.predict(x[:40], batch_size=60, verbose=0)
    assert len(step.replays) == LIMIT
    assert 40 in {key[0][0][0] for key in step.replays}


class Halved(metrics.BinaryAccuracy):
    """A metric of ours with mathematics of the user's own."""

    def values(self, y_true, y_pred):
        assert type(y_pred) is np.ndarray
        return super().values(y_true, y_pred) / 2


def test_a_metric_of_ours_that_the_user_has_changed_is_no_part_of_the_program():
    model = model_of(loss="bce")
    model.compile("sgd", "bce", metrics=[Halved(name="half"), "binary_accuracy"])
    found = trained(model, "labels")
    np.testing.assert_allclose(found["half"], np.array(found["binary_accuracy"]) / 2)


@pytest.mark.parametrize("read", [lambda o: o.iterations, lambda o: o.learning_rate])
def test_the_number_of_steps_read_in_a_compiled_function_would_be_frozen(read):
    w = tg.Parameter([1.0, 2.0])
    optimizer = SGD(lambda step: 0.1 / (1 + step))

    @tg.compile
    def step(x):
        loss = ((w * x) ** 2).sum() * read(optimizer)
        optimizer.minimize(loss, [w])
        return loss

    with pytest.raises(tg.TensorgradError, match="iterations of SGD differs from run to run of a compiled function"):
        step(np.ones(2))
    optimizer.iterations = 7
    assert (optimizer.iterations, optimizer.learning_rate) == (7, 0.1 / 8)


def test_a_layout_is_kept_only_while_a_program_uses_it():
    model = model_of(optimizer="sgd")
    x, y = data()
    for i in range(6):
        model.layers[1].trainable = i % 2 == 0
        model.train_on_batch(x, y)
    assert len([found for found in model.optimizer._memory.layouts if found() is not None]) == 2
    assert len(training_steps(model)) == 2
    eager = Adam(0.1)
    for _ in range(6):
        w = tg.Parameter(np.ones(2))
        eager.apply([np.ones(2)], [w])
    assert len([found for found in eager._memory.layouts if found() is not None]) == 1


def test_layers_called_within_the_call_know_whether_the_model_is_trained_whatever_interrupts_them():
    seen = []

    class Inner(Layer):
        def call(self, x, training=False):
            seen.append(training)
            if training and len(seen) == 2:
                raise KeyboardInterrupt
            return x

    class Outer(Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = Inner()

        def call(self, x):
            return self.inner(x)

    outer = Outer()
    outer(np.ones((1, 2)), training=True)
    with pytest.raises(KeyboardInterrupt):
        outer(np.ones((1, 2)), training=True)
    outer(np.ones((1, 2)))
    assert seen == [True, True, False]


class Drawing(Layer):
    """Draws from a generator that no guard knows."""

    def call(self, x):
        return x * np.random.default_rng().normal()


class Evaluating(Layer):
    """Looks up a name that stands in a text."""

    def call(self, x):
        return x * eval("FACTOR")


class Taking(Layer):
    """Takes from an iterator."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.factors = iter(range(1, 1000))

    def call(self, x):
        return x * next(self.factors)


class Typed(Layer):
    """Compares types, of a Tensor as of a Tensor."""

    def call(self, x):
        return x * (2.0 if type(x) is tg.Tensor else 3.0)


FACTOR = 2.0


@pytest.mark.parametrize(("layer", "says"), [
    (Drawing, "this model trains without a compiled program, more slowly: its result is another one"),
    (Evaluating, r"more slowly: it looks up what a text names, by eval\(\), in call; that may be something else"),
    (Taking, "more slowly: it takes from layer 'taking'.factors, a range_iterator"),
    (Typed, r"more slowly: it compares type\(x\): use isinstance\(x, ...\), in call"),
])  # fmt: skip
def test_a_layer_that_no_guard_can_follow_trains_as_it_is_and_says_why(layer, says):
    model = model_of([lambda: layer(name=layer.__name__.lower())])
    model.compile(SGD(0.0), "mse")
    x, y = np.ones((4, 2, 2)), np.ones((4, 3))
    with pytest.warns(tg.errors.UncompiledWarning, match=says):
        losses = [model.train_on_batch(x, y) for _ in range(3)]
    assert (len({float(np.squeeze(loss)) for loss in losses}) > 1) == (layer in (Drawing, Taking))


def test_a_layer_in_two_models_is_one_root_and_of_one_name_the_first_is():
    shared, other = Dense(2, name="a"), Dense(2, name="a")
    model = tg.Sequential([tg.Sequential([shared], name="p"), tg.Sequential([shared], name="q"),
                           tg.Sequential([other], name="r")], name="net")  # fmt: skip
    roots = guard_roots(model)
    assert list(roots) == ["layer 'a'", "layer 'p'", "layer 'q'", "layer 'r'", "layer 'net'"]
    assert roots["layer 'a'"] is shared
