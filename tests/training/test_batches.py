"""Batches: which rows come when."""

import numpy as np

from tensorgrad.layers import Dense, Layer
from tensorgrad.models import Sequential
from tensorgrad.optimizers import SGD


def linear(**kwargs):
    """One weight and no bias: what training does can be computed by hand."""
    model = Sequential([Dense(1, use_bias=False, kernel_initializer="zeros", input_shape=(1,))], name="net")
    model.compile(SGD(0.1), "mse", **kwargs)
    return model


class Recorder(Layer):
    """Keeps the rows it sees while training."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seen = []

    def call(self, x, training=False):
        if training:
            self.seen.append(x.numpy()[:, 0].astype(int).tolist())
        return x


class TestShuffling:
    def rows(self, n=10, **args):
        recorder = Recorder(input_shape=(1,))
        model = Sequential([recorder, Dense(1)])
        model.compile(SGD(0.0), "mse", run_eagerly=True)  # what it records happens at every step
        model.fit(np.arange(n)[:, None], np.zeros(n), batch_size=4, verbose=0, **args)
        return recorder.seen

    def test_off(self):
        assert self.rows(shuffle=False, epochs=2) == 2 * [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]

    def test_on(self):
        seen = self.rows(n=8, epochs=2)
        one, two = seen[0] + seen[1], seen[2] + seen[3]
        assert sorted(one) == sorted(two) == list(range(8))
        assert one != two

    def test_within_batches(self):
        seen = self.rows(n=400, shuffle="batch")
        assert [sorted(batch) for batch in seen] == [list(range(i, i + 4)) for i in range(0, 400, 4)]
        assert any(batch != sorted(batch) for batch in seen)

    def test_is_repeatable_by_its_seed(self):
        assert self.rows(seed=3, epochs=2) == self.rows(seed=3, epochs=2)
        assert self.rows(n=100, seed=3) != self.rows(n=100, seed=4)

    def test_every_row_once(self):
        seen = self.rows(n=50)
        assert sorted(row for batch in seen for row in batch) == list(range(50))
        assert [len(batch) for batch in seen] == [4] * 12 + [2]

    def test_rows_stay_with_their_targets_and_weights(self):
        model = linear()
        x = np.arange(1.0, 9)[:, None]
        history = model.fit(x, 2 * x, sample_weight=np.ones(8), epochs=1, batch_size=3, verbose=0, seed=1)
        assert history.history["loss"][0] > 0
        model.set_weights([[[2.0]]])
        assert model.fit(x, 2 * x, sample_weight=np.ones(8), batch_size=3, verbose=0).history["loss"] == [0.0]
