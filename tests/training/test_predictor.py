"""predict: batches, steps, and arrays that belong to the caller."""

import numpy as np
from compiled_models import data, model_of
from numpy.testing import assert_allclose, assert_array_equal

import tensorgrad as tg
from tensorgrad.layers import Activation, Dense, Flatten, Input
from tensorgrad.models import Sequential
from tensorgrad.training.programs import WARM


def test_predict_by_batches_and_steps(rng):
    x = rng.normal(size=(40, 4))
    model = Sequential([Input((4,)), Flatten(), Dense(2)])
    whole = model.predict_on_batch(x)
    assert_allclose(model.predict(x, batch_size=7, verbose=0), whole, rtol=1e-5, atol=1e-6)
    some = model.predict(x, batch_size=10, steps=2, verbose=0)
    assert_array_equal(some, model.predict(x[:20], batch_size=10, verbose=0))


def test_outputs_never_share_memory_with_what_was_given():
    model = tg.Sequential([Activation("linear", input_shape=(3,))])
    x = np.ones((4, 3), "float32")
    for _ in range(WARM + 2):
        assert not np.shares_memory(model.predict(x, verbose=0), x)
        assert not np.shares_memory(model.predict(x, batch_size=2, verbose=0), x)
        assert not np.shares_memory(model.predict_on_batch(x), x)


def test_one_batch_is_predicted_like_many():
    model = model_of(["dropout"])
    x, _ = data()
    whole = model.predict(x, batch_size=len(x), verbose=0)
    for args in ({}, {"batch_size": 5}, {"batch_size": 5, "steps": 4}, {"steps": 1}, {"verbose": 2}):
        np.testing.assert_allclose(model.predict(x, **{"verbose": 0, **args}), whole, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(model.predict(x, batch_size=5, steps=2, verbose=0), model.predict(x[:10], 5, 0))
