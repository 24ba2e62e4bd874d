"""Which calls of layers an op was recorded in: paths by sequence number, and none of another's thread."""

import sys
import threading

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.graph.scopes import Frames, common_prefix, current, layer_scopes
from tensorgrad.layers import Dense, Layer
from tensorgrad.layers.base import auto_name


def test_frames_are_found_by_sequence_number():
    found = Frames([(3, 4, "inner", 1), (2, 6, "outer", 0), (8, 8, "last", 0)])
    names = [[name for _, name in found.path(seq)] for seq in range(1, 10)]
    assert names == [[], ["outer"], ["outer", "inner"], ["outer", "inner"], ["outer"], ["outer"], [], ["last"], []]


def test_a_weight_belongs_to_the_innermost_layer_of_all_its_uses():
    class Twice(Layer):
        def build(self, input_shape):
            self.inner = Dense(2, name="inner")

        def call(self, x):
            if not self.inner.built:
                self.inner.build(x.shape)
            return self.inner(x @ self.inner.kernel)

    layer = Twice(name="twice")
    x = tg.Tensor(np.ones((3, 2)), requires_grad=True)
    layer(x)
    with layer_scopes() as found:
        y = layer(x)
    homes = Frames(found).homes(tg.graph.steps.recorded_steps(y))
    named = {t.name: [name for _, name in homes[id(t)]] for t in (layer.inner.kernel, layer.inner.bias, x)}
    assert named == {"inner/kernel": ["twice"], "inner/bias": ["twice", "inner"], None: ["twice"]}
    assert common_prefix("abc", "abd") == "ab"


def test_an_exception_in_a_layer_leaves_the_depth_as_it_was():
    class Failing(Layer):
        def call(self, x):
            raise KeyError

    with layer_scopes() as found:
        for _ in range(2):
            with pytest.raises(KeyError):
                Failing(name="failing")(np.ones(1))
        assert current() is found
    assert [depth for *_, depth in found] == [0, 0]
    assert current() is None


def test_layers_of_another_thread_land_nowhere_else():
    def work():
        Dense(2, name="theirs")(np.ones((1, 2)))

    with layer_scopes() as found:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        Dense(2, name="mine")(np.ones((1, 2)))
    assert [layer.name for _, _, layer, _ in found] == ["mine"]


def test_names_are_given_once_in_any_thread():
    interval, found = sys.getswitchinterval(), []
    cls = type("Hurried", (), {})

    def work():
        names = [auto_name(cls) for _ in range(2000)]
        found.extend(names)

    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert len(set(found)) == len(found) == 12000
