"""The law of compiled models: what they give with ``run_eagerly=True``, whatever was changed since.

To the last bit with ``jit_compile="exact"``, closely by default. A model that falls back says why in the user's words.
Each case is run in every way, each time in a world it makes itself; all that it yields is compared.
``python -m tests.fuzz --models 500`` draws such cases at random.
"""

import copy
import threading
import warnings

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.callbacks import LambdaCallback
from tensorgrad.layers import Activation, Dense, Layer
from tests.fuzz.compare import difference
from tests.fuzz.judge import INTERNAL
from tests.fuzz.run import quiet
from tests.fuzz.snapshot import snapshot
from tests.fuzz.ways import AS_PROGRAMS, EAGERLY, EXACTLY

CASES, MAY_FALL_BACK = {}, set()


def case(f):
    """Make a generator function a test."""
    CASES[f.__name__] = f
    return f


def may_fall_back(f):
    """Make it one whose model may train without a program, after a warning."""
    MAY_FALL_BACK.add(f.__name__)
    return case(f)


def seen(f, how):
    """Return the snapshots of what ``f(how)`` yields, and what it warned of."""
    tg.set_random_seed(0)
    np.random.seed(0)  # noqa: NPY002  (a case may draw from it; ``quiet`` puts it back)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = [snapshot(["found"], {"found": one}) for one in f(how)]
    return found, [str(w.message) for w in caught]


@pytest.mark.parametrize("way", [EXACTLY, AS_PROGRAMS], ids=["exact", "default"])
@pytest.mark.parametrize("name", CASES)
def test_a_model_gives_what_it_gives_eagerly(name, way):
    with quiet():
        expected, _ = seen(CASES[name], EAGERLY.names["how"])
        found, warned = seen(CASES[name], way.names["how"])
    for number, (a, b) in enumerate(zip(expected, found, strict=True)):
        unlike = difference(a, b, way.loose)
        assert unlike is None, f"at yield {number}: {unlike[2]}"
    assert name in MAY_FALL_BACK or not warned, warned
    assert not any(INTERNAL.search(text) for text in warned), warned


def data(rows=11):
    rng = np.random.default_rng(3)
    return rng.normal(size=(rows, 3)).astype("float32"), rng.normal(size=(rows, 2)).astype("float32")


def model_of(how, *layers, loss="mse", optimizer=None, last=True):
    tg.set_random_seed(5)
    model = tg.Sequential([Dense(4, "tanh"), *layers, *[Dense(2)] * last], name="m")
    model.build((None, 3))
    model.compile(optimizer or tg.optimizers.SGD(0.05), loss, metrics=["mae"], **how)
    return model


def fitted(model, **more):
    """Return what a short training gives, and the weights after it."""
    x, y = data()
    more = {"batch_size": 4, "verbose": 0, "seed": 1, **more}
    return model.fit(x, y, **more).history, model.get_weights()


def stepped(model, rows=4):
    """Return what steps by hand give."""
    x, y = data()
    found = [model.train_on_batch(x[:rows], y[:rows]), model.test_on_batch(x[:rows], y[:rows])]
    return [*found, model.predict(x[:rows], verbose=0), model.get_weights()]


# ---- what a loss does ----


def of_loss(name, loss, fall_back=False):
    """Make a case of a loss that is a function."""

    def f(how):
        model = model_of(how, loss=loss)
        x, y = data()
        for _ in range(2):
            yield fitted(model)
            yield stepped(model)
            yield model.fit(x, y, batch_size=4, verbose=0, shuffle=False).history, x, y, model.get_weights()

    f.__name__ = f"loss_{name}"
    (may_fall_back if fall_back else case)(f)


def squares(y, p):
    return np.mean(np.square(y - p), axis=-1)


def entry(y, p):
    s = y[0, 0]
    s += 1
    return squares(y, p) + s


def entry_of_predictions(y, p):
    s = p[0, 0]
    s += 1
    return squares(y, p) * s


def accumulated(y, p):
    total = 0.0
    for row, other in zip(y, p, strict=True):
        total += np.sum(np.abs(row - other))
    return total


of_loss("scalar", lambda y, p: np.mean((y - p) ** 2))
of_loss("scalar_sum", lambda y, p: np.sum(np.abs(y - p)))
of_loss("per_sample", squares)
of_loss("of_two_dtypes", lambda y, p: np.where(y > 0, p * 2.0, y.astype(int) * 3 + 1) * p)
of_loss("divided_where", lambda y, p: np.divide(1, y, out=np.zeros_like(y), where=abs(y) > 0.5)[:, 0] * squares(y, p))
of_loss("entry_of_the_targets", entry)
of_loss("entry_of_the_predictions", entry_of_predictions)
of_loss("accumulated", accumulated)
of_loss("looks_at_values", lambda y, p: squares(y, p) * (2.0 if p.data.sum() > 0 else 1.0), fall_back=True)


class Cost:
    """A loss with attributes."""

    kind = 1.0

    def __init__(self):
        self.k, self.ks, self.table, self.zero = 1.0, [1.0], {"k": 1.0}, np.array(1.0)

    def __call__(self, y, p):
        return squares(y, p) * (self.k * self.ks[0] * self.table["k"] * float(self.zero) * self.kind)


@case
def a_loss_whose_attribute_is_set_twenty_times(how):
    loss = Cost()
    model = model_of(how, loss=loss)
    x, y = data()
    for v in np.linspace(0.1, 2, 20):
        loss.k = v
        yield model.fit(x, y, batch_size=8, verbose=0, shuffle=False).history


@case
def a_loss_that_reads_an_array_set_twenty_times(how):
    loss = Cost()
    model = model_of(how, loss=loss)
    x, y = data()
    for v in np.linspace(0.1, 2, 20):
        loss.zero = np.array(v)
        yield model.fit(x, y, batch_size=8, verbose=0, shuffle=False).history


def changed(name, make, *changes, fall_back=False, layers=None):
    """Make cases of a layer or loss that is changed between fits, between steps, and by a callback between batches.

    make:    gives the thing, and how a model holds it (``layers`` or ``loss``)
    changes: each does one change to it
    """

    def built(how):
        thing = make()
        return thing, model_of(how, thing) if isinstance(thing, Layer) else model_of(how, loss=thing)

    def between(how):
        thing, model = built(how)
        yield fitted(model)
        for change in changes:
            change(thing)
            yield fitted(model)
            yield stepped(model)

    def by_callbacks(how):
        for hook in ("on_train_batch_end", "on_train_batch_begin", "on_epoch_end"):
            thing, model = built(how)
            left = list(changes)
            act = LambdaCallback(
                **{hook: lambda number, logs=None, left=left, thing=thing: left and left.pop(0)(thing)}
            )
            yield fitted(model, epochs=3, callbacks=[act])
            yield stepped(model)

    def of_predictions(how):
        thing, model = built(how)
        x, y = data()
        for change in (lambda thing: None, *changes):
            change(thing)
            yield (
                [model.predict(x[:4], verbose=0) for _ in range(18)],
                [model.test_on_batch(x[:4], y[:4]) for _ in range(18)],
            )

    for kind in (between, by_callbacks, of_predictions):
        kind.__name__ = f"{name}_{kind.__name__}"
        (may_fall_back if fall_back else case)(kind)


def setting(name, value):
    return lambda thing: setattr(thing, name, value)


class Scaled(Layer):
    """A layer that holds numbers in every way there is."""

    kind = 1.0

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.k, self.ks, self.table = 1.0, [1.0, [2.0]], {"k": 1.0, "in": [1.0]}
        self.box, self.zero, self.mode = Cost(), np.array(1.0, "float32"), "plain"

    def call(self, x):
        x = x * (self.k * self.ks[0] * self.ks[-1][0] * self.table["k"] * self.table["in"][0] * self.kind)
        x = x * (self.box.k * self.box.ks[0]) * float(self.zero)
        return np.tanh(x) if self.mode == "plain" else x * self.zero


for _make in (Cost, Scaled):
    _of = _make.__name__.lower()
    changed(
        f"{_of}_number", _make, setting("k", 0.5), setting("k", 2), setting("k", True), setting("k", np.float64(0.25))
    )
    changed(
        f"{_of}_list",
        _make,
        lambda t: t.ks.__setitem__(0, 0.5),
        lambda t: t.ks.insert(0, 3.0),
        setting("ks", [2.0, [1.0]]),
    )
    changed(f"{_of}_dict", _make, lambda t: t.table.__setitem__("k", 0.5), lambda t: t.table.update(k=2.0))
    changed(f"{_of}_array", _make, lambda t: t.zero.__setitem__(..., 0.5), lambda t: t.zero.fill(2.0),
            setting("zero", np.array(3.0, "float32")))  # fmt: skip
    changed(f"{_of}_class", _make, setting("kind", 2.0), lambda t: delattr(t, "kind"))
changed("scaled_nested", Scaled, lambda t: t.ks[-1].__setitem__(0, 0.5), lambda t: t.table["in"].append(2.0),
        lambda t: t.table["in"].__setitem__(0, 3.0))  # fmt: skip
changed("scaled_object", Scaled, lambda t: setattr(t.box, "k", 0.5), lambda t: t.box.ks.__setitem__(0, 2.0),
        lambda t: setattr(t, "box", Cost()))  # fmt: skip
changed("scaled_mode", Scaled, setting("mode", "times"), setting("mode", "plain"))


@case
def a_class_attribute(how):
    class Own(Layer):
        kind = 1.0

        def call(self, x):
            return x * self.kind

    model = model_of(how, Own())
    for Own.kind in (1.0, 0.5, 3):
        yield fitted(model)
        yield stepped(model)


@case
def another_layer_without_weights_in_the_place_of_one(how):
    model = model_of(how, last=False, loss=lambda y, p: np.mean(p**2))
    for name in ("relu", "sigmoid", "tanh", "softplus", "elu"):
        model.add(Activation(name))
        x, y = data()[0], np.ones((11, 4), "float32")
        yield model.fit(x, y, batch_size=4, verbose=0, seed=1).history, model.predict(x, verbose=0)
        model.pop()


class Counts(Layer):
    """A layer that counts, and uses the count."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.count, self.seen = 0, []

    def call(self, x):
        self.count += 1
        self.seen.append(x.shape)
        return x * (1 + 0.1 * self.count)


class Keeps(Layer):
    """A layer that keeps a running mean in an array."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.mean = np.zeros((), "float32")

    def call(self, x, training=False):
        if training:
            self.mean[...] = 0.9 * self.mean + 0.1 * x.data.mean()
        return x - self.mean


class KeepsAnew(Keeps):
    """A layer that keeps a running mean by setting an attribute."""

    def call(self, x, training=False):
        if training:
            self.mean = 0.9 * self.mean + 0.1 * x.data.mean()
        return x - self.mean


class Last(Layer):
    """A layer that keeps what it saw last."""

    def call(self, x):
        self.last = np.array(x.data)
        return x * 1.0


class Noisy(Layer):
    """A layer with a generator of its own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.rng = np.random.default_rng(3)

    def call(self, x, training=False):
        return x + self.rng.normal(size=x.shape).astype("float32") if training else x


class Global(Layer):
    """A layer that draws from NumPy's global generator."""

    def call(self, x, training=False):
        return x + np.random.normal(size=x.shape).astype("float32") if training else x  # noqa: NPY002  (the point)


class Looks(Layer):
    """A layer that looks at values."""

    def call(self, x):
        return x if x.data.mean() > 0 else -x


def keeping(make):
    """Make a case of a layer that counts, keeps or draws."""

    def f(how):
        own = make(name="own")
        model = model_of(how, own)
        for _ in range(2):
            yield fitted(model, epochs=2), dict(vars(own))
            yield stepped(model), dict(vars(own))
            yield fitted(model, validation_data=data()), model.predict(data()[0], verbose=0)

    f.__name__ = f"layer_that_{make.__name__.lower()}"
    may_fall_back(f)


for _make in (Counts, Keeps, KeepsAnew, Last, Noisy, Global, Looks):
    keeping(_make)


@case
def weights_and_optimizer_changed_between_steps(how):
    model = model_of(how, optimizer=tg.optimizers.Adam(0.01))
    first = model.layers[0]
    acts = [
        lambda: model.set_weights([w * 0.9 for w in model.get_weights()]),
        lambda: first.kernel.data.fill(0.1),
        lambda: setattr(first.kernel, "data", first.kernel.data * 0.5),
        lambda: setattr(first, "kernel", tg.Parameter(np.full(first.kernel.shape, 0.2, "float32"))),
        lambda: setattr(first, "trainable", False),
        lambda: setattr(first, "trainable", True),
        lambda: setattr(model.optimizer, "learning_rate", 0.1),
        lambda: setattr(model.optimizer, "beta_1", 0.5),
        lambda: setattr(model.optimizer, "clipnorm", 0.1),
        lambda: setattr(model.optimizer, "weight_decay", 0.1),
        lambda: setattr(first, "activation", np.sin),
    ]
    for act in acts:
        yield stepped(model), fitted(model)
        act()
    yield stepped(model), fitted(model)


@case
def compiled_again_by_a_callback(how):
    model = model_of(how)
    again = LambdaCallback(
        on_epoch_end=lambda n, logs: n == 1 and model.compile(tg.optimizers.Adam(0.01), "mae", **how)
    )
    yield fitted(model, epochs=3, callbacks=[again])
    yield fitted(model)


@case
def a_weight_without_axes_that_is_given_a_number(how):
    class Mean(Layer):
        def build(self, input_shape):
            self.mean = self.add_weight((), "zeros", trainable=False)

        def call(self, x, training=False):
            if training:
                self.mean.data = 0.9 * self.mean.data + 0.1 * x.data.mean()
            return x - self.mean.data

    own = Mean()
    model = model_of(how, own)
    yield fitted(model), own.mean
    yield stepped(model), own.mean


@case
def a_copy_goes_its_own_way(how):
    model = model_of(how, Scaled())
    yield fitted(model)
    other = copy.deepcopy(model)
    other.layers[1].ks[0] = 5.0
    yield fitted(other), fitted(model)
    model.layers[1].table["k"] = 3.0
    yield stepped(model), stepped(other)


def test_evaluate_from_many_threads_gives_what_it_gives_from_one():
    model = model_of({}, Dense(8, "relu"))
    rng = np.random.default_rng(0)
    sets = [(rng.normal(size=(400, 3)).astype("f"), rng.normal(size=(400, 2)).astype("f")) for _ in range(8)]
    expected = [model.evaluate(x, y, batch_size=16, verbose=0) for x, y in sets]
    found = [[] for _ in sets]

    def work(i):
        for _ in range(5):
            found[i].append(model.evaluate(*sets[i], batch_size=16, verbose=0))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(sets))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert found == [[one] * 5 for one in expected]
