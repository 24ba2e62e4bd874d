"""Every layer keeps the contract, and each aspect of the contract finds a layer that breaks it."""

import pytest
from contract import ASPECTS, ROWS, Row

from tensorgrad.errors import UncompiledWarning
from tensorgrad.layers.base import CLASSES, Layer

BUILT_IN = {name for name, cls in CLASSES.items() if cls.__module__.startswith("tensorgrad.")}


@pytest.mark.parametrize("aspect", ASPECTS, ids=lambda aspect: aspect.__name__)
@pytest.mark.parametrize("name", ROWS)
def test_a_layer_keeps_the_contract(name, aspect):
    aspect(ROWS[name])


def test_every_layer_has_a_row():
    assert {type(row.make()).__name__ for row in ROWS.values()} == BUILT_IN - {"Layer"}


class Scale(Layer):
    """Right in all aspects; each layer below breaks one."""

    power: float = 1.0

    def build(self, input_shape):
        self.gain = self.add_weight(input_shape[-1], "random_normal", name="gain")

    def call(self, x):
        return x * self.gain**self.power


class Unnamed(Scale):
    def build(self, input_shape):
        self.gain = self.add_weight(input_shape[-1], "random_normal")


class Widened(Scale):
    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 2 * input_shape[-1])


class Forgetful(Scale):
    def get_config(self):
        return {k: v for k, v in super().get_config().items() if k != "power"}


class Double(Scale):
    def call(self, x):
        return super().call(x).astype("float64")


class Detached(Scale):
    def call(self, x):
        return x * self.gain + x.detach()


class Noisy(Scale):
    def call(self, x, training=False):
        return super().call(x) * (1.5 if training else 1.0)


class Counting(Scale):
    def call(self, x):
        self.calls = vars(self).get("calls", 0) + 1
        return super().call(x) * self.calls


class Sharing(Scale):
    def get_weights(self):
        return [w.data for w in self.weights]


class Shallow(Scale):
    def __deepcopy__(self, memo):
        return self


FAULTS = {
    "building": Unnamed,
    "output_shape": Widened,
    "config": Forgetful,
    "dtypes": Double,
    "gradient": Detached,
    "training": Noisy,
    "compiled": Counting,
    "weights": Sharing,
    "copies": Shallow,
}


def row_of(cls):
    return Row(lambda **o: cls(2.0, **o), (4,), ("gain",))


@pytest.mark.parametrize("aspect", ASPECTS, ids=lambda aspect: aspect.__name__)
def test_a_right_layer_of_ones_own_keeps_it(aspect):
    aspect(row_of(Scale))


@pytest.mark.parametrize("aspect", ASPECTS, ids=lambda aspect: aspect.__name__)
def test_each_aspect_finds_its_fault(aspect):
    with pytest.raises((AssertionError, UncompiledWarning)):
        aspect(row_of(FAULTS[aspect.__name__]))
