"""Model: what holds of every model."""

import numpy as np
import pytest

from tensorgrad import set_random_seed
from tensorgrad.errors import OptionError, UnknownNameError
from tensorgrad.layers import Dense, Layer
from tensorgrad.layers.base import CLASSES
from tensorgrad.models import Sequential
from tensorgrad.models.model import Model
from tensorgrad.optimizers import Adam


class Branches(Model):
    """A model that is no Sequential: the sum of its layers."""

    def __init__(self):
        super().__init__(name="branches")
        self.left, self.right = Dense(2, name="left"), Dense(2, "tanh", name="right")

    @property
    def layers(self):
        return [self.left, self.right]

    def call(self, x, training=False):
        return self.left(x) + self.right(x)


def test_layers_are_found_by_name_and_by_index():
    for model in (Branches(), Sequential([Dense(2, name="left"), Dense(2, name="right")])):
        assert model.get_layer("right") is model.get_layer(1) is model.get_layer(index=-1) is model.layers[1]
        with pytest.raises(UnknownNameError, match="did you mean 'left'"):
            model.get_layer("lef")
        with pytest.raises(OptionError, match="index must be below 2"):
            model.get_layer(index=2)
        with pytest.raises(OptionError, match="give a name or an index"):
            model.get_layer()


def test_a_model_of_ones_own_trains_is_printed_and_drawn(capsys):
    set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(64, 3))
    model = Branches()
    model.compile(Adam(0.05), "mse")
    losses = model.fit(x, x[:, :2], epochs=20, verbose=0).history["loss"]
    assert losses[-1] < 0.8 * losses[0]
    assert model.predict(x, verbose=0).shape == (64, 2)
    model.summary()
    assert "left (Dense)" in capsys.readouterr().out
    assert "left (Dense)" in str(model.draw(x[:1]))
    assert model.gradient_flow(x, x[:, :2]).layers == ["left", "right"]


def test_the_base_class_is_no_layer_of_a_config_and_says_what_it_lacks():
    assert "Model" not in CLASSES
    assert issubclass(Model, Layer)
    with pytest.raises(TypeError, match="Model must define layers"):
        _ = Model(name="none").layers
