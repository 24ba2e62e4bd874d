"""Whatever a step has frozen of the Python around it, a change of it is seen by the next step, and put to use.

Each is tried where nothing but the value tells: between fits, and by a callback between two batches of one epoch.
"""

import random
import types
import warnings

import numpy as np
import pytest
from compiled_models import COLUMNS, At, data, model_of, same, trained, training_steps

import tensorgrad as tg
from tensorgrad import metrics
from tensorgrad.compile import executable as replay
from tensorgrad.layers import Activation, Dense, Dropout, Layer
from tensorgrad.losses import Loss
from tensorgrad.training.programs import WARM
from tests.heavy import heavy

FACTOR = 1.0
SHARED = {"factor": 1.0}


class Own(Layer):
    """Multiplies by what ``self.factor()`` returns."""

    def call(self, x):
        return x * self.factor()


class InAttribute(Own):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.k = 1.0

    def factor(self):
        return self.k

    def change(self, v):
        self.k = v


class InList(InAttribute):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.k = [1.0]

    def factor(self):
        return self.k[0]

    def change(self, v):
        self.k[0] = v


class InNestedDict(InList):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.k = {"a": [{"b": 1.0}]}

    def factor(self):
        return self.k["a"][0]["b"]

    def change(self, v):
        self.k["a"][0]["b"] = v


class InSet(InList):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.k = {1.0}

    def factor(self):
        return max(self.k)

    def change(self, v):
        self.k.clear()
        self.k.add(v)


class InObject(InList):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.k = types.SimpleNamespace(inner=types.SimpleNamespace(v=1.0))

    def factor(self):
        return self.k.inner.v

    def change(self, v):
        self.k.inner.v = v


class InArray(InList):
    """A 0-d array, read by ``float()`` and changed in place."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.k = np.array(1.0)

    def factor(self):
        return float(self.k)

    def change(self, v):
        self.k[...] = v


class InVector(InArray):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.k = np.ones(3)

    def factor(self):
        return self.k[1].item()

    def change(self, v):
        self.k[1] = v


class InClass(Own):
    k = 1.0

    def factor(self):
        return self.k

    def change(self, v):
        type(self).k = v


class InClassDict(InClass):
    k = {"v": 1.0}  # noqa: RUF012  (the point)

    def factor(self):
        return self.k["v"]

    def change(self, v):
        self.k["v"] = v


class InMethod(InClass):
    """The method itself is replaced."""

    def change(self, v):
        type(self).factor = lambda self: v


class InGlobal(Own):
    def factor(self):
        return FACTOR

    def change(self, v):
        global FACTOR
        FACTOR = v


class InGlobalDict(Own):
    def factor(self):
        return self.read()

    def read(self):
        return SHARED["factor"]

    def change(self, v):
        SHARED["factor"] = v


class InClosure(Own):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        k = 1.0

        def read():
            return k

        def write(v):
            nonlocal k
            k = v

        self.read, self.change = read, write

    def factor(self):
        return self.read()


class InModule(Own):
    def factor(self):
        return settings.factor

    def change(self, v):
        settings.factor = v


settings = types.ModuleType("settings_of_the_user")
settings.factor = 1.0


class InActivation(Activation):
    """An activation that is an object with an attribute."""

    def __init__(self, **kwargs):
        super().__init__(Scaled(), **kwargs)

    def change(self, v):
        self.activation.k = v


class Scaled:
    k = 1.0

    def __call__(self, x):
        return x * self.k


PLACES = [
    InAttribute, InList, InNestedDict, InSet, InObject, InArray, InVector, InClass, InClassDict, InMethod, InGlobal,
    InGlobalDict, InClosure, InModule, InActivation,
]  # fmt: skip


@pytest.fixture(autouse=True)
def as_before():
    """Put back what the layers above change outside of themselves."""
    method = InMethod.factor
    yield
    InClass.k, InClassDict.k["v"], SHARED["factor"], settings.factor, InMethod.factor = 1.0, 1.0, 1.0, 1.0, method
    InGlobal().change(1.0)


@pytest.mark.parametrize("place", PLACES, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("hook", ["on_train_batch_end", *heavy("on_epoch_end", "on_train_batch_begin")])
def test_what_a_callback_changes_in_a_layer_is_seen_by_the_next_step(place, hook):
    def act(model, count):
        model.layers[2].change(0.5 + count)

    def work(model):
        model.layers[2].change(1.0)
        return trained(model, epochs=4, callbacks=[At(act, hook, (0, 2, 3))])

    same(work, layers=[place])


@pytest.mark.parametrize("place", PLACES, ids=lambda cls: cls.__name__)
def test_twenty_values_one_after_the_other(place):
    def work(model):
        x, y = data()
        found = []
        for i, v in enumerate(np.linspace(0.1, 2, 20)):
            model.layers[2].change(float(v))
            found.append(model.fit(x, y, batch_size=10, shuffle=False, verbose=0).history["loss"])
            if i % 10 == 0:
                found += [model.predict(x, verbose=0) for _ in range(WARM + 1)]
                found += [model.evaluate(x, y, verbose=0) for _ in range(WARM + 1)]
        return found

    same(work, layers=[place])


class Scaling(Loss):
    k = 1.0

    def call(self, y_true, y_pred):
        return np.mean(np.square(y_pred - y_true), axis=-1) * self.k


def scaled_loss():
    k = [1.0]

    def loss(y_true, y_pred):
        return np.mean(np.square(y_pred - y_true), axis=-1) * k[0]

    loss.change = lambda v: k.__setitem__(0, v)
    return loss


def default_loss():
    def loss(y_true, y_pred, k=1.0):
        return np.mean(np.square(y_pred - y_true), axis=-1) * k

    loss.change = lambda v: setattr(loss, "__defaults__", (v,))
    return loss


@pytest.mark.parametrize("make", [Scaling, scaled_loss, default_loss])
def test_twenty_values_in_a_loss(make):
    def work(model):
        loss = make()
        change = getattr(loss, "change", lambda v: setattr(loss, "k", v))
        change(1.0)
        model.compile("sgd", loss, run_eagerly=model.compiled.eagerly, jit_compile="exact")
        x, y = data()
        found = []
        for v in np.linspace(0.1, 2, 20):
            change(float(v))
            found.append(model.fit(x, y, batch_size=10, shuffle=False, verbose=0).history["loss"])
        act = At(lambda model, count: change(count + 1.0), "on_train_batch_end", range(7))
        return [*found, trained(model, callbacks=[act])]

    same(work)


def test_an_option_of_a_metric_amid_an_epoch():
    def work(model):
        metric = metrics.BinaryAccuracy(threshold=0.5)
        model.compile("sgd", "bce", metrics=[metric], run_eagerly=model.compiled.eagerly, jit_compile="exact")

        def act(model, count):
            metric.threshold = 0.3 + 0.05 * count

        return trained(model, "labels", callbacks=[At(act, "on_train_batch_end", range(9))])

    same(work, loss="bce")


@pytest.mark.parametrize("new", [lambda: Activation("relu"), lambda: Dropout(0.5, seed=1), InList])
def test_a_layer_without_weights_in_place_of_another(new):
    def work(model):
        found = [trained(model)]
        for make in (lambda: Activation("tanh"), new, lambda: Activation("tanh"), new):
            model.pop()
            model.add(make())
            found.append(trained(model))
            found.append(model.predict(data()[0], verbose=0))
        return found

    def with_last(model):
        model.add(Activation("sigmoid"))
        return work(model)

    same(with_last)


@pytest.mark.parametrize("setting", [("set_floatx", "float64", "float32"), ("set_epsilon", 0.45, 1e-7)])
def test_settings_of_the_library_amid_an_epoch(setting):
    name, other, usual = setting
    setter = getattr(tg.config, name)

    def work(model):
        act = At(lambda model, count: setter(other), "on_train_batch_end", (2,))
        try:
            return trained(model, "labels", callbacks=[act], epochs=1)
        finally:
            setter(usual)

    same(work, loss="bce")


def test_to_and_fro_costs_no_new_program():
    model = model_of(["dense", "dropout"])
    x, y = data()
    seen = set()
    for i in range(24):
        model.layers[1].trainable = i % 2 == 0
        model.layers[3].rate = 0.1 if i % 3 else 0.3
        model.train_on_batch(x, y)
        (measures,) = model.compiled._measures.values()
        seen.update(id(step.replay) for step in measures.training.kept)
    assert len(seen) == len(training_steps(model)) == 4


# What a call itself changes: a program would do it once, or never.


class Counts(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.calls = 0

    def call(self, x):
        self.calls += 1
        return x * (1 + 0.1 * self.calls)


class Keeps(Layer):
    last = None

    def call(self, x):
        self.last = x.numpy()
        return x


class KeepsInList(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seen = []

    def call(self, x):
        self.seen.append(x.shape)
        return x


class CountsInGlobal(Layer):
    def call(self, x):
        global FACTOR
        FACTOR += 0.125
        return x * FACTOR


class Draws(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.rng = np.random.default_rng(3)

    def call(self, x):
        return x + self.rng.normal(size=x.shape[1:]).astype("float32")


class DrawsFromNumPy(Layer):
    def call(self, x):
        return x * float(np.random.random())  # noqa: NPY002  (what users write)


class DrawsFromPython(Layer):
    def call(self, x):
        return x * random.random()


RESTLESS = {
    Counts: "layer '{}' changes its attribute calls",
    Keeps: "layer '{}' changes its attribute last",
    KeepsInList: "layer '{}' changes its attribute seen",
    CountsInGlobal: "a call changes FACTOR",
    Draws: "layer '{}' draws from rng",
    DrawsFromNumPy: "a call draws from np.random",
    DrawsFromPython: "a call draws from random",
}


@pytest.fixture
def global_generators():
    states = np.random.get_state(), random.getstate()  # noqa: NPY002
    yield
    np.random.set_state(states[0])  # noqa: NPY002
    random.setstate(states[1])


@pytest.mark.usefixtures("global_generators")
@pytest.mark.parametrize("layer", RESTLESS, ids=lambda cls: cls.__name__)
def test_what_a_call_changes_is_changed_as_often_as_eagerly_and_the_warning_names_it(layer):
    def work(model):
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002
        InGlobal().change(1.0)
        x, y = data()
        history = trained(model)
        values = [model.evaluate(x, y, verbose=0) for _ in range(WARM + 2)]
        outputs = [model.predict(x, verbose=0) for _ in range(WARM + 2)]
        kept = {name: str(value) for name, value in vars(model.layers[2]).items() if name in ("calls", "last", "seen")}
        return history, values, outputs, kept, FACTOR, random.random(), np.random.random()  # noqa: NPY002

    same(work, slow=True, layers=[layer])
    model = model_of([layer])
    with pytest.warns(UserWarning, match="without a compiled program, more slowly") as caught:
        trained(model)
    (warning,) = caught
    assert str(warning.message).partition("slowly: ")[2].startswith(RESTLESS[layer].format(model.layers[2].name))
    assert "keep it in a Tensor" in str(warning.message) or "uniform_like" in str(warning.message)
    assert warning.filename.endswith("compiled_models.py")


@pytest.mark.usefixtures("global_generators")
@pytest.mark.parametrize("layer", RESTLESS, ids=lambda cls: cls.__name__)
def test_such_a_layer_predicts_and_measures_right_in_a_model_that_was_never_trained(layer):
    def work(model):
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002
        InGlobal().change(1.0)
        x, y = data()
        outputs = [model.predict(x, verbose=0) for _ in range(WARM + 3)]
        return outputs, [model.evaluate(x, y, verbose=0) for _ in range(WARM + 3)]

    def without_flag(model):
        found = work(model)
        model.compiled.eagerly = True  # nothing trained, so nothing gave up: what ``same`` looks at
        return found

    same(without_flag, slow=True, layers=[layer])


class Lazy(Layer):
    """Makes what it needs in its first call."""

    scale, inner = None, None

    def call(self, x):
        if self.scale is None:
            self.scale = float(np.mean(x.numpy()))  # looks at values, once
            self.inner = Dense(x.shape[-1], kernel_initializer="ones", name="inner")
        return self.inner(x) * self.scale

    def compute_output_shape(self, input_shape):
        return input_shape


def test_what_a_first_call_makes_is_made_once_and_then_there_are_programs():
    def work(model):
        x, y = data()
        found = [model.train_on_batch(x, y) for _ in range(5)]
        assert len(model.layers[2].weights) == 2
        return found, model.layers[2].scale

    same(work, layers=[Lazy])


class CachesByShape(Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.ramps = {}

    def call(self, x):
        if x.shape not in self.ramps:
            self.ramps[x.shape] = np.linspace(0.5, 1.0, x.shape[0], dtype="float32")[:, None]
        return x * self.ramps[x.shape]


def test_a_cache_by_shape_is_filled_and_used():
    same(trained, layers=[CachesByShape])


def test_an_error_of_ones_own_in_a_step_is_raised_as_it_is():
    class Fails(Layer):
        def call(self, x):
            if x.shape[0] == 4:
                raise ZeroDivisionError("of the user's own")
            return x

    model = model_of([Fails])
    x, y = data()
    with pytest.raises(ZeroDivisionError, match="of the user's own"):
        model.fit(x, y, batch_size=5, verbose=0)
    assert not model.compiled.runs_eagerly


def test_a_fault_of_the_compiler_is_called_so_and_the_model_trains(monkeypatch):
    def broken(*args, **kwargs):
        return ()[0]

    def work(model):
        if not model.compiled.eagerly:
            monkeypatch.setattr(replay, "optimize", broken)
        return trained(model)

    same(work, slow=True)
    monkeypatch.setattr(replay, "optimize", broken)
    text = r"a fault of tensorgrad's compiler, not of the model: please report IndexError in \w+"
    with pytest.warns(UserWarning, match=text) as caught:
        trained(model_of())
    assert "out of range" not in str(caught[0].message)


def test_what_no_stand_in_can_do_is_told_with_the_users_line():
    class Odd(Layer):
        def call(self, x):
            np.frombuffer(memoryview(x.data), x.dtype)
            return x

    with pytest.warns(UserWarning, match=r"more slowly: test_frozen.py:\d+: what is done here can be done"):
        trained(model_of([Odd]))


def test_nothing_is_said_when_the_user_asked_for_no_programs():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained(model_of([Counts], eagerly=True))


def test_many_changes_are_not_all_listed():
    class Many(Layer):
        def call(self, x):
            for i in range(9):
                setattr(self, f"a{i}", x.shape)
            vars(self)["b"] = object()
            for i in range(9):
                setattr(self, f"a{i}", object())
            return x

    with pytest.warns(UserWarning, match=r"attribute a0, .*attribute a1, .*, and \d more at every call"):
        trained(model_of([Many]))


@pytest.mark.parametrize("how", [{}, {"run_eagerly": True}], ids=["compiled", "eager"])
def test_a_callback_that_compiles_changes_the_optimizer_of_the_next_step(how):
    model = model_of()
    first, second = tg.optimizers.SGD(0.1), tg.optimizers.SGD(0.2)
    model.compile(first, "mse", **how)
    again = tg.callbacks.LambdaCallback(
        on_train_batch_begin=lambda i, logs: i == 2 and model.compile(second, "mse", **how)
    )
    model.fit(np.ones((12, 2, 2)), np.ones((12, COLUMNS)), batch_size=2, verbose=0, callbacks=[again])
    assert (first.iterations, second.iterations) == (2, 4)


class Growing(Layer):
    """Layers one after the other, of which more may be added between steps."""

    def __init__(self, **options):
        super().__init__(**options)
        self.parts = [Dense(3)]

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x


@pytest.mark.parametrize("how", [{}, {"jit_compile": "exact"}], ids=["default", "exact"])
def test_a_layer_that_is_built_in_a_step_has_the_weights_it_has_eagerly(how):
    def grown(**how):
        tg.set_random_seed(3)
        model = tg.Sequential([Growing()])
        model.compile("sgd", "mse", **how)
        x = np.linspace(-1, 1, 12).reshape(4, 3)
        for _ in range(3):
            model.train_on_batch(x, x)
            model.layers[0].parts.append(Dense(3))
        model.train_on_batch(x, x)
        return model.get_weights()

    for a, b in zip(grown(**how), grown(run_eagerly=True), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)
