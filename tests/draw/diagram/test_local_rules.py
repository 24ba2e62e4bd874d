"""The rule on each op: read off the recorded backward, it says what the backward computes."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.draw import draw
from tensorgrad.draw.diagram.backward_diagram import Backprop
from tensorgrad.draw.diagram.local_rules import Rules, views_in


def rules_of(picture):
    """Return ``{op: its lines}`` of the rules that are drawn."""
    return {box.name: box.lines[1:] for box in picture.view.boxes if box.kind == "rule"}


def evaluated(text, **values):
    """Return what a formula says, by Python's own arithmetic."""
    for sign, python in (("×", "*"), ("÷", "/"), ("−", "-"), ("^", "**"), ("ᵀ", ".T"), ("²", "**2"), ("Σ(", "sum(")):
        text = text.replace(sign, python)
    return eval(
        text, {name: getattr(np, name) for name in ("sum", "exp", "cos", "sin", "sign", "sqrt", "log")} | values
    )


X, A, B = np.array([[0.5, 2.0, 1.5], [3.0, 0.25, 1.0]]), np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[2.0], [-1.0]])

UNARY = ["exp", "log", "sin", "cos", "tanh", "sigmoid", "relu", "square", "sqrt", "negative", "reciprocal", "absolute",
         "softplus"]  # fmt: skip


@pytest.mark.parametrize("name", UNARY)
def test_the_formula_of_a_unary_op_is_its_derivative(name):
    x = tg.Parameter(X)
    y = getattr(tg, name)(x)
    (line,) = rules_of(draw(y, backward="both"))[name]
    assert line.startswith("∂x = ")
    g = np.cos(X)
    y.backward(g)
    found = evaluated(line.removeprefix("∂x = "), g=g, x=X, y=y.data, σ=lambda x: 1 / (1 + np.exp(-x)))
    np.testing.assert_allclose(found, x.grad.data, rtol=1e-12)


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "matmul", "power"])
def test_the_formulas_of_a_binary_op_are_its_derivatives(name):
    a, b = tg.Parameter(np.abs(A)), tg.Parameter(np.abs(B))
    y = getattr(tg, name)(a, b)
    lines = rules_of(draw(y, backward="both"))[name]
    g = np.sin(y.data)
    y.backward(g)
    for line, leaf in zip(lines, (a, b), strict=True):
        target, _, text = line.partition(" = ")
        assert target == f"∂{'a' if leaf is a else 'b'}"
        if name == "power" and leaf is b:
            assert text == "g × aᵇ ln a"  # its docstring: with the 0 where a is 0 it is too long for a box
        else:
            found = evaluated(text, g=g, a=a.data, b=b.data, y=y.data).reshape(leaf.shape)
            np.testing.assert_allclose(found, leaf.grad.data, rtol=1e-12, err_msg=line)


FORMULAS = [
    (lambda x, W: x @ W, "matmul", ("∂W = xᵀ @ g",)),
    (lambda x, W: tg.softmax(x @ W), "softmax", ("∂x = g × y − y × Σ(g × y, axis=-1)",)),
    (lambda x, W: np.mean(x @ W), "mean", ("∂x = g ÷ 4",)),
    (lambda x, W: tg.relu(x @ W), "relu", ("∂x = g × (y > 0)",)),
    (lambda x, W: np.sum(W * W), "multiply", ("∂W = g × W", "∂W = g × W")),
    (lambda x, W: (x @ W)[0], "getitem", ("∂x = scatter(g, index=0)",)),
    (lambda x, W: W.T, "transpose", ("∂W = gᵀ",)),
]


@pytest.mark.parametrize(("function", "op", "lines"), FORMULAS, ids=[f[1] for f in FORMULAS])
def test_formulas_as_text(function, op, lines):
    x, W = tg.Tensor(X, name="x"), tg.Parameter(np.ones((3, 2)), name="W")
    assert rules_of(draw(function(x, W), backward="both"))[op] == lines


def test_one_tensor_used_twice_by_an_op_has_both_rules_right():
    y = np.sin(tg.Parameter(X))
    assert rules_of(draw(y - y, backward="both"))["subtract"] == ("∂a = g", "∂b = −g")
    assert rules_of(draw(np.stack([y, y * 2.0]), backward="both"))["stack"] == ("∂x0 = g[0]", "∂x1 = g[1]")


def test_a_users_op_has_its_formula_too():
    cube = tg.elementwise("cube", lambda x: x * x * x, "x³", x=lambda g, y, x: 3 * g * x * x)
    assert rules_of(draw(cube(tg.Parameter(X)), backward="both"))["cube"] == ("∂x = 3 × g × x × x",)


def test_a_rule_without_source_names_its_mask():
    space = {"np": np}
    exec("rule = lambda g, y, x: g * (y > 0)", space)
    step = tg.elementwise("step", lambda x: x * 1.0, "", x=space["rule"])
    assert rules_of(draw(step(tg.Parameter(X)), backward="both"))["step"] == ("∂x = g × mask",)


def test_each_op_stands_beside_its_rule_and_each_weight_beside_its_gradient():
    W, b = tg.Parameter(np.ones((3, 2)), name="W"), tg.Parameter(np.zeros(2), name="b")
    view = draw(np.mean(tg.relu(X @ W + b)), backward="both").view
    ops = {box.id for box in view.boxes if box.kind == "op"}
    assert {box.owner for box in view.boxes if box.kind == "rule"} == ops
    linked = {(a.tail.id, a.head.owner) for a in view.arrows if a.kind in ("pair", "beside") and a.head.kind == "rule"}
    assert linked == {(op, op) for op in ops}
    gradients = {box.name: box.shape for box in view.boxes if box.kind == "parameter gradient"}
    assert gradients == {"∂W": (3, 2), "∂b": (2,)}


def test_dashed_arrows_are_what_the_backward_uses():
    x, W, b = tg.Tensor(X, name="x"), tg.Parameter(np.ones((3, 2)), name="W"), tg.Parameter(np.zeros(2), name="b")
    view = draw(np.mean(tg.relu(x @ W + b)), backward="both").view
    used = {(a.tail.name, a.head.name) for a in view.arrows if a.kind == "use"}
    assert used == {("x", "matmul"), ("relu", "relu")}  # not W, whose product's gradient needs x alone; not b


def test_gradients_that_add_up_meet_in_one_box():
    w = tg.Parameter(2.0, name="w")
    view = draw(w * 3.0 + np.sin(w) + w * w, backward="both").view
    (total,) = [box for box in view.boxes if box.kind == "gradient sum"]
    assert sorted(a.tail.name for a in view.arrows if a.head is total) == ["multiply", "multiply", "multiply", "sin"]
    assert [a.head.name for a in view.arrows if a.tail is total and a.kind == "back"] == ["∂w"]
    view = draw(w * 3.0 + w * w, backward="both", values=True).view
    assert [a.label for a in view.arrows if a.head.kind == "gradient sum"] == ["2", "2", "3"]


def test_the_shares_add_up_to_the_gradient(rng):
    """What each use of a Tensor sends it: against the gradient of that use alone."""
    w = tg.Parameter(rng.normal(size=3), name="w")
    parts = [np.sin(w), w * w, np.exp(w) * 2.0]
    backprop = Backprop((parts[0] + parts[1] + parts[2]).sum())
    rules = Rules(backprop, lambda x: "")
    shares = [rules.shares[id(t), i].data for t, i in rules.arrivals[id(w)]]
    assert len(shares) == 4
    np.testing.assert_allclose(sum(shares), np.cos(w.data) + 2 * w.data + 2 * np.exp(w.data), rtol=1e-12)
    by_use = {(t.op.name, i): rules.shares[id(t), i].data for t, i in rules.arrivals[id(w)]}
    np.testing.assert_allclose(by_use["sin", 0], np.cos(w.data), rtol=1e-12)
    np.testing.assert_allclose(by_use["multiply", 0], w.data, rtol=1e-12)


def test_a_transposed_view_of_an_input_is_known_as_it():
    x, W = tg.Tensor(X, name="x"), tg.Parameter(np.ones((3, 2)), name="W")
    backprop = Backprop((x @ W).sum())
    view_of = views_in(backprop)
    assert view_of(x.data.T) is x
    assert view_of(np.array(X).T) is None


def test_no_gradient_to_the_data_of_a_model_is_drawn():
    model = tg.Sequential([tg.layers.Flatten(), tg.layers.Dense(2, name="d")])
    model.compile("sgd", "mse")
    picture = model.draw(np.ones((3, 2, 2)), np.ones((3, 2)), backward="both")
    assert next(box.name for box in picture.view.boxes if box.kind == "op") == "reshape"  # no weight is in it
    assert [box.name for box in picture.graph.boxes if box.kind == "parameter gradient"] == ["∂d/bias", "∂d/kernel"]
    assert next(box.name for box in picture.graph.boxes if box.kind == "input") == "x"
    assert "reshape" not in rules_of(picture)
    assert rules_of(picture)["matmul"] == ("∂kernel = aᵀ @ g",)


def test_a_long_rule_is_said_by_its_docstring():
    p = tg.softmax(tg.Parameter(np.zeros((2, 3)), name="z"))
    ids = np.array([0, 1])
    loss = tg.ops.sparse_cross_entropy(p, ids)
    picture = draw(loss, backward="both", names={"ids": ids})
    assert rules_of(picture)["sparse_cross_entropy"] == ("∂p = g (1 − one_hot/q) ÷ Σp",)
    used = {a.tail.name for a in picture.view.arrows if a.kind == "use" and a.head.name == "sparse_cross_entropy"}
    assert used == {"softmax", "ids"}


def test_a_long_rule_without_one_is_named_by_what_it_uses():
    knot = tg.primitive(lambda x: x * 1.0, name="knot")
    knot.vjp("x")(lambda g, y, x: g * np.sin(x) * np.sin(x) * np.sin(y) * np.sin(y) * np.cos(x * x) * np.cos(y * y))
    x = tg.Parameter(X, name="x")
    assert rules_of(draw(knot(x), backward="both"))["knot"] == ("∂x = f(g, x, y)",)
