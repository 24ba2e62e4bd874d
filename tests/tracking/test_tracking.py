"""What a layer holds is known where it is set: lists, dicts and sets in it count their changes, and look as before."""

import collections
import copy
import json
import pickle

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.layers import Dense, Dropout, Layer
from tensorgrad.losses import MeanSquaredError
from tensorgrad.models import Sequential
from tensorgrad.tracking import newest_change


class Block(Layer):
    """Layers in a list, in a dict and in a tuple, and a Parameter in a list."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.several = []
        self.several.append(Dense(2, name="a"))
        self.named = {"b": Dense(2, name="b")}
        self.fixed = (Dense(2, name="c"), [Dense(2, name="d")])
        self.own = [tg.Parameter(np.ones(3), name="own")]

    def call(self, x):
        for layer in (*self.several, *self.named.values(), self.fixed[0], *self.fixed[1]):
            x = layer(x)
        return x


def names(layer):
    return [weight.name for weight in layer.weights]


def test_weights_follow_what_is_set_appended_replaced_and_removed():
    block = Block()
    assert names(block) == ["own"]
    block(np.ones((1, 2)))
    assert names(block) == [f"{n}/{w}" for n in "abcd" for w in ("kernel", "bias")] + ["own"]
    block.several.append(Dense(1, name="e"))
    block.several[-1].build((None, 2))
    assert "e/kernel" in names(block)
    block.several.pop()
    assert "e/kernel" not in names(block)
    block.named["b"] = Dense(2, name="f")
    assert "b/kernel" not in names(block)
    del block.named["f" if "f" in block.named else "b"]
    block.fixed[1].clear()
    del block.own
    assert names(block) == ["a/kernel", "a/bias", "c/kernel", "c/bias"]
    assert [layer.name for layer in block.sublayers()] == ["a", "c"]
    block.several += [Dense(1, name="g")]
    assert [layer.name for layer in block.sublayers()] == ["a", "g", "c"]


@pytest.mark.parametrize("kind", [collections.OrderedDict, type("MyList", (list,), {}), type("MyDict", (dict,), {})])
def test_containers_that_count_nothing_are_walked_each_time(kind):
    layer = Layer(name="owner")
    layer.inside = kind()
    model = Sequential([layer])
    assert model.weights == []
    new = tg.Parameter(np.ones(2), name="new")
    if isinstance(layer.inside, dict):
        layer.inside["new"] = new
    else:
        layer.inside.append(new)
    assert [w is new for w in model.weights] == [True]


def test_a_weight_frozen_by_hand_is_no_longer_trainable():
    layer = Dense(2, input_shape=(3,))
    model = Sequential([layer])
    assert model.trainable_weights == [layer.kernel, layer.bias]
    before = newest_change[0]
    layer.bias.requires_grad = False
    assert newest_change[0] == before
    assert [w is layer.kernel for w in model.trainable_weights] == [True]
    assert [w is layer.bias for w in model.non_trainable_weights] == [True]


def test_lists_that_are_handed_out_are_the_callers():
    model = Sequential([Dense(2, input_shape=(3,))])
    model.weights.clear()
    model.trainable_weights.clear()
    model.sublayers().clear()
    assert len(model.weights) == len(model.trainable_weights) == 2 * len(model.sublayers())


def test_containers_look_as_before():
    layer = Layer(name="holder")
    layer.list, layer.dict, layer.set = [1, [2]], {"a": [1]}, {3}
    assert (repr(layer.list), repr(layer.dict), repr(layer.set)) == ("[1, [2]]", "{'a': [1]}", "{3}")
    assert (layer.list, layer.dict, layer.set) == ([1, [2]], {"a": [1]}, {3})
    assert json.dumps([layer.list, layer.dict]) == '[[1, [2]], {"a": [1]}]'
    assert type(layer.list.copy()) is list
    assert type(layer.dict.copy()) is dict
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert (twin.list, twin.dict, twin.set) == ([1, [2]], {"a": [1]}, {3})
        before = newest_change[0]
        twin.list[1].append(4)
        assert newest_change[0] != before
        assert layer.list == [1, [2]]


def test_configs_hold_plain_values():
    layer = Dropout(0.5, noise_shape=[None, 1], name="drop")
    config = layer.get_config()
    assert type(config["noise_shape"]) is list
    assert repr(layer) == "Dropout(name='drop', rate=0.5, noise_shape=[None, 1])"
    assert Dropout.from_config(config).noise_shape == [None, 1]


@pytest.mark.parametrize("make", [lambda: Dense(2), lambda: Sequential([Dense(2)]), MeanSquaredError])
def test_what_is_set_counts_and_what_is_read_does_not(make):
    thing = make()
    before = newest_change[0]
    repr(thing)
    vars(thing)
    assert newest_change[0] == before
    thing.another = 1
    assert newest_change[0] != before
    before = newest_change[0]
    del thing.another
    assert newest_change[0] != before


def test_copies_and_pickles_find_their_own_weights():
    model = Sequential([Block()])
    model(np.ones((1, 2)))
    found = model.weights
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert names(twin) == names(model)
        assert not {id(w) for w in twin.weights} & {id(w) for w in found}
        twin.layers[0].several.clear()
        assert len(twin.weights) == len(found) - 2


def test_setdefault_and_update_in_place_count_as_changes():
    block = Block()
    before = newest_change[0]
    assert block.named.setdefault("c", 3) == 3
    assert block.named.setdefault("c", 4) == 3
    assert newest_change[0] > before
    before = newest_change[0]
    block.named |= {"d": 5}
    assert newest_change[0] > before
    assert {key: block.named[key] for key in "cd"} == {"c": 3, "d": 5}
