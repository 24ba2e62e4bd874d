"""One model in several threads: each call has its own metrics and outputs, and nobody waits for another."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from compiled_models import data, model_of, trained

import tensorgrad as tg
from tensorgrad import metrics
from tensorgrad.callbacks import LambdaCallback
from tensorgrad.layers import Dense
from tensorgrad.training.programs import WARM


class Slow(metrics.Metric):
    """A metric of one's own with state, which lets others run amid its work."""

    def __init__(self):
        super().__init__(name="slow")
        self.kept = {}

    def update_state(self, y_true, y_pred, sample_weight=None):
        threading.Event().wait(1e-5)
        self.kept[len(self.kept)] = float(y_pred.sum())

    def result(self):
        return sum(self.kept.values())

    def reset_state(self):
        self.kept = {}


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("warm", [False, True])
def test_evaluate_and_predict_from_eight_threads(eagerly, warm):
    rng = np.random.default_rng(0)
    model = model_of(["dropout"], eagerly=eagerly)
    model.compile("sgd", "mse", metrics=["mae", metrics.RootMeanSquaredError(), Slow()], run_eagerly=eagerly)
    sets = [(rng.normal(size=(30 + i % 3, 2, 2)), rng.normal(size=(30 + i % 3, 3))) for i in range(8)]

    def work(i):
        x, y = sets[i]
        with tg.no_grad():
            called = model(x).numpy()
        return model.evaluate(x, y, batch_size=10, verbose=0), model.predict(x, batch_size=10, verbose=0), called

    expected = [work(i) for i in range(8)]
    if warm:
        for _ in range(WARM):
            work(0)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(6):
            found = list(pool.map(work, range(8)))
            for ours, theirs in zip(found, expected, strict=True):
                np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-6)
                np.testing.assert_array_equal(ours[1], theirs[1])
                np.testing.assert_array_equal(ours[2], theirs[2])


def test_evaluate_within_a_callback_of_fit_leaves_the_means_of_the_epoch_alone():
    x, y = data()

    def means(callbacks):
        model = model_of()
        model.compile("sgd", "mse", metrics=["mae", Slow()])
        callbacks = [make(model) for make in callbacks]
        return model.fit(x, y, batch_size=4, verbose=0, seed=0, callbacks=callbacks).history

    inside = LambdaCallback
    plain = means([])
    assert means([lambda m: inside(on_train_batch_end=lambda i, logs: m.evaluate(x, y, verbose=0))]) == plain


def test_the_users_metric_is_the_one_that_measures_and_is_so_again_after_an_error():
    model, mine = model_of(), Slow()
    model.compile("sgd", "mse", metrics=[mine])
    x, y = data()
    values = model.evaluate(x, y, verbose=0)
    assert mine.result() == pytest.approx(values[1])

    def fail(*args):
        raise RuntimeError("amid it")

    for hook in ("on_test_batch_end", "on_test_end"):
        with pytest.raises(RuntimeError, match="amid it") as kept:  # whose traceback keeps all that was there
            model.evaluate(x, y, verbose=0, callbacks=[LambdaCallback(**{hook: fail})])
        assert kept.value
        mine.reset_state()
        model.evaluate(x, y, verbose=0)
        assert mine.result() == pytest.approx(values[1])
    trained(model)
    assert mine.result() != 0


def test_two_models_trained_in_two_threads_are_as_if_alone():
    x, y = np.random.default_rng(0).normal(size=(2, 200, 3))

    def work(seed):
        init = tg.initializers.GlorotUniform(seed=seed)
        model = tg.Sequential([Dense(8, "tanh", kernel_initializer=init), Dense(3, kernel_initializer=init)])
        model.compile("adam", "mse", metrics=["mae"])
        return model.fit(x, y, epochs=4, verbose=0, seed=seed).history

    expected = [work(i) for i in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == expected
