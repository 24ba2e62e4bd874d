"""The step on vectors: options, clipping, the rate and its schedule."""

import re

import numpy as np
import pytest
from optimizer_examples import EVERY, gradients, make, start

import tensorgrad as tg
from tensorgrad import optimizers
from tensorgrad.errors import OptionError
from tensorgrad.optimizers import SGD, Adam, Optimizer


def test_global_clipnorm_is_the_norm_of_all(rng):
    params, grads = start(rng), gradients(rng, 1)[0]
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    expected = [p.data - 0.1 * g * 0.5 / norm for p, g in zip(params, grads, strict=True)]
    SGD(0.1, global_clipnorm=0.5).apply(grads, params)
    for p, value in zip(params, expected, strict=True):
        np.testing.assert_allclose(p.data, value, rtol=1e-14)


def test_learning_rate_changes_and_schedules():
    (a,), optimizer = make([0.0]), SGD(1.0)
    optimizer.apply([np.ones(1)], [a])
    optimizer.learning_rate = 0.5
    optimizer.apply([np.ones(1)], [a])
    assert a.item() == -1.5
    optimizer.learning_rate = lambda step: 0.25 * step
    assert optimizer.learning_rate == 0.5
    optimizer.apply([np.ones(1)], [a])
    assert a.item() == -2.0
    assert optimizer.learning_rate == 0.75
    with pytest.raises(OptionError, match="SGD: learning_rate must be a number of at least 0, or a callable"):
        optimizer.learning_rate = "fast"


def test_configs():
    for new in EVERY:
        optimizer = new()
        again = type(optimizer).from_config(optimizer.get_config())
        assert again.get_config() == optimizer.get_config()
        assert repr(again) == repr(optimizer)
    assert SGD().get_config()["name"] == "sgd"
    assert Adam(0.5, name="mine").name == "mine"
    assert Adam(0.5).get_config()["learning_rate"] == 0.5


def test_slots_are_called_as_in_keras():
    assert list(optimizers.SGD(momentum=0.9).slots()) == ["momentum"]
    assert list(optimizers.Adam().slots()) == ["momentum", "velocity"]
    assert list(optimizers.Adam(amsgrad=True).slots()) == ["momentum", "velocity", "velocity_hat"]


def test_subclass_with_a_slot():
    class Adagrad(Optimizer):
        learning_rate: float = 0.1

        def slots(self):
            return {"sums": 1.0}

        def update(self, w, g, rate, step, spare, sums):
            sums += g * g
            w -= rate * g / np.sqrt(sums)

    (a,), optimizer = make([0.0]), Adagrad()
    optimizer.apply([np.array([np.sqrt(3)])], [a])
    assert a.item() == pytest.approx(-0.1 * np.sqrt(3) / 2)
    assert optimizer.name == "adagrad"


def error(call):
    a = tg.Parameter(np.ones(2), name="kernel")
    return lambda: call(a)


ERRORS = [
    (lambda: SGD(lr=0.1), TypeError, "SGD has no argument 'lr'; did you mean 'learning_rate'?"),
    (lambda: SGD(momentun=0.1), TypeError, "SGD has no argument 'momentun'; did you mean 'momentum'?"),
    (lambda: SGD(-1.0), OptionError,
     "SGD: learning_rate must be a number of at least 0, or a callable step -> rate, got -1.0"),
    (lambda: Adam(beta_1=1.0), OptionError, "Adam: beta_1 must be a number in [0, 1), got 1.0"),
    (lambda: Adam(clipnorm=1.0, clipvalue=0.5), OptionError,
     "Adam: only one of clipnorm, clipvalue, global_clipnorm may be set, got clipnorm and clipvalue"),
    (lambda: SGD(clipnorm=0), OptionError, "SGD: clipnorm must be a number above 0, got 0"),
    (lambda: Optimizer().update(None, None, 0.1, 1, None), TypeError,
     "Optimizer must define update(self, w, g, rate, step, spare, **slots)"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        call()
