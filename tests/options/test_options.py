"""Options: declared once, from which the constructor, repr and config derive."""

import inspect

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import OptionError
from tensorgrad.options import (
    Options,
    boolean,
    fraction,
    non_negative_number,
    one_of,
    option,
    positive_int,
    positive_number,
)
from tensorgrad.tracking import Tracked


class Base(Options):
    name: str = None
    trainable: bool = option(default=True, check=boolean)


class Box(Base):
    width: int = option(check=positive_int)
    depth: float = 1.0
    kind: str = option(default="plain", convert=str.lower)


def test_options_come_in_order_and_the_base_ones_by_name_only():
    box = Box(3, 2.0, name="b")
    assert (box.width, box.depth, box.kind, box.name, box.trainable) == (3, 2.0, "plain", "b", True)
    with pytest.raises(TypeError, match="Box takes 3 positional arguments, got 4"):
        Box(3, 2.0, "x", "b")
    assert str(inspect.signature(Box)) == "(width, depth=1.0, kind='plain', *, name=None, trainable=True)"


def test_config_and_repr_recreate_the_object():
    box = Box(3, kind="FANCY", name="b")
    assert box.get_config() == {"width": 3, "depth": 1.0, "kind": "fancy", "name": "b", "trainable": True}
    assert repr(box) == "Box(width=3, kind='fancy', name='b')"
    assert repr(Box.from_config(box.get_config())) == repr(box) == repr(eval(repr(box)))


@pytest.mark.parametrize(("config", "shown"), [
    (None, "None"), (5, "5"), ([], "list []"), ("x", "str 'x'"), ({1: 2}, "dict {1: 2}"), ([("width", 3)], r"list "),
])  # fmt: skip
def test_a_config_is_a_dict_of_names(config, shown):
    with pytest.raises(TypeError) as error:
        Box.from_config(config)
    assert str(error.value).startswith(
        f"Box.from_config(config): config must be a dict as get_config() gives, got {shown}"
    )


@pytest.mark.parametrize("get", [tg.losses.get, tg.metrics.get, tg.optimizers.get, tg.initializers.get])
@pytest.mark.parametrize("name", [None, 5, ["SGD"]])
def test_the_class_name_of_a_config_is_a_name(get, name):
    with pytest.raises(TypeError, match=r"class_name must be the name of a class, got "):
        get({"class_name": name, "config": {}})


@pytest.mark.parametrize(
    ("get", "name"),
    [(tg.losses.get, "MeanSquaredError"), (tg.metrics.get, "BinaryAccuracy"), (tg.optimizers.get, "SGD"),
     (tg.initializers.get, "Zeros")],
)  # fmt: skip
def test_the_config_of_a_class_is_a_dict(get, name):
    with pytest.raises(TypeError, match=rf"^{name}.from_config\(config\): config must be a dict"):
        get({"class_name": name, "config": None})


def test_a_class_with_its_own_init_keeps_it():
    class Own(Base):
        size: int

        def __init__(self, size, **kwargs):
            super().__init__(**kwargs)
            self.size = size

    own = Own(4, name="o")
    assert (own.size, own.name) == (4, "o")
    assert str(inspect.signature(Own)) == "(size, **kwargs)"


def test_a_subclass_without_options_inherits_their_positions():
    class Crate(Box):
        pass

    assert Crate(5).width == 5


def test_objects_are_told_apart_by_identity():
    assert Box(3) != Box(3)
    assert len({Box(3), Box(3)}) == 2


ERRORS = [
    (lambda: Box(), TypeError, r"Box needs 'width', e.g. Box\(width=...\)"),
    (lambda: Box(3, widht=4), TypeError, r"Box has no argument 'widht'; did you mean 'width'\?"),
    (lambda: Box(3, width=4), TypeError, r"Box got 'width' twice"),
    (lambda: Box(-3), OptionError, r"^Box: width must be a positive int, got -3$"),
    (lambda: Box(2.5), OptionError, r"^Box: width must be a positive int, got 2.5$"),
    (lambda: Box(True), OptionError, r"^Box: width must be a positive int, got True$"),
    (lambda: Box(3, trainable=1), OptionError, r"^Box: trainable must be True or False, got 1$"),
]


@pytest.mark.parametrize(("call", "kind", "message"), ERRORS, ids=[m for _, _, m in ERRORS])
def test_errors(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


def test_a_failed_conversion_says_where():
    with pytest.raises(TypeError) as caught:
        Box(3, kind=5)
    assert caught.value.__notes__ == ["in Box(kind=5)"]


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (positive_int, [1, 10**9], [0, -1, 1.0, "1", None, True]),
        (fraction, [0, 0.0, 0.999], [1, -0.1, "0.5", None, True, float("nan")]),
        (non_negative_number, [0, 2.5], [-1e-9, None, float("nan")]),
        (positive_number, [1e-9, 3], [0, None, "x"]),
        (boolean, [True, False], [0, 1, None, "yes"]),
        (one_of("a", None), ["a", None], ["b", 0]),
    ],
)
def test_checks(check, good, bad):
    assert [check(value) for value in good] == [None] * len(good)
    assert all(isinstance(check(value), str) for value in bad)


def test_values_that_json_knows_not_become_plain():
    class Holder(Options):
        kept: object = None

    for value, expected in [
        ({"a": (1, np.arange(2))}, {"a": (1, [0, 1])}),
        (np.float32(0.5), 0.5),
        (Box(3), {"class_name": "Box", "config": Box(3).get_config()}),
    ]:
        assert Holder(kept=value).get_config() == {"kept": expected}


def test_what_a_tracked_object_keeps_is_saved_as_it_was_given():
    class Holder(Tracked, Options):
        kept: object = None

    value = {"list": [1, (2, [3])], "set": {4}}
    (saved,) = Holder(kept=value).get_config().values()
    assert saved == value
    assert (type(saved["list"]), type(saved["list"][1][1]), type(saved["set"])) == (list, list, set)


def test_annotations_with_an_underscore_are_no_options():
    class Hidden(Options):
        shown: int = 1
        _kept: int = 2

    assert Hidden().get_config() == {"shown": 1}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: tg.set_floatx("int8"), "set_floatx: dtype must be 'float16', 'float32' or 'float64', got 'int8'"),
        (lambda: tg.set_epsilon(2.0), r"set_epsilon: value must lie in \(0, 1\), got 2.0"),
    ],
)
def test_settings_of_the_library(wrong, words):
    with pytest.raises(OptionError, match=words):
        wrong()
