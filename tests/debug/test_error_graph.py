"""partial_graph: what had been computed when an op or a layer raised."""

import gc
import sys
import weakref

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.debug import partial_graph
from tensorgrad.layers import Dense, Layer
from tests.planted import train


def caught(run):
    try:
        run()
    except Exception as error:  # whichever the case raises: it is what is looked at
        return error
    raise AssertionError("nothing was raised")


def test_an_op_shows_what_led_to_it_and_itself():
    w, b = tg.Parameter(np.ones(3), name="w"), tg.Parameter(np.ones(2), name="b")
    error = caught(lambda: train("h = w * 2.0\ny = np.exp(h) + b", w=w, b=b))
    found = partial_graph(error)
    assert str(found).splitlines()[:3] == [
        "ShapeError in add at train.py:2, after 2 recorded ops",
        "  a  float64[3]",
        "  b  float64[2] 'b'",
    ]
    assert (found.op, found.layer, found.line) == ("add", None, "train.py:2")
    drawn = repr(found.picture)
    for part in ("multiply(w, 2", "exp(", "add(", "failed: ShapeError"):
        assert part in drawn
        assert part in str(found)
    assert "digraph" in found.picture.source


def model_with_a_mistake():
    class Mine(Layer):
        def call(self, x):
            return np.concatenate([x, np.ones((1, 1))], axis=1) if x.shape[0] > 3 else x

    model = tg.Sequential([Dense(5, "relu", name="hidden"), Mine(name="mine"), Dense(1, name="out")])
    model.build((None, 4))
    return model


def test_a_model_shows_the_layers_before_the_one_that_raised():
    model = model_with_a_mistake()
    error = caught(lambda: train("model(np.ones((8, 4)))", model=model))
    found = partial_graph(error)
    assert (found.op, found.layer) == ("concatenate", "mine")
    assert str(found).splitlines()[:3] == [
        f"ShapeError in concatenate at {found.line} in layer 'mine', after 3 recorded ops",
        "  x0  float32[8, 5]",
        "  x1  float64[1, 1]",
    ]
    for part in ("hidden/kernel", "matmul(", "relu(", "concatenate("):
        assert part in repr(found.picture)


def test_fit_shows_it_too():
    model = model_with_a_mistake()
    model.compile("sgd", "mse")
    error = caught(lambda: model.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0))
    assert partial_graph(error).op == "concatenate"
    assert "hidden/kernel" in str(partial_graph(error))


def test_a_layer_that_raises_before_any_op():
    hidden, out = Dense(5, name="hidden"), Dense(1, name="out")
    out.build((None, 3))
    error = caught(lambda: train("x = np.ones((2, 4))\nout(hidden(x))", hidden=hidden, out=out))
    found = partial_graph(error)
    assert str(found).splitlines()[:2] == [
        "ShapeError in layer 'out' at train.py:2, after 2 recorded ops",
        "  x  float32[2, 5]",
    ]
    assert "hidden/kernel" in repr(found.picture)
    found = partial_graph(caught(lambda: out(np.ones((2, 4)))))
    assert found.picture is None
    assert str(found).endswith(", after 0 recorded ops\n  x  float32[2, 4]")


def test_the_line_is_where_it_was_raised_and_not_where_it_was_caught():
    scope = train("""
        try:
            y = tg.Tensor([1.0, 2.0]) + tg.Tensor(np.ones(3))
        except ValueError as error:
            found = tg.partial_graph(error)
    """)
    assert scope["found"].line == "train.py:2"


def test_the_prompts_last_error(monkeypatch):
    monkeypatch.setattr(sys, "last_value", caught(lambda: tg.Tensor([1.0, 2.0]) + tg.Tensor(np.ones(3))), raising=False)
    assert partial_graph().op == "add"


def test_no_error_and_errors_of_elsewhere(monkeypatch):
    monkeypatch.delattr(sys, "last_value", raising=False)
    with pytest.raises(tg.NotReadyError) as error:
        partial_graph()
    assert str(error.value) == (
        "partial_graph: no error has reached the prompt; catch it and pass it: partial_graph(error)"
    )
    with pytest.raises(tg.NotReadyError) as error:
        partial_graph(caught(lambda: 1 / 0))
    assert str(error.value) == "partial_graph: this ZeroDivisionError was raised in no op and no layer"


def test_it_keeps_no_tensor_alive():
    refs = []

    def mistaken():
        h = tg.Parameter(np.ones(3), name="w") * 2.0
        refs.append(weakref.ref(h))
        return h + np.ones(2)

    found = partial_graph(caught(mistaken))
    gc.collect()
    assert refs[0]() is None
    assert "multiply(w, 2" in str(found)


def test_an_error_in_the_backward_of_a_rule():
    @tg.primitive
    def odd(x):
        return x * 1.0

    odd.vjp("x")(lambda g, y, x: tg.Tensor(g) + np.ones(7))
    x = tg.Tensor([1.0, 2.0], requires_grad=True, name="x")
    found = partial_graph(caught(lambda: odd(x).sum().backward()))
    assert found.op == "add"


def test_the_name_in_debug_stays_a_function_after_a_call():
    error = caught(lambda: tg.Tensor([1.0, 2.0]) + tg.Tensor(np.ones(3)))
    assert tg.debug.partial_graph(error).op == tg.debug.partial_graph(error).op == "add"
