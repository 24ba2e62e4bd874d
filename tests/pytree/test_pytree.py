"""Nested structures: every kind of container keeps its kind, order and what else it holds, wherever it is passed."""

import copy
from collections import Counter, OrderedDict, UserDict, defaultdict, namedtuple
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tensorgrad as tg
from tensorgrad import pytree
from tensorgrad.layers import Dense, Layer
from tensorgrad.tracking import TrackedDict, TrackedList

Pair = namedtuple("Pair", "a b")


@dataclass
class Batch:
    """A record with a field that is made later."""

    a: object
    b: object = None
    late: object = field(init=False, repr=False, compare=False)


@dataclass(frozen=True)
class Fixed:
    """A record that refuses changes."""

    a: object
    b: object


class Named(dict):
    """A dict with an attribute."""

    title = None


def named(items):
    made = Named(items)
    made.title = "kept"
    return made


leaves = st.integers()
keys = st.text(max_size=3)
pairs = lambda inner: st.tuples(inner, inner)
structures = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.lists(inner, max_size=3).map(tuple), pairs(inner).map(lambda p: Pair(*p)),
        pairs(inner).map(lambda p: Batch(*p)), pairs(inner).map(lambda p: Fixed(*p)),
        st.dictionaries(keys, inner, max_size=3), st.dictionaries(keys, inner, max_size=3).map(OrderedDict),
        st.dictionaries(keys, inner, max_size=3).map(lambda d: defaultdict(list, d)),
        st.dictionaries(keys, inner, max_size=3).map(UserDict), st.dictionaries(keys, inner, max_size=3).map(named),
        st.lists(inner, max_size=3).map(TrackedList), st.dictionaries(keys, inner, max_size=3).map(TrackedDict),
    ),
    max_leaves=12,
)  # fmt: skip


def listed(x):
    """Return the leaves of ``x``, by a way of its own."""
    inside = list(vars(x).values()) if isinstance(x, (Batch, Fixed)) else x
    if isinstance(inside, int):
        return [inside]
    return [leaf for item in (inside.values() if hasattr(inside, "values") else inside) for leaf in listed(item)]


@given(structures)
def test_all_leaves_are_found_in_order(x):
    assert pytree.leaves_of(x) == listed(x)


@given(structures)
def test_a_structure_of_the_same_leaves_is_equal_and_new(x):
    before = copy.deepcopy(x)
    same = pytree.map_leaves(lambda leaf: leaf, x)
    assert same == x
    assert type(same) is type(x)
    other = pytree.map_leaves(lambda leaf: -leaf - 1, x)
    assert x == before, "what was passed is changed"
    assert listed(other) == [-leaf - 1 for leaf in listed(x)]
    if isinstance(x, Named):
        assert same.title == "kept"
    if isinstance(x, defaultdict):
        assert same.default_factory is list


@given(structures)
def test_a_name_is_code_that_reaches_its_leaf(x):
    for name, leaf in pytree.named_leaves(x, "x"):
        assert eval(name, {"x": x}) is leaf
    names = pytree.map_named(lambda leaf, name: name, x, "x")
    assert pytree.leaves_of(names) == [name for name, _ in pytree.named_leaves(x, "x")]


@given(structures)
def test_what_counts_as_a_leaf_is_not_looked_into(x):
    assert pytree.leaves_of([x], lambda item: item is x) == [x]
    assert pytree.map_leaves(lambda leaf: leaf, [x], lambda item: item is x)[0] is x


def test_what_is_no_container_is_a_leaf():
    for x in ("text", b"bytes", None, range(3), {1, 2}, np.ones((2, 2)), tg.Tensor([1.0]), Pair, Batch):
        assert pytree.items_of(x) is None


def test_a_field_that_is_not_there_yet_stays_away():
    assert not hasattr(pytree.map_leaves(lambda n: n, Batch(1, 2)), "late")


# ---- where structures are passed ----


class Sum(Layer):
    """Adds up all that it is given, in a structure of any kind."""

    def build(self, input_shape):
        self.shapes = input_shape
        self.kernel = self.add_weight((3,), "ones", name="kernel")

    def call(self, inputs):
        return sum(x * self.kernel for x in pytree.leaves_of(inputs))


ARRAYS = np.arange(6.0, dtype="float32").reshape(2, 3), np.ones((2, 3), "float32")
KINDS = [
    lambda a, b: [a, b], lambda a, b: (a, b), Pair, Batch, Fixed, lambda a, b: {"a": a, "b": b},
    lambda a, b: OrderedDict(a=a, b=b), lambda a, b: defaultdict(list, a=a, b=b), lambda a, b: UserDict(a=a, b=b),
]  # fmt: skip
every_kind = pytest.mark.parametrize("make", KINDS, ids=["list", "tuple", "Pair", "Batch", "Fixed", "dict",
                                                        "OrderedDict", "defaultdict", "UserDict"])  # fmt: skip


@every_kind
def test_a_layer_takes_arrays_in_a_structure(make):
    layer = Sum()
    y = layer(make(*ARRAYS))
    np.testing.assert_array_equal(y.data, ARRAYS[0] + ARRAYS[1])
    assert type(layer.shapes) in (type(make(1, 2)), TrackedList, TrackedDict)
    assert pytree.leaves_of(layer.shapes, lambda x: x == (None, 3)) == [(None, 3), (None, 3)]
    np.testing.assert_array_equal(layer(make(*map(tg.Tensor, ARRAYS))).data, y.data)


@every_kind
def test_a_function_without_a_rule_gets_arrays_in_a_structure(make):
    def f(x):
        return sum(np.asarray(leaf).sum() for leaf in pytree.leaves_of(x))

    found = tg.core.dispatch.unwrap_tensors(make(*map(tg.Tensor, ARRAYS)))
    assert type(found) is type(make(1, 2))
    assert f(found) == sum(a.sum() for a in ARRAYS)


@every_kind
def test_a_gradient_is_checked_in_a_structure(make):
    def f(x):
        return sum((leaf**2).sum() for leaf in pytree.leaves_of(x))

    assert tg.gradcheck(f, [make(*(a.astype("float64") for a in ARRAYS))])


@every_kind
def test_parameters_in_a_structure_are_checked_against_gradients_by_hand(make):
    params = make(*(a.astype("float64") for a in ARRAYS))
    grads = make(*(2 * a.astype("float64") for a in ARRAYS))

    def loss(p):
        assert type(p) is type(params)
        return sum((leaf**2).sum() for leaf in pytree.leaves_of(p))

    assert tg.check_gradients(loss, grads, params)


@every_kind
def test_a_layer_finds_its_weights_in_a_structure(make):
    layer = Layer(name="holder")
    layer.parts = make(tg.Parameter([1.0], name="w"), Dense(1))
    layer.parts = make(*[value for _, value in pytree.items_of(layer.parts)])
    assert [w.name for w in layer.weights] == ["w"]


def test_a_counter_keeps_its_kind():
    assert type(pytree.map_leaves(lambda n: n, Counter("aab"))) is Counter
