"""why_no_grad: every way to lose a gradient is planted in a script, and named with its line."""

import copy
import pickle
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tensorgrad as tg
import tensorgrad.backward as engine
from tensorgrad.core.modes import runs_plainly
from tensorgrad.debug import why_no_grad
from tensorgrad.debug.diagnosis import REASONS
from tensorgrad.debug.taint import TaintedArray
from tensorgrad.layers import Dense
from tests.planted import train

SLOTS, SWEEP = dict(tg.Tensor.__dict__), engine.sweep


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    assert dict(tg.Tensor.__dict__) == SLOTS
    assert engine.sweep is SWEEP
    assert not runs_plainly()


def weight(values=(0.5, 1.0)):
    return tg.Parameter(np.array(values), name="w")


def asked(body, w=None, **names):
    """Return the Diagnosis for a script whose ``loss()`` has this body, the first line of which is line 2."""
    w = weight() if w is None else w
    lines = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
    scope = train(f"def loss():\n{lines}\n", w=w, **names)
    before = w.data, w.data.copy()
    found = why_no_grad(scope["loss"], w)
    assert type(w) in (tg.Parameter, tg.Tensor)
    assert w.data is before[0]
    np.testing.assert_array_equal(w.data, before[1])
    assert found.reason is None or found.reason in REASONS
    return found


def test_the_whole_text():
    found = asked("h = w * 2\nz = h.numpy() + 1\ny = tg.Tensor(z)\nreturn y.sum()")
    assert str(found) == (
        "w gets no gradient: .numpy() at train.py:3 cuts the way to the loss\n"
        "  w -> multiply (train.py:2) -> .numpy() (train.py:3) -> add -> Tensor(...) (train.py:4) -> sum (train.py:5)\n"
        "  ops and np.* functions take Tensors as they are: leave .numpy() out"
    )
    assert found
    assert (found.reason, found.line, found.cuts) == (".numpy()", "train.py:3", [(".numpy()", "train.py:3", None)])
    assert repr(found) == str(found)


# (the body of loss(), the reason, the line of the cut)
CUTS = [
    ("h = w * 2\nreturn h.detach().sum()", ".detach()", 3),
    ("h = w * 2\nreturn (h.data * tg.Tensor([1.0, 1.0], requires_grad=True)).sum()", ".data", 3),
    ("h = w.sum()\ny = h.item()\nreturn y * tg.Tensor(2.0, requires_grad=True)", ".item()", 3),
    ("h = w.sum()\nreturn float(h) * tg.Tensor(2.0)", "float()", 3),
    ("y = w.tolist()\nreturn tg.Tensor(y).sum()", ".tolist()", 2),
    ("y = np.asarray(w.detach())\nreturn tg.Tensor(y).sum()", ".detach()", 2),
    ("y = np.stack([w.numpy(), np.ones(2)])\nreturn tg.Tensor(y).sum()", ".numpy()", 2),
    ("y = np.array([w.numpy().max(), 1.0])\nreturn tg.Tensor(y).sum()", "lost", 2),
    ("y = w.numpy().copy()\ny += 1\nreturn tg.Tensor(y).sum()", ".numpy()", 2),
    ("y = w.numpy().reshape(1, 2)[:, :1]\nreturn tg.Tensor(y).sum()", ".numpy()", 2),
    ("y = w.numpy() @ np.ones((2, 2))\nreturn (w * 0 + 1).detach().sum() + tg.Tensor(y).sum()", ".detach()", 3),
    ("h = w * 2\ny = tg.Tensor(h)\nreturn y.sum()", "Tensor(...)", 3),
    ("y = tg.Tensor([w[0].item(), 2.0], requires_grad=True)\nreturn y.sum()", ".item()", 2),
    ("with tg.no_grad():\n    h = w * 2\nreturn h.sum()", "no_grad", 3),
    ("return (w > 0.7).sum()", "constant", 2),
    ("h = np.round(w * 3)\nreturn h.sum()", "constant", 2),
    ("h = w * 3\nreturn np.sign(h).sum()", "constant", 3),
    ("return np.argmax(w) * 2.0", "constant", 2),
    ("return w.argsort().sum()", "constant", 2),
    ("return w.astype(int).sum()", "constant", 2),
    ("c = w * 2\nreturn np.where(c, tg.Tensor([1.0, 2.0], requires_grad=True), 3.0).sum()", "no rule", 3),
    ("import copy\nv = copy.deepcopy(w)\nreturn v.sum()", "a copy", 3),
    ("h = w * 2\nx = tg.Tensor([0.0, 0.0])\nx[:] = h.detach()\nreturn x.sum()", ".detach()", 4),
    ("return (w * 2).sum().item()", ".item()", 2),
    ("y = w.numpy()[0] * 3\nreturn tg.Tensor(y)", ".numpy()", 2),
    ("y = sum(v * v for v in w.numpy())\nreturn tg.Tensor(y)", ".numpy()", 2),
    ("a = (w * w).sum()\na.backward()\ng, w.grad = w.grad, None\nreturn (g * g).sum()", "backward()", 3),
    ("b = tg.Tensor([0.0, 0.0])\nb.data = w.data * 2\nreturn (b * 1).sum()", ".data", 3),
]


@pytest.mark.parametrize(("body", "reason", "line"), CUTS, ids=[c[0] for c in CUTS])
def test_every_cut_is_named_with_its_line(body, reason, line):
    found = asked(body)
    assert (found.reason, found.line) == (reason, f"train.py:{line}")
    assert found


LIVE = ["h = h * 2", "h = np.tanh(h)", "h = h + w", "h = np.concatenate([h, h])[:2]", "h[0] = h[1] * 3"]
CUTTING = {
    "h = h.detach()": ".detach()",
    "h = tg.Tensor(h.numpy() + 1)": ".numpy()",
    "h = tg.Tensor(h.data.copy().reshape(1, 2)[0])": ".data",
    "h = np.floor(h)": "constant",
    "h = tg.Tensor(h)": "Tensor(...)",
    "h = tg.no_grad()(lambda h: h * 2)(h)": "no_grad",
}
DEAD = ["h = h * 2", "h = np.cos(tg.Tensor(h).numpy())", "h = tg.Tensor(h)", "h = np.stack([h, h])[1]", "h = v * h"]


@given(st.lists(st.sampled_from(LIVE), max_size=5), st.sampled_from(sorted(CUTTING)),
       st.lists(st.sampled_from(DEAD), max_size=5))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_one_cut_among_any_steps_is_found(before, cut, after):
    lines = ["h = w * 1.0", *before, cut, *after, "return tg.ops.sum(tg.Tensor(h) * 1.0)"]
    found = asked("\n".join(lines), v=tg.Tensor([1.0, 2.0], requires_grad=True))
    assert found.cuts == [(CUTTING[cut], f"train.py:{len(before) + 3}", None)]


def test_several_ways_are_all_named():
    found = asked("a = tg.Tensor(w)\nb = w.detach()\nreturn (a + b).sum()")
    assert {cut[:2] for cut in found.cuts} == {("Tensor(...)", "train.py:2"), (".detach()", "train.py:3")}
    assert "\n  another way is cut by .detach() at train.py:3\n" in str(found)


def test_a_number_returned_is_told_to_be_a_tensor():
    assert str(asked("return float((w * 2).sum())")).splitlines()[2] == (
        "  the function returned 3.0: let it return the Tensor"
    )


def test_a_long_way_is_shortened_around_the_cut():
    found = asked("h = w\nfor _ in range(20):\n    h = h + 1\nh = h.detach()\nreturn h.sum()")
    assert str(found).splitlines()[1] == (
        "  w -> add (train.py:4) -> ... 18 more ... -> add -> .detach() (train.py:5) -> sum (train.py:6)"
    )


def test_values_that_plain_python_carries_away_are_said_to_be_lost():
    found = asked("y = w.sum().item() * 2\nreturn tg.Tensor(y)")
    assert str(found) == (
        "w gets no gradient: the loss is computed from no Tensor that comes from it\n"
        "  its values left the graph by .item() at train.py:2; where they went from there cannot be seen"
    )
    assert found.reason == "lost"


def test_not_used_at_all():
    found = asked("return tg.Tensor([1.0], requires_grad=True).sum()")
    assert str(found) == (
        "w gets no gradient: the function does not use it\n"
        "  if it seems to, it uses another Tensor: one from before a model or a weight was made anew"
    )
    assert (found.reason, found.line) == ("unused", None)


def test_a_weight_that_was_made_anew():
    found = asked("return (v * 2.0).sum()", v=weight())
    assert found.reason == "unused"
    assert str(found).splitlines()[1] == (
        "  multiply was given another Tensor of the name w: was a model or a weight made anew?"
    )


def classifier():
    return tg.Sequential([Dense(2, "tanh", input_shape=(2,), name="hidden"), Dense(1, name="out")])


@pytest.mark.parametrize("method", ["predict", "predict_on_batch"])
def test_predict_gives_arrays(method):
    model = classifier()
    body = f"h = w * np.ones((3, 2))\ny = model.{method}(h)\nreturn tg.Tensor(y).mean()"
    if method == "predict":
        body = body.replace("(h)", "(h, verbose=0)", 1)
    assert asked(body, model=model).cuts == [(f"{method}()", "train.py:3", None)]
    found = asked(body.replace("w *", "1.0 *"), model.layers[1].kernel, model=model)
    assert found.cuts == [(f"{method}()", "train.py:3", "out")]
    assert str(found).splitlines()[-1] == (
        f"  {method}() gives arrays, which have no gradients: call the model itself, model(x)"
    )


def test_an_index_has_no_gradient():
    found = asked("i = w.data.astype(int)\nreturn v[i].sum()", v=tg.Parameter([1.0, 2.0]))
    assert str(found) == (
        "w gets no gradient: .data at train.py:2 cuts the way to the loss\n"
        "  w -> .data (train.py:2) -> getitem by index (train.py:3) -> sum\n"
        "  an index has no gradient: it chooses, and is not computed with"
    )
    v = tg.Parameter([1.0, 2.0])
    loss = asked("loss = v[w.numpy() > 0.7].sum()\nkept.append(loss)\nreturn loss", v=v, kept=(kept := []))
    assert loss.reason == ".numpy()"
    kept[0].backward()
    assert v.grad.tolist() == [0.0, 1.0]
    assert type(kept[0].inputs[0].settings["index"]) is np.ndarray


def test_a_shape_is_no_use_of_the_values():
    assert asked("return (np.zeros_like(w) + v).sum()", v=weight()).reason == "unused"
    assert asked("return v[: len(w)].sum() * w.size", v=weight()).reason == "unused"


def test_a_comparison_has_no_gradient_inside_no_grad_either():
    found = asked("with tg.no_grad():\n    c = w > 0.7\nreturn c.sum()")
    assert (found.reason, found.line) == ("constant", "train.py:3")


def test_used_for_something_else():
    found = asked("penalty = (w * w).sum()\nreturn tg.Tensor([1.0], requires_grad=True).sum()")
    assert str(found) == ("w gets no gradient: multiply uses it at train.py:2, but the loss is not computed from that")


def test_a_metric_read_on_the_way_is_not_blamed():
    found = asked("h = (w * 2).sum()\nprint(end=str(h.item())[:0])\nseen = h.numpy() + w.data.mean()\nreturn h")
    assert found.reason is None
    assert not found
    assert str(found) == (
        "a gradient of float64[2] reaches w from the loss\n"
        "  w.grad is None: call backward(), and read it before optimizer.step() clears it"
    )


def test_a_gradient_that_is_there_needs_no_words():
    w = weight()
    loss = (w * [0.0, 1.0]).sum()
    loss.backward()
    assert str(why_no_grad(loss, w)) == (
        "a gradient of float64[2] reaches w from the loss\n  1 of 2 entries are exactly 0"
    )
    assert w.grad.tolist() == [0.0, 1.0]


def test_integers_have_no_gradient():
    n = tg.Tensor([1, 2], name="n")
    found = why_no_grad(lambda: n.sum(), n)
    assert str(found) == (
        "n gets no gradient: it is int64[2], and only floats have gradients\n"
        "  make it of floats: 2.0 instead of 2, or dtype='float32'"
    )
    assert found.reason == "integer"


def test_requires_grad_is_false():
    x = tg.Tensor([1.0, 2.0], name="x")
    found = why_no_grad(train("def loss():\n    return (x * 2).sum()", x=x)["loss"], x)
    assert str(found) == (
        "x gets no gradient: its requires_grad is False, and was when it was used at train.py:2\n"
        "  set x.requires_grad = True before computing, or make it with requires_grad=True"
    )
    assert found.reason == "frozen"


def test_a_frozen_layer_is_named():
    model = tg.Sequential([Dense(2, input_shape=(2,), name="hidden"), Dense(1, name="out")])
    model.layers[0].trainable = False
    kernel = model.layers[0].kernel
    found = why_no_grad(train("def loss():\n    return model(np.ones((3, 2))).sum()", model=model)["loss"], kernel)
    assert str(found) == (
        "hidden/kernel gets no gradient: its requires_grad is False, and was when it was used at train.py:2 in layer "
        "'hidden'\n"
        "  if its layer 'hidden' was frozen, set layer.trainable = True; else set hidden/kernel.requires_grad = True"
    )
    found = why_no_grad(model(np.ones((3, 2))).sum(), kernel)
    assert str(found).splitlines() == [
        "hidden/kernel gets no gradient: its requires_grad is False",
        "  if its layer was frozen, set layer.trainable = True; else set hidden/kernel.requires_grad = True",
    ]


def test_a_layer_on_the_way_is_named():
    model = tg.Sequential([Dense(2, input_shape=(2,), name="hidden"), Dense(1, name="out")])
    source = """
        class Cut(tg.layers.Layer):
            def call(self, x):
                return tg.Tensor(x.numpy())
        cut = Cut(name="cut")
        def loss():
            return model.layers[1](cut(model.layers[0](np.ones((3, 2))))).sum()
    """
    found = why_no_grad(train(source, model=model)["loss"], model.layers[0].kernel)
    assert found.cuts == [(".numpy()", "train.py:3", "cut")]
    assert str(found).startswith("hidden/kernel gets no gradient: .numpy() at train.py:3 in layer 'cut' cuts the way")
    found = why_no_grad(train(source, model=model)["loss"], model.layers[1].kernel)
    assert not found


# (the body of loss(), the op and its line, why it lets nothing through)
ZEROS = [
    ("return np.maximum(w, 5.0).sum()",
     "maximum at train.py:2", "the other argument is the larger one in all 2 entries"),
    ("return np.minimum(w, 0.0).sum()",
     "minimum at train.py:2", "the other argument is the smaller one in all 2 entries"),
    ("return np.clip(w, 5, 6).sum()", "clip at train.py:2", "its input lies outside of the"),
    ("return (w * 0).sum()", "multiply at train.py:2", "the other factor is 0 in all 2 entries"),
    ("return (w @ np.zeros((2, 2))).sum()", "matmul at train.py:2", "the other matrix is 0"),
    ("return np.where([False, False], w, 1.0).sum()",
     "where at train.py:2", "the condition takes the other branch in all 2 entries"),
    ("return tg.sigmoid(w * 1e4).sum()", "sigmoid at train.py:2",
     "it is saturated in all 2 entries, where its input goes from 5000 to 1e+04: scale the input down"),
    ("return np.tanh(w * 1e4).sum()", "tanh at train.py:2", "it is saturated"),
    ("h = w * 1\nh[:] = 3.0\nreturn h.sum()", "setitem at train.py:3", "what a gradient"),
    ("h = tg.relu(w - 0.7)\nreturn h[:1].sum()",
     "relu at train.py:2", "its input is at most 0 in 1 of 2 entries, all that a gradient reaches (dead units"),
    ("return tg.softmax(w * 1e4)[0]", "softmax at train.py:2", "its rule makes 0 of the gradient"),
    ("return tg.softmax(w - w.data).sum()",
     "softmax at train.py:2", "its results sum to 1, and the gradient that arrives is the same for all of them"),
    ("x = tg.Tensor([0.0, 1.0])\nx[0] = w.sum()\nreturn x[1] * 1",
     "setitem at train.py:3", "no gradient reaches what was written"),
    ("return np.abs(w * 0.0).sum()", "absolute at train.py:2", "its derivative is 0 in all 2 entries"),
    ("h = tg.relu(w - 5)\nreturn h.sum()", "relu at train.py:2",
     "its input is at most 0 in all 2 entries (dead units: a smaller learning rate, or leaky_relu)"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "op", "reason"), ZEROS, ids=[z[0] for z in ZEROS])
def test_a_gradient_of_exactly_zero_is_explained(body, op, reason):
    found = asked(body)
    assert found.reason == "zero"
    first, second, *_ = str(found).splitlines()
    assert first == "w gets a gradient of exactly 0, in all 2 entries"
    assert second.startswith(f"  {op} lets nothing through: {reason}")


def test_gradients_that_cancel():
    assert str(asked("return (w - w).sum()")) == (
        "w gets a gradient of exactly 0, in all 2 entries\n  what reaches it along several ways adds up to 0"
    )


def test_zero_is_told_of_a_finished_graph_too_and_without_a_line():
    w = weight()
    assert str(why_no_grad(tg.relu(w - 5).sum(), w)).splitlines()[1].startswith("  relu lets nothing through: its")


def test_a_gradient_that_is_not_finite_points_to_the_tracer():
    w = weight([0.0, 1.0])
    assert str(why_no_grad(np.sqrt(w).sum(), w)).splitlines()[1] == (
        "  it is not finite: with tg.trace_numerics(): loss.backward() names the op"
    )


def test_the_result_of_an_op_keeps_no_gradient():
    w = weight()
    w = w - 0.1 * np.ones(2)
    w.name = "w"
    found = why_no_grad((w * 2).sum(), w)
    assert found.reason == "not a leaf"
    assert str(found) == (
        "w keeps no gradient: it is the result of subtract, and only leaves keep theirs\n"
        "  a gradient of float64[2] reaches w from the loss; w.retain_grad() before backward() keeps it\n"
        "  an update that rebinds the name, w = w - rate * w.grad, makes such a result: write w.data -= ... instead"
    )
    w.retain_grad()
    assert not why_no_grad((w * 2).sum(), w)


def test_written_after_the_loss():
    h = weight() * 1
    h.name = "h"
    loss = h.sum()
    h[0] = 3.0
    h[1] = 3.0
    found = why_no_grad(loss, h)
    assert found.reason == "overwritten"
    assert str(found).startswith("h gets no gradient: h[...] = was written after the loss was computed from its old")


def test_an_op_without_a_rule_is_told_of_a_finished_graph():
    @tg.primitive
    def shifted(x, y):
        return x + y

    w = weight()
    found = why_no_grad(shifted(w * 2, 1.0).sum(), w)
    assert (
        str(found) == "w gets no gradient: shifted has no derivative with respect to x\n  declare it: @shifted.vjp('x')"
    )
    assert found.reason == "no rule"


AGAIN = "which place cuts the way is not kept in a graph; pass a function that computes the loss and it is told"


@pytest.mark.parametrize(
    ("computed", "near"),
    [
        ("(w.detach() * v).sum()",
         "multiply was given its memory without its graph: its .data, or the array that w was made of"),
        ("(tg.Parameter([5.0, 6.0], name='w') * v).sum()",
         "multiply was given another Tensor of the name w: was a model or a weight made anew?"),
        ("(w.numpy().copy() * v).sum()", "multiply was given an array with the same values: perhaps it is a copy of w"),
    ],
)  # fmt: skip
def test_what_a_finished_graph_tells(computed, near):
    w = weight()
    scope = train(f"loss = {computed}", w=w, v=tg.Tensor([1.0, 2.0], requires_grad=True, name="v"))
    found = why_no_grad(scope["loss"], w)
    assert found.reason == "unconnected"
    assert str(found) == f"w gets no gradient: the graph of the loss, 2 ops, does not lead to it\n  {near}\n  {AGAIN}"


def test_a_loss_without_a_graph():
    w = weight()
    with tg.no_grad():
        loss = (w * 2).sum()
    assert str(why_no_grad(loss, w)) == (
        "w gets no gradient: the loss was made by no recorded op, so it depends on nothing\n  " + AGAIN
    )


@pytest.mark.parametrize(
    ("loss", "p", "message"),
    [
        (1.0, weight(), "why_no_grad(loss, p): loss is 1.0, which does not know how it was computed; pass a function "
         "that computes it, e.g. lambda: loss_of(x, y)"),
        (lambda: None, np.ones(2), "why_no_grad(loss, p): p must be a Tensor, got float64[2]"),
        (lambda: None, Dense(1), "; pass one of its weights, such as layer.kernel"),
    ],
)  # fmt: skip
def test_arguments_that_cannot_be_asked_about(loss, p, message):
    with pytest.raises(TypeError) as error:
        why_no_grad(loss, p)
    assert message in str(error.value)


@pytest.mark.parametrize(("result", "shown"), [(None, "None"), ([1.0], "list [1.0]")])
def test_a_function_that_returns_no_loss(result, shown):
    with pytest.raises(TypeError) as error:
        why_no_grad(lambda: result, weight())
    assert str(error.value) == f"why_no_grad(f, p): f must return the loss, a Tensor, got {shown}"


def test_a_gradient_of_a_gradient_needs_create_graph():
    body = "a = (w ** 3).sum()\na.backward(create_graph={})\ng, w.grad = w.grad, None\nreturn (g * g).sum()"
    assert not asked(body.format(True))
    assert str(asked(body.format(False))) == (
        "w gets no gradient: backward() at train.py:3 cuts the way to the loss\n"
        "  w -> power (train.py:2) -> sum -> backward() (train.py:3) -> multiply (train.py:5) -> sum\n"
        "  backward(create_graph=True) records the gradients too, so that they have gradients"
    )


def test_no_gradient_is_touched_and_no_hook_is_run():
    w = weight()
    w.grad = tg.Tensor([7.0, 7.0])
    loss = (w * 2).sum()
    w.register_hook(lambda g: 1 / 0)
    assert not why_no_grad(loss, w)
    assert w.grad.tolist() == [7.0, 7.0]


def test_the_function_computes_the_same_as_unwatched(rng):
    w = tg.Parameter(rng.normal(size=(3, 2)), name="w")
    source = """
        def loss():
            h = np.tanh(np.ones((4, 3)) @ w)
            scale = np.abs(w.numpy()).max() + w.data[0, 0] ** 2 - float(w[0, 1]) + len(w.tolist())
            norm = np.linalg.norm(w.data, axis=0)
            norm[0] += 1
            results.append((h / scale).sum().item() + float(norm.sum()))
            return (h * norm / scale).sum()
    """
    scope = train(source, w=w, results=[])
    scope["loss"]()
    assert not why_no_grad(scope["loss"], w)
    assert scope["results"][0] == scope["results"][1]


def test_updates_inside_the_function_stay_updates():
    w = weight()
    array = w.data
    asked_of = train("""
        def loss():
            w.data -= 0.5 * w.data
            w.data[0] = 9.0
            return (w * 2).sum()
    """, w=w)  # fmt: skip
    assert not why_no_grad(asked_of["loss"], w)
    assert w.data is array
    assert type(w.data) is np.ndarray
    assert array.tolist() == [9.0, 0.5]


def test_an_exception_of_the_functions_restores_everything():
    w = weight()
    with pytest.raises(ZeroDivisionError):
        why_no_grad(lambda: [w * 2, w.numpy(), 1 / 0], w)
    assert type(w) is tg.Parameter
    assert type(w.numpy()) is np.ndarray


def test_what_the_function_keeps_is_as_ever_afterwards():
    w, v, kept = weight(), weight(), []

    def loss():
        kept.extend([w.detach() * 2, w * 3, v * w.numpy()])
        return (w * 2).sum()

    assert not why_no_grad(loss, w)
    assert [type(t) for t in kept] == [tg.Tensor] * 3
    assert [type(t.numpy()) for t in kept] == [np.ndarray] * 3
    assert not any(isinstance(x, TaintedArray) for t in kept for x in t.inputs)


def test_a_tensor_that_is_only_given_data_gets_plain_data():
    w, target = weight(), tg.Parameter([0.0, 0.0])
    array = w.data

    def loss():
        target.data = w.data * 0.5
        return (w * 2).sum()

    assert not why_no_grad(loss, w)
    assert type(target.data) is np.ndarray
    assert target.data.tolist() == [0.25, 0.5]

    def loss():
        target.data = w.data
        return (w * 2).sum()

    assert not why_no_grad(loss, w)
    assert target.data is array


def test_the_function_may_pickle_and_copy():
    w, made = weight(), []

    def loss():
        made.append(pickle.loads(pickle.dumps(w)))
        made.append(copy.deepcopy(w))
        return (w * 2).sum()

    assert not why_no_grad(loss, w)
    assert [type(t) for t in made] == [tg.Parameter, tg.Parameter]
    assert [type(t.data) for t in made] == [np.ndarray, np.ndarray]
    assert made[0].tolist() == made[1].tolist() == w.tolist()


def test_another_thread_sees_plain_arrays():
    w, seen = weight(), []

    def loss():
        def other():
            seen.append(type(w.data))
            seen.append((w * 2).sum().item())

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        return (w * 2).sum()

    assert not why_no_grad(loss, w)
    assert seen == [np.ndarray, 3.0]


def test_two_threads_follow_the_same_weight():
    w, found, both = weight(), {}, threading.Barrier(2)

    def ask(name):
        def loss():
            both.wait(10)
            y = w.numpy() * 2
            if name == "second":
                first.join()
            return tg.Tensor(y + w.numpy()).sum()

        found[name] = why_no_grad(loss, w)

    first, second = (threading.Thread(target=ask, args=(name,)) for name in ("first", "second"))
    first.start()
    second.start()
    second.join()
    assert [found[name].reason for name in ("first", "second")] == [".numpy()", ".numpy()"]
    assert [len(found[name].cuts) for name in ("first", "second")] == [2, 2]
    assert type(w) is tg.Parameter


def test_a_compiled_function_is_followed_too():
    w = weight()
    step = tg.compile(lambda x: (x * w.detach()).sum())
    step(np.ones(2))
    assert why_no_grad(lambda: step(np.ones(2)), w).reason == ".detach()"
    step(np.ones(2))
    assert step.cache_info().hits == 1


def test_backward_says_who_knows():
    with pytest.raises(tg.GradientError) as error:
        weight().detach().sum().backward()
    assert str(error.value) == (
        "backward() from float64[], which depends on no Tensor that requires a gradient; make one with "
        "requires_grad=True before computing, and do not detach() or no_grad() on the way "
        "(tg.why_no_grad(f, p), with f a function that computes this, says where)"
    )
