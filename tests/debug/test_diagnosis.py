"""why_no_grad: every way to lose a gradient is planted in a script, and named with its line."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.debug import why_no_grad
from tensorgrad.layers import Dense
from tests.debug.scripts import diagnosis_of, weight
from tests.planted import train


def test_the_whole_text():
    found = diagnosis_of("h = w * 2\nz = h.numpy() + 1\ny = tg.Tensor(z)\nreturn y.sum()")
    assert str(found) == (
        "w gets no gradient: .numpy() at train.py:3 cuts the way to the loss\n"
        "  w -> multiply (train.py:2) -> .numpy() (train.py:3) -> add -> Tensor(...) (train.py:4) -> sum (train.py:5)\n"
        "  ops and np.* functions take Tensors as they are: leave .numpy() out"
    )
    assert found
    assert (found.reason, found.line, found.cuts) == (".numpy()", "train.py:3", [(".numpy()", "train.py:3", None)])
    assert repr(found) == str(found)


def test_a_number_returned_is_told_to_be_a_tensor():
    assert str(diagnosis_of("return float((w * 2).sum())")).splitlines()[2] == (
        "  the function returned 3.0: let it return the Tensor"
    )


def test_values_that_plain_python_carries_away_are_said_to_be_lost():
    found = diagnosis_of("y = w.sum().item() * 2\nreturn tg.Tensor(y)")
    assert str(found) == (
        "w gets no gradient: the loss is computed from no Tensor that comes from it\n"
        "  its values left the graph by .item() at train.py:2; where they went from there cannot be seen"
    )
    assert found.reason == "lost"


def test_not_used_at_all():
    found = diagnosis_of("return tg.Tensor([1.0], requires_grad=True).sum()")
    assert str(found) == (
        "w gets no gradient: the function does not use it\n"
        "  if it seems to, it uses another Tensor: one from before a model or a weight was made anew"
    )
    assert (found.reason, found.line) == ("unused", None)


def test_a_weight_that_was_made_anew():
    found = diagnosis_of("return (v * 2.0).sum()", v=weight())
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
    assert diagnosis_of(body, model=model).cuts == [(f"{method}()", "train.py:3", None)]
    found = diagnosis_of(body.replace("w *", "1.0 *"), model.layers[1].kernel, model=model)
    assert found.cuts == [(f"{method}()", "train.py:3", "out")]
    assert str(found).splitlines()[-1] == (
        f"  {method}() gives arrays, which have no gradients: call the model itself, model(x)"
    )


def test_an_index_has_no_gradient():
    found = diagnosis_of("i = w.data.astype(int)\nreturn v[i].sum()", v=tg.Parameter([1.0, 2.0]))
    assert str(found) == (
        "w gets no gradient: .data at train.py:2 cuts the way to the loss\n"
        "  w -> .data (train.py:2) -> getitem by index (train.py:3) -> sum\n"
        "  an index has no gradient: it chooses, and is not computed with"
    )
    v = tg.Parameter([1.0, 2.0])
    loss = diagnosis_of("loss = v[w.numpy() > 0.7].sum()\nkept.append(loss)\nreturn loss", v=v, kept=(kept := []))
    assert loss.reason == ".numpy()"
    kept[0].backward()
    assert v.grad.tolist() == [0.0, 1.0]
    assert type(kept[0].inputs[0].settings["index"]) is np.ndarray


def test_a_shape_is_no_use_of_the_values():
    assert diagnosis_of("return (np.zeros_like(w) + v).sum()", v=weight()).reason == "unused"
    assert diagnosis_of("return v[: len(w)].sum() * w.size", v=weight()).reason == "unused"


def test_a_comparison_has_no_gradient_inside_no_grad_either():
    found = diagnosis_of("with tg.no_grad():\n    c = w > 0.7\nreturn c.sum()")
    assert (found.reason, found.line) == ("constant", "train.py:3")


def test_used_for_something_else():
    found = diagnosis_of("penalty = (w * w).sum()\nreturn tg.Tensor([1.0], requires_grad=True).sum()")
    assert str(found) == ("w gets no gradient: multiply uses it at train.py:2, but the loss is not computed from that")


def test_a_metric_read_on_the_way_is_not_named():
    found = diagnosis_of("h = (w * 2).sum()\nprint(end=str(h.item())[:0])\nseen = h.numpy() + w.data.mean()\nreturn h")
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
    assert not diagnosis_of(body.format(True))
    assert str(diagnosis_of(body.format(False))) == (
        "w gets no gradient: backward() at train.py:3 cuts the way to the loss\n"
        "  w -> power (train.py:2) -> sum -> backward() (train.py:3) -> multiply (train.py:5) -> sum\n"
        "  backward(create_graph=True) records the gradients too, so that they have gradients"
    )


def test_backward_says_who_knows():
    with pytest.raises(tg.GradientError) as error:
        weight().detach().sum().backward()
    assert str(error.value) == (
        "backward() from float64[], which depends on no Tensor that requires a gradient; make one with "
        "requires_grad=True before computing, and do not detach() or no_grad() on the way "
        "(tg.why_no_grad(f, p), with f a function that computes this, says where)"
    )
