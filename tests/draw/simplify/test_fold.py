"""What is drawn of a large graph: repetitions once, layers as boxes, stretches of ops as one."""

from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.draw import draw
from tensorgrad.draw.diagram.diagram import Box
from tensorgrad.draw.simplify.fold import parameters_in
from tensorgrad.draw.simplify.simplify import BUDGET, STRETCHES
from tensorgrad.layers import Dense


def recurrent(steps, rng):
    """A loop ``h = tanh(xₜ W + h U + b)`` and its loss."""
    W, U, b = (tg.Parameter(rng.normal(size=s), name=n) for n, s in (("W", (3, 4)), ("U", (4, 4)), ("b", (4,))))
    x, h = rng.normal(size=(steps, 2, 3)), np.zeros((2, 4))
    for t in range(steps):
        h = tg.tanh(x[t] @ W + h @ U + b)
    return np.mean(h**2)


def stack(n, activation="tanh"):
    blocks = [Dense(8, activation, name=f"block_{i}") for i in range(n)]
    model = tg.Sequential([Dense(8, "relu", input_shape=(3,), name="stem"), *blocks, Dense(2, "softmax", name="head")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def frames(view):
    return list(dict.fromkeys(name for box in view.boxes for _, name in box.cluster))


def ops(view):
    return [box.name for box in view.boxes if box.kind == "op"]


# ---- values as labels


def test_a_nameless_value_is_the_label_of_its_arrow():
    w = tg.Parameter(np.ones((2, 3), "f"), name="w")
    h = w * 2.0
    y = np.sum(np.sin(h) @ np.ones(3), axis=0)
    view = draw(y, names={"h": h}).view
    assert [box.name for box in view.boxes if box.kind == "value"] == ["h"]
    labels = {(a.tail.name, a.head.name): a.label for a in view.arrows}
    assert labels["sin", "matmul"] == "a [2, 3]"
    assert labels["matmul", "sum"] == "float64[2]"  # the dtype where it is not the common one
    assert labels["h", "sin"] == ""


def test_values_that_say_more_stay_boxes():
    y = (tg.Parameter([1.0, 2.0]) * 2.0).sum()
    assert [box.kind for box in draw(y).view.boxes].count("value") == 0
    assert [box.lines for box in draw(y, values=True).view.boxes if box.kind == "value"] == [("float64[2]", "[2, 4]")]


# ---- repetitions


def test_the_steps_of_a_loop_are_drawn_once(rng):
    view = draw(recurrent(12, rng)).view
    assert frames(view) == ["× 12"]
    assert ops(view) == ["matmul", "matmul", "add", "add", "tanh", "square", "mean"]
    (carried,) = [a for a in view.arrows if a.kind == "next"]
    assert (carried.tail.name, carried.head.name) == ("tanh", "matmul")
    inside = [box.kind for box in view.boxes if box.cluster and box.kind != "op"]
    assert inside == ["input"]  # x at each step; the weights, which all steps share, and the first h stand outside
    assert view.note == '79 boxes folded to 13; depth="all" draws every one'


def test_a_short_loop_is_drawn_in_full(rng):
    picture = draw(recurrent(2, rng))
    assert frames(picture.view) == []
    assert picture.view.note == ""


@pytest.mark.parametrize("shown", [{"values": True}, {"grads": True}, {"color": "grad"}, {"color": "memory"}])
def test_steps_that_tell_values_are_all_drawn(rng, shown):
    view = draw(recurrent(8, rng), **shown).view
    assert frames(view) == []
    assert len(ops(view)) == 42


def test_all_of_it_on_request(rng):
    view = draw(recurrent(12, rng), depth="all").view
    assert len(ops(view)) == 62
    assert frames(view) == []


def test_a_loop_backward_is_drawn_once_too(rng):
    view = draw(recurrent(12, rng), backward="both").view
    rules = [box for box in view.boxes if box.kind == "rule"]
    assert len(rules) == len(ops(view)) == 7
    assert ("∂@", "∂a = g @ Uᵀ", "∂U = aᵀ @ g") in [
        box.lines for box in rules
    ]  # the first step alone passes nothing on
    assert [(a.tail.lines[0], a.head.lines[0]) for a in view.arrows if a.kind == "next back"] == [("∂@", "∂tanh")]
    assert [box.kind for box in view.boxes].count("gradient sum") == 3


def test_repeated_layers_are_drawn_once_under_the_names_of_the_first_and_last(rng):
    view = stack(12).draw(rng.normal(size=(4, 3)), np.zeros(4, int)).view
    assert frames(view) == ["stem", "block_0 … block_11 × 12", "head"]
    assert "block_0 … block_11 × 12 (Dense)" in draw(stack(12), depth=None).svg()


def test_steps_that_differ_are_no_repetition():
    x = y = tg.Parameter(1.0, name="x")
    for i in range(40):
        y = y * x if i * i % 7 in (0, 2) else np.sin(y)  # 0 2 2 . . 2 2 0, so with a period of 7
    view = draw(y).view
    assert frames(view)[0].startswith("× ")
    y = x
    for i in range(40):
        y = y * float(i)  # the constants differ
    assert frames(draw(y).view) == []


def test_steps_that_are_wired_differently_are_no_repetition():
    h = tg.Parameter([1.0], name="h")
    for i in range(20):
        a = np.sin(h)
        h = a + (a if i >= 12 else h)
    assert frames(draw(h).view) == ["× 12", "× 8"]


def test_both_arguments_of_a_folded_op_are_kept():
    h = tg.Parameter(np.ones((2, 2)), name="h")
    for _ in range(20):
        h = np.sin(h) @ np.cos(h)
        h = h * h
    picture = draw(h)
    arrows = Counter((a.tail.name, a.head.name, a.label) for a in picture.view.arrows if a.kind == "flow")
    assert arrows["sin", "matmul", "a [2, 2]"] == arrows["cos", "matmul", "b [2, 2]"] == 1
    assert arrows["matmul", "multiply", "[2, 2]"] == 2
    assert picture.graph.frames == {}


def test_parameters_of_a_repetition_count_each_time():
    weight = Box("n1", "parameter", "w", ["w"], (("x0", "block_0 … block_5 × 6"), (3, "dense")), shape=(4, 5))
    assert parameters_in([weight]) == ["120 parameters"]


def test_a_repetition_begins_where_a_layer_does(rng):
    """``stem`` adds and bends as the blocks do: the repetition could begin in its middle."""
    model = tg.Sequential(
        [Dense(8, "tanh", input_shape=(3,), name="stem"), *[Dense(8, "tanh", name=f"b{i}") for i in range(9)]]
    )
    view = model.draw(rng.normal(size=(4, 3))).view
    assert frames(view) == ["stem", "b0 … b8 × 9"]


# ---- layers


def test_a_layer_folds_to_a_box_with_its_parameters(rng):
    picture = stack(2).draw(rng.normal(size=(4, 3)), depth=0)
    assert [box.lines for box in picture.view.boxes if box.kind == "layer"] == [
        ("stem (Dense)", "32 parameters"),
        ("block_0 (Dense)", "72 parameters"),
        ("block_1 (Dense)", "72 parameters"),
        ("head (Dense)", "18 parameters"),
    ]
    labels = {(a.tail.name, a.head.name): a.label for a in picture.view.arrows}
    assert labels["block_0", "block_1"] == "[4, 8]"
    assert ("head", "output") in labels


def test_the_backward_of_a_folded_layer_is_a_box_beside_it(rng):
    view = stack(1).draw(rng.normal(size=(4, 3)), np.zeros(4, int), depth=0, backward="both").view
    back = [box for box in view.boxes if box.kind == "backward layer"]
    assert [box.name for box in back] == ["head", "block_0", "stem"]
    chain = [(a.tail.name, a.head.name) for a in view.arrows if a.kind == "back" and a.head in back]
    assert chain == [("sparse_cross_entropy", "head"), ("head", "block_0"), ("block_0", "stem")]


def test_depth_counts_layers_inside_layers(rng):
    inner = tg.Sequential([Dense(4, name="a"), Dense(4, name="b")], name="inner")
    model = tg.Sequential([inner, Dense(2, name="out")])
    model.build((None, 3))
    by_depth = [[box.name for box in draw(model, depth=d).view.boxes if box.kind == "layer"] for d in (0, 1, 2)]
    assert by_depth == [["inner", "out"], ["a", "b"], []]
    total = sum(w.size for w in inner.weights)
    assert ("inner (Sequential)", f"{total} parameters") in [box.lines for box in draw(model, depth=0).view.boxes]


# ---- the budget


def random_chain(n, seed=0):
    y = tg.Parameter([1.0], name="x")
    for i in np.random.default_rng(seed).integers(0, 4, n):
        y = (np.sin, np.cos, np.tanh, np.exp)[i](y)
    return y


@pytest.mark.parametrize("backward", ["none", "only", "both"])
def test_a_picture_keeps_to_its_budget_and_says_so(backward):
    picture = draw(random_chain(400), backward=backward)
    assert len(picture.view.boxes) <= BUDGET
    assert picture.view.note.endswith(f'boxes folded to {len(picture.view.boxes)}; depth="all" draws every one')
    assert picture.view.note in "".join(ElementTree.fromstring(picture.svg()).itertext())
    assert picture.view.note.replace('"', '\\"') in picture.source


def test_stretches_count_their_ops():
    view = draw(random_chain(400)).view
    parts = [box for box in view.boxes if box.kind == "part"]
    assert len(view.boxes) <= STRETCHES
    assert sum(int(box.lines[0].partition(" ")[0]) for box in parts) + len(ops(view)) == 400
    order = [box.id for box in view.boxes]
    assert all(order.index(a.tail.id) < order.index(a.head.id) for a in view.arrows)


def test_layers_fold_before_ops_do(rng):
    layers = [Dense(8 + i, "tanh", name=f"l{i}") for i in range(60)]
    model = tg.Sequential(layers)
    view = model.draw(rng.normal(size=(4, 3)).astype("f")).view
    assert Counter(box.kind for box in view.boxes) == {"input": 1, "layer": 60, "output": 1}


def test_the_same_bytes_whatever_is_folded():
    a, b = (draw(random_chain(300), backward="both") for _ in range(2))
    assert a.source == b.source
    assert a.svg() == b.svg()


def test_a_parameter_of_many_uses_is_drawn_at_each(rng):
    view = draw(recurrent(12, rng), depth="all", backward="both").view
    used = [a.tail for a in view.arrows if a.kind == "flow" and a.tail.name == "W"]
    assert len({box.id for box in used}) == len(used) == 12
    assert [len(box.lines) for box in used] == [2] + 11 * [1]  # the first says its shape
    recalled = [(a.tail.id, a.head.owner) for a in view.arrows if a.kind == "use" and a.tail.name == "U"]
    given = [(a.tail.id, a.head.id) for a in view.arrows if a.kind == "flow" and a.tail.name == "U"]
    assert set(recalled) < set(given)
    assert len(recalled) == 11  # at the first step, h takes no gradient
    assert [box.name for box in view.boxes if box.kind == "parameter gradient"] == ["∂b", "∂U", "∂W"]
