"""The layers of a model: checks of a new one, and its building."""

import pytest

from tensorgrad.errors import OptionError, ShapeError
from tensorgrad.layers import Activation, Dense
from tensorgrad.models import Sequential
from tensorgrad.models.layer_list import build_layer, check_new_layer, holds_layer, non_layer_text


def test_a_layer_is_found_however_deep():
    inner = Dense(2)
    outer = Sequential([Sequential([Activation("relu"), inner])])
    assert holds_layer(outer, inner)
    assert holds_layer(inner, inner)
    assert not holds_layer(inner, outer)
    assert not holds_layer(outer, Dense(2))


def test_a_model_does_not_take_itself_nor_a_name_twice():
    layer = Dense(2, name="one")
    model = Sequential([layer], name="net")
    for new, words in (
        (layer, "layer 'one' is in Sequential"),
        (Dense(3, name="one"), "has a layer named 'one' already"),
        (Sequential([Sequential([model])]), "itself: no model is its own layer"),
    ):
        with pytest.raises(OptionError, match=words):
            check_new_layer(model, new)
    check_new_layer(model, Dense(3, name="two"))


def test_an_error_while_building_says_which_layer_of_which_model():
    layer = Dense(2, name="wide")
    with pytest.raises(ShapeError) as caught:
        build_layer(Sequential([], name="net"), layer, (None, None))
    assert caught.value.__notes__[-1].startswith("in building Dense(name='wide'")
    assert build_layer(Sequential([], name="net"), layer, (None, 5)) == (None, 2)
    assert layer.kernel.shape == (5, 2)


@pytest.mark.parametrize(
    ("value", "words"),
    [(Dense, "the class Dense; make a layer of it: Dense(...)"), ("Dense", "the string 'Dense'; make a layer of it"),
     ("dense", "the string 'dense'"), (3, "3")],
)  # fmt: skip
def test_what_is_no_layer_is_described(value, words):
    assert non_layer_text(value).startswith(words)
