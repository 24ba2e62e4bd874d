"""The least that the gradient check takes for a model."""

import numpy as np

import tensorgrad as tg


class Scale:
    """A stand-in for a compiled model: one float32 weight, and a moving average that is not trained."""

    name = "scale"

    def __init__(self):
        self.gain = tg.Parameter(np.array([0.5, 2.0], "float32"), name="scale/gain")
        self.mean = tg.Parameter(np.array([0.1, 0.2], "float32"), requires_grad=False, name="scale/mean")
        self.trainable_weights, self.weights = [self.gain], [self.gain, self.mean]

    def __call__(self, x, training=None):
        assert training is False
        return (x - self.mean) * self.gain

    def compute_loss(self, x, y, y_pred):
        return ((y_pred - y) * (y_pred - y)).sum()
