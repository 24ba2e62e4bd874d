"""GuardedTrace: it finds what a trace changed in lists and dicts, and why no program can follow a function."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile.compiled_function import CompiledFunction
from tensorgrad.compile.guarded_trace import GuardedTrace, contents, has_contents

X = np.ones(3)


def trace_of(f, *args):
    compiled = CompiledFunction(f)
    leaves, arguments = compiled.signature.bind(args, {})
    trace = GuardedTrace(compiled, arguments)
    trace.run(leaves)
    return trace


def test_a_trace_of_a_pure_function_has_a_program_that_checks_the_result():
    f = lambda x: [x * 2.0]
    trace = trace_of(f, X)
    trace.undo()
    replay = trace.program(f(X))
    assert replay([X + 1])[0].tolist() == [4.0] * 3
    with pytest.raises(tg.errors.TraceError, match="its result is another one"):
        trace.program([X * 3.0])


def generator(x):
    yield x


def handles(x):
    try:
        return np.linalg.inv(np.outer(x, x))
    except np.linalg.LinAlgError:
        return x


REASONS = {
    "gives a generator": (generator, (X,), "which runs later"),
    "needs a value": (lambda x: x[np.argmax(x).item() :], (X,), None),
    "fails": (lambda x: x.nothing, (X,), "nothing"),
    "handles an error": (handles, (X,), "Singular"),
}


@pytest.mark.parametrize(("f", "args", "words"), REASONS.values(), ids=REASONS)
def test_there_is_a_reason_or_an_error(f, args, words):
    if words is None:
        with pytest.raises(tg.errors.TraceError):
            trace_of(f, *args)
    else:
        trace = trace_of(f, *args)
        assert trace.recording is None
        assert words in str(trace.reason)


def test_changes_of_arguments_and_of_what_is_outside_are_named_and_undone():
    calls = []

    def append(x, items):
        calls.append(1)
        items.append(x)
        return x

    items = [1.0]
    trace = trace_of(append, X, items)
    assert trace.reason == ["calls", "a list or dict that it is given"]
    assert trace.recording is None
    assert (items, calls) == ([1.0], [])


def test_what_a_useless_trace_wrote_is_undone():
    w, calls = tg.Tensor(np.ones(3)), []

    def f(x):
        w.data[...] = 7.0
        calls.append(1)
        return x

    assert trace_of(f, X).reason == ["calls"]
    assert w.numpy().tolist() == [1.0] * 3


def test_the_gradient_of_an_argument_that_has_one_is_a_reason():
    t = tg.Tensor(X)
    f = lambda t: t * 2.0 if t.grad is None else t
    assert trace_of(f, t).reason is None
    t.grad = tg.Tensor(X)
    assert "may read the gradient of an argument" in str(trace_of(f, t).reason)


@pytest.mark.parametrize(
    ("x", "change"),
    [([1, 2], lambda x: x.reverse()), ([1], lambda x: x.append(1)), ([[]], lambda x: x.__setitem__(0, [])),
     ({"a": []}, lambda x: x.update(a=[])), ({"a": 1}, lambda x: x.update(b=1)),
     ({"a": 1, "b": 2}, lambda x: x.update(c=x.pop("a")))],
)  # fmt: skip
def test_contents_are_compared_by_identity(x, change):
    before = contents(x)
    assert has_contents(x, before)
    change(x)
    assert not has_contents(x, before)
