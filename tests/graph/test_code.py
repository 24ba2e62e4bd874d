"""What a frame is, is told by its code object: no function of the same name misleads, and no module's name."""

import contextlib
import copy
import re
import sys
import threading
import traceback
from pathlib import Path

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.core.dispatch import op_of
from tensorgrad.core.op import REGISTRY
from tensorgrad.graph.code import Mark, arguments, is_own_code, is_user_frame, layer_call, outermost_frame, trial
from tensorgrad.graph.observer import Observer, observing
from tensorgrad.graph.origins import origin
from tensorgrad.layers import Dense, Layer
from tensorgrad.layers.layer_input import call_on_zeros
from tests.planted import train


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_the_code_of_each_op_carries_it(name):
    op = REGISTRY[name]
    assert op_of(op.call.__code__) is op
    assert op.call.__code__.co_name == op.call.__name__


def test_ops_of_one_name_are_told_apart():
    first, second = (tg.elementwise("twin", lambda x: x * 2, x=lambda g, y, x: g * 2) for _ in range(2))
    assert op_of(first.__code__) is first.op
    assert op_of(second.__code__) is second.op


def test_an_op_is_known_in_a_traceback_by_its_name():
    with pytest.raises(tg.ShapeError) as error:
        tg.Tensor(np.ones((2, 3))) @ np.ones((2, 3))
    assert [entry.name for entry in error.traceback][-1] == "matmul"


def test_a_mark_is_of_the_function_and_of_those_inside_it():
    mark = Mark()

    @mark
    def outer():
        return [inner() for _ in range(1)]

    def inner():
        return outermost_frame(sys._getframe(), mark).f_code is marked

    marked = outer.__code__
    assert outer() == [True]

    def outer():
        return outermost_frame(sys._getframe(), mark)

    assert outer() is None

    @mark
    def maker():
        return lambda: sys._getframe().f_code in mark

    assert maker()()


def test_functions_of_the_same_name_are_not_mistaken():
    source = """
        def where():
            return origin(sys._getframe())
        class Own:
            name = "own"
            def __call__(self, f): return f()
            def call_on_zeros(self, f): return self(f)
        def call(op, inputs): return Own().call_on_zeros(where)
        found = call(None, ())
    """
    found = train(source, origin=origin, sys=sys)["found"]
    assert (found.op, found.layer, found.line) == (None, None, "train.py:2")
    assert Layer.__call__.__code__ in layer_call
    assert call_on_zeros.__code__ in trial


@pytest.mark.parametrize("name", ["tensorgrad.mine", "numpy.mine", "copy", "tensorgrad.core.dispatch", ""])
def test_a_users_module_may_have_any_name(name):
    found = train("y = origin(sys._getframe())", origin=origin, sys=sys, __name__=name)["y"]
    assert found.line == "train.py:1"


def test_whose_code_it_is():
    assert is_own_code(origin.__code__)
    assert is_own_code(tg.ops.exp.__code__)
    assert not is_own_code(np.mean.__wrapped__.__code__)
    assert not is_own_code(test_whose_code_it_is.__code__)


FAILING = {
    "ours": lambda: tg.Tensor([1.0]) @ tg.Tensor([1.0, 2.0]),
    "numpy": lambda: np.linalg.inv(np.zeros((2, 2))),
    "cython": lambda: np.random.default_rng(0).normal(scale=-1.0),
    "copy": lambda: copy.deepcopy(threading.Lock()),
    "contextlib": lambda: next(contextlib.contextmanager(lambda: iter(()))().__enter__()),
}


@pytest.mark.parametrize("whose", FAILING)
def test_only_the_users_frames_are_the_users(whose):
    with pytest.raises(Exception) as error:  # noqa: PT011  (whichever, its frames are looked at)
        FAILING[whose]()
    frames = [frame for frame, _ in traceback.walk_tb(error.value.__traceback__)]
    assert len(frames) > 2
    assert [is_user_frame(frame) for frame in frames] == [True, True] + [False] * (len(frames) - 2)


def test_arguments_are_read_by_their_place():
    def f(a, b=2, /, c=3, *more, d=4, **others):
        local = "not an argument"
        return arguments(sys._getframe()), arguments(sys._getframe(), named=True), local

    assert f(1)[:2] == ((1, 2, 3), (1, 2, 3, 4))
    assert f(1, 5, 6, 7, 8, d=9, e=10)[:2] == ((1, 5, 6, 7, 8), (1, 5, 6, 7, 8, 9, 10))

    def rebound(x):
        x = x + 1
        return arguments(sys._getframe()), lambda: x  # a cell, and what it holds now

    assert rebound(1)[0] == (2,)


def test_the_innermost_layer_and_line_and_the_outermost_op():
    source = """
        class Inner(tg.layers.Layer):
            def call(self, x):
                found.append(origin(sys._getframe()))
                found.append(origin(sys._getframe(), inside=True))
                return tg.softplus(x)
        class Outer(tg.layers.Layer):
            def call(self, x):
                return inner(x)
        inner, outer, found = Inner(name="inner"), Outer(name="outer"), []
        outer(np.ones(2))
    """
    found = train(source, origin=origin, sys=sys)["found"]
    assert [(o.op, o.layer, o.line) for o in found] == [(None, "inner", "train.py:3"), (None, "inner", "train.py:4")]

    class Places(Observer):
        def on_op(self, t, op, inputs, frame):
            seen[op.name] = origin(frame), origin(frame, inside=True)

    seen, layer, softplus = {}, Dense(2, input_shape=(2,), name="dense"), train("y = lambda x: tg.softplus(x)")["y"]
    layer(np.ones((1, 2)))
    with observing(Places()):
        softplus(layer(np.ones((1, 2))))
    anywhere, inside = seen["matmul"]
    assert (anywhere.op, anywhere.layer, anywhere.line.split(":")[0]) == ("matmul", "dense", "test_code.py")
    assert (inside.op, inside.layer, inside.line) == ("matmul", "dense", None)  # a layer of ours has no line inside
    assert str(seen["softplus"][0]) == "softplus, train.py:1"


def test_an_op_inside_the_kernel_of_another_is_that_other():
    seen = []
    inner = tg.elementwise("inner", lambda x: (seen.append(origin(sys._getframe()).op), x)[1], x=lambda g, y, x: g)
    outer = tg.elementwise("outer", lambda x: inner(x) * 2, x=lambda g, y, x: 2 * g)
    outer(tg.Tensor(1.0))
    inner(tg.Tensor(1.0))
    assert seen == ["outer", "inner"]


def test_a_call_in_the_backward_belongs_to_the_op_its_rule_is_of():
    source = """
        def f(x):
            h = np.tanh(x * w)
            h[0] = h[1] * 3.0
            loss = h.sum()
            loss.backward()
            g, w.grad = w.grad, None
            return g - 4.0
        step = tg.compile(f)
        program = step.program(np.array([1.0, 2.0])).recorded
    """
    program = train(source, w=tg.Parameter([0.5, 0.25]))["program"]
    told = [(call.origin.op, call.origin.line) for call in program.calls if call.origin.backward]
    assert {op for op, _ in told} == {"∂sum", "∂setitem", "∂getitem", "∂tanh", "∂multiply"}
    lines = {op: {line for name, line in told if name == op} for op, _ in told}
    assert (lines["∂tanh"], lines["∂setitem"], lines["∂getitem"]) == ({"train.py:2"}, {"train.py:3"}, {"train.py:3"})
    assert lines["∂multiply"] == {"train.py:2", "train.py:3"}
    assert str(program.calls[-1].origin) == "subtract, train.py:7"  # the backward is over


PACKAGE = Path(tg.__file__).parent
#: Who looks into a frame outside of graph/, each with its reason.
LOOKING = {
    "compile/attempts.py": "the call in which a fault of ours arose, by its type, for the report of it",
    "core/declare.py": "the module of whoever declares an op",
    "core/number.py": "what the user's own code calls, by the names that are in it",
}
#: Who replaces what a Tensor is outside of graph/, each with its reason.
REPLACING = {"core/views.py": "a view of what was written is made anew when somebody looks at it"}


def test_nobody_else_looks_into_frames_or_replaces_what_a_tensor_is():
    texts = {str(path.relative_to(PACKAGE)): path.read_text() for path in PACKAGE.rglob("*.py")}
    texts = {name: text for name, text in texts.items() if not name.startswith("graph/")}
    looking = {name for name, text in texts.items() if re.search(r"\b(f_locals|f_globals|settrace|setprofile)\b", text)}
    assert looking == set(LOOKING)
    replacing = r"(Tensor\.(data|grad|seq)|\.__class__|\bsweep)\s*=[^=]|setattr\(Tensor|__dict__\[.(data|grad|seq)"
    assert {name for name, text in texts.items() if re.search(replacing, text)} == set(REPLACING)
