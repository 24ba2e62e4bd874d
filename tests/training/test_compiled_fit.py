"""fit, evaluate and predict by programs give what they give eagerly, whatever happens in between.

Bit for bit with ``jit_compile="exact"``, and to 1e-6 by default.
"""

import copy
import itertools
import pickle
import re

import numpy as np
import pytest
from compiled_models import (
    COLUMNS,
    LAYERS,
    LOSSES,
    OPTIMIZERS,
    ROWS,
    At,
    close,
    compile_again,
    data,
    model_of,
    same,
    trained,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import tensorgrad as tg
from tensorgrad import metrics
from tensorgrad.callbacks import LambdaCallback
from tensorgrad.layers import Dense, Layer
from tensorgrad.metrics.base import FunctionMetric
from tensorgrad.metrics.metric_lookup import metric_classes
from tensorgrad.training.programs import WARM
from tests.heavy import heavy


@pytest.mark.heavy
@given(
    layers=st.lists(st.sampled_from(sorted(LAYERS)), max_size=3),
    loss=st.sampled_from(sorted(LOSSES)),
    optimizer=st.sampled_from(sorted(OPTIMIZERS)),
    weights=st.sampled_from([None, "sample", "class"]),
    weighted=st.booleans(),
    shuffle=st.sampled_from([True, False, "batch"]),
)
@settings(max_examples=60, deadline=None)
def test_random_models(layers, loss, optimizer, weights, weighted, shuffle):
    kind = LOSSES[loss][2]
    args = {"shuffle": shuffle}
    if weights == "sample":
        args["sample_weight"] = np.linspace(0, 2, ROWS)
    elif weights == "class" and kind in ("ids", "one-hot"):
        args["class_weight"] = {0: 0.5, 2: 3.0}

    def work(model):
        x, y = data(kind)
        history = trained(model, kind, **args)
        repeat = WARM // 5 + 2  # until shapes of whole and of last batches are programs
        values = [model.evaluate(x, y, batch_size=4, verbose=0, return_dict=True) for _ in range(repeat)]
        outputs = [model.predict(x, batch_size=5, verbose=0) for _ in range(repeat)]
        return history, values, outputs

    same(work, layers=layers, loss=loss, optimizer=optimizer, weighted=weighted)


def pairs(some, others):
    """Return every pair; one in five is not heavy, so that each of either list is in one that is not."""
    numbered = itertools.product(enumerate(some), enumerate(others))
    return [pytest.param(a, b, marks=[pytest.mark.heavy] * ((i + j) % 5 > 0)) for (i, a), (j, b) in numbered]


@pytest.mark.parametrize(("loss", "optimizer"), pairs(LOSSES, OPTIMIZERS))
def test_every_loss_with_every_optimizer(loss, optimizer):
    same(lambda m: trained(m, LOSSES[loss][2]), layers=["nested", "dropout"], loss=loss, optimizer=optimizer)


@pytest.mark.parametrize(("loss", "optimizer"), pairs(LOSSES, ["sgd", "schedule", "momentum", "adam", "clipnorm"]))
def test_sums_in_another_order_change_last_bits_only(loss, optimizer):
    kind = LOSSES[loss][2]
    x, y = data(kind)

    def work(model):
        return trained(model, kind, epochs=2), model.evaluate(x, y, verbose=0), model.predict(x, verbose=0)

    close(work, layers=["dense", "dropout", "dense"], loss=loss, optimizer=optimizer, weighted=True)


@pytest.mark.parametrize("act", ["slower", "scheduled", "set_weights", "frozen", "clipped"])
def test_sums_in_another_order_while_callbacks_change_the_model(act):
    act = next(a for a in ACTS if a.__name__ == act)
    for hook in ("on_epoch_end", "on_train_batch_end"):
        close(lambda m, hook=hook: trained(m, callbacks=[At(act, hook, (0, 2, 3))]), layers=["dense", "dropout"])


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer(layer):
    same(trained, layers=[layer, layer], optimizer="adam")


@pytest.mark.parametrize(
    "metric", [m for m in dict.fromkeys(metric_classes().values()) if issubclass(m, FunctionMetric)]
)
def test_every_metric_of_ours_is_in_the_program(metric):
    kind = next(k for k in ("ids", "numbers") if "Sparse" in metric.__name__ or k == "numbers")
    name = "sparse logits" if kind == "ids" else "mse"
    x, y = data(kind)

    def work(model):
        compile_again(model, LOSSES[name][0], "sgd", model.compiled.eagerly, [metric()])
        history = trained(model, kind)
        meters = model.compiled.measures(y, model.output_shape).meters()
        assert meters.added
        assert not meters.others
        values = [model.evaluate(x, y, batch_size=4, verbose=0) for _ in range(5)]
        outputs = model.predict(x, verbose=0)
        np.testing.assert_allclose(values[0][1], metric()(y.astype("float32"), outputs), rtol=1e-5)
        return history, values

    same(work)


def frozen(model, count):
    model.layers[1].trainable = not model.layers[1].trainable


def replaced(model, count):
    kernel = model.trainable_weights[0]
    kernel.data = kernel.data * 0.5


def written(model, count):
    model.trainable_weights[0].data[...] = 0.25


def set_weights(model, count):
    model.set_weights([w * 0.9 for w in model.get_weights()])


def slower(model, count):
    model.optimizer.learning_rate *= 0.5


def scheduled(model, count):
    model.optimizer.learning_rate = lambda step: 0.1 / (1 + step)


def more_dropout(model, count):
    model.layers[2].rate = 0.1 + 0.2 * (count % 3)


def no_dropout(model, count):
    model.layers[2].rate = 0.0


def another_activation(model, count):
    model.layers[1].activation = tg.activations.get("relu" if count % 2 else "sigmoid")


def clipped(model, count):
    model.optimizer.clipnorm = 0.05


ACTS = [
    frozen, replaced, written, set_weights, slower, scheduled, more_dropout, no_dropout, another_activation, clipped,
]  # fmt: skip


@pytest.mark.parametrize("optimizer", ["sgd", *heavy("adam", "nesterov")])
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("hook", ["on_epoch_end", "on_train_batch_end", "on_epoch_begin", "on_train_batch_begin"])
def test_what_a_callback_changes_is_seen_by_the_next_step(act, hook, optimizer):
    times = (0, 2, 3, 7)
    same(lambda m: trained(m, epochs=5, callbacks=[At(act, hook, times)]), layers=["dropout"], optimizer=optimizer)


def test_each_act_changes_something():
    plain = trained(model_of(["dropout"]), epochs=5)
    for act in ACTS:
        assert trained(model_of(["dropout"]), epochs=5, callbacks=[At(act, times=(0, 1))]) != plain


class Times(Layer):
    """An own layer with an attribute that it does not declare."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factors = [factor]

    def call(self, x):
        return x * self.factors[0]


def test_attributes_of_ones_own_layers_are_seen_by_the_next_epoch_and_the_next_predict():
    def act(model, count):
        model.layers[2].factors[0] += 1.0  # no attribute is set

    def work(model):
        history = trained(model, epochs=4, callbacks=[At(act, times=(1, 2))])
        x, _ = data()
        outputs = []
        for factor in (1.0, 5.0):
            model.layers[2].factors[0] = factor
            outputs += [model.predict(x, verbose=0) for _ in range(WARM + 2)]
        return history, outputs

    same(work, layers=[lambda: Times(2.0)])


def test_between_fits():
    def work(model):
        found = [trained(model)]
        model.layers[2].rate = 0.1
        found.append(trained(model))
        model.add(Dense(COLUMNS, name="more"))
        found.append(trained(model))
        model.pop()
        found.append(trained(model, batch_size=7))
        compile_again(model, LOSSES["mae"][0], "adam", model.compiled.eagerly, ["mse"])
        found.append(trained(model))
        model.loss.reduction = "sum"
        found.append(trained(model))
        model.layers[1].trainable = False
        return [*found, trained(model), trained(model, epochs=1, validation_data=None)]

    same(work, layers=["dropout"])


def test_options_of_a_metric_between_fits():
    def work(model):
        threshold = metrics.BinaryAccuracy(threshold=0.2)
        compile_again(model, LOSSES["bce"][0], "sgd", model.compiled.eagerly)
        model.compiled.metrics.append(threshold)
        found = []
        for threshold.threshold in (0.2, 0.6):
            found.append(trained(model, "labels", validation_data=None))
        assert found[0]["binary_accuracy"] != found[1]["binary_accuracy"]
        return found

    same(work, loss="bce")


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_set_floatx_between_fits(dtype):
    def work(model):
        found = [trained(model)]
        tg.config.set_floatx(dtype)
        try:
            return [*found, trained(model)]
        finally:
            tg.config.set_floatx("float32")

    same(work)


def test_targets_of_another_dtype_in_the_next_fit():
    def work(model):
        x, y = data("ids")
        kinds = ("int64", "float64", "int8", "int64", "uint64")
        return [model.fit(x, y.astype(kind), batch_size=ROWS, seed=0, verbose=0).history for kind in kinds]

    same(work, loss="sparse")


def test_batch_calls_and_steps_per_epoch():
    def work(model):
        x, y = data()
        found = [model.train_on_batch(x[:n], y[:n]) for n in (4, 4, 2, 4)]
        found += [model.test_on_batch(x[:4], y[:4]) for _ in range(WARM + 2)]
        found += [model.predict_on_batch(x[:4]) for _ in range(WARM + 2)]
        return [*found, trained(model, steps_per_epoch=2, epochs=2)]

    same(work, layers=["dropout"], optimizer="adam")


class Keeps(metrics.Metric):
    """A metric that keeps the arrays it is given, as an area under a curve would."""

    def __init__(self):
        super().__init__(name="keeps")
        self.kept = []

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.kept.append((y_true, y_pred, np.zeros(1) if sample_weight is None else sample_weight))

    def result(self):
        return float(sum(np.sum(a * b) * c.sum() for i, kept in enumerate(self.kept) for a, b, c in [kept]))

    def reset_state(self):
        self.kept = []


def test_a_metric_may_keep_what_it_is_given():
    def work(model):
        model.compile("sgd", "mse", weighted_metrics=[Keeps()], run_eagerly=model.compiled.eagerly, jit_compile="exact")
        return trained(model, sample_weight=np.linspace(0, 1, ROWS))

    same(work)


def test_values_in_batch_callbacks_and_metrics_that_look_at_values():
    def far(y_true, y_pred):
        return np.where(abs(y_pred - y_true).max(-1) > 1, 1.0, 0.0) if y_pred.sum() > 0 else np.zeros(len(y_true))

    def work(model):
        model.compile("adam", "mse", metrics=["mae", far], run_eagerly=model.compiled.eagerly, jit_compile="exact")
        seen = []
        look = LambdaCallback(on_train_batch_end=lambda i, logs: seen.append((i, logs)),
                              on_test_batch_end=lambda i, logs: seen.append((i, logs)))  # fmt: skip
        return trained(model, callbacks=[look]), seen

    same(work, layers=["dropout"])


class LooksAtValues(Layer):
    def call(self, x):
        return x * 2.0 if x.numpy().mean() > 0 else x


def test_a_layer_that_looks_at_values_runs_eagerly_and_fit_says_why_once(recwarn):
    model = model_of([LooksAtValues])
    trained(model, callbacks=[At(frozen)])
    trained(model)
    x, y = data()
    for _ in range(WARM + 2):
        model.evaluate(x, y, verbose=0)
        model.predict(x, verbose=0)
    (warning,) = recwarn.list
    assert re.search(r"more slowly: test_compiled_fit.py:\d+: .* needs the value", str(warning.message))
    same(trained, slow=True, layers=[LooksAtValues])


def test_predict_alone_says_nothing_about_such_a_layer(recwarn):
    model = model_of([LooksAtValues])
    for _ in range(WARM + 2):
        model.predict(data()[0], verbose=0)
    assert not recwarn.list


def test_copies_and_pickles_train_on_alike():
    model = model_of(["dropout"], optimizer="adam")
    trained(model)
    for _ in range(WARM + 2):
        model.predict(data()[0], verbose=0)
    twins = [copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
    first = trained(model)
    for twin in twins:
        assert trained(twin) == first
        np.testing.assert_array_equal(model.predict(data()[0], verbose=0), twin.predict(data()[0], verbose=0))


def test_outputs_belong_to_the_caller():
    model = model_of()
    x, _ = data()
    first = model.predict(x, verbose=0)
    kept = first.copy()
    for _ in range(WARM + 2):
        last = model.predict(x, verbose=0)
        last[...] = 7.0
    np.testing.assert_array_equal(first, kept)
    assert (model.predict(x, verbose=0) == kept).all()
