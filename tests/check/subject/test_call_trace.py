"""The lines of a call: which one made a Tensor, cut the graph, or wrote into an array."""

import numpy as np

import tensorgrad as tg
from tensorgrad.check.subject.call_trace import CallTrace, Location
from tests.planted import train


def traced(source, watch_arrays=False, **names):
    """Return the CallTrace of the script's ``f()``, whose first line is line 2."""
    lines = "\n".join(f"    {line}" for line in source.split("\n"))
    return CallTrace(train(f"def f():\n{lines}\n", **names)["f"], watch_arrays)


def test_every_tensor_has_its_line():
    x = tg.Parameter([1.0, 2.0])
    trace = traced("y = x * 2\nz = np.exp(y)\nreturn y, z", x=x)
    y, z = trace.result
    assert (trace.place(y), trace.place(z), trace.place(x)) == ("train.py:2", "train.py:3", "")
    again = x * 3
    other = np.sin(again)
    steps = [(again, again.inputs), (other, other.inputs)]
    assert [trace.matching_place(t, steps) for t, _ in steps] == ["train.py:2", "train.py:3"]
    assert trace.matching_place(again, steps[:1]) == "", "another number of ops is another computation"


def test_every_cut_has_its_line():
    trace = traced(
        "y = (x * 2).detach()\nwith tg.no_grad():\n    z = x * 3\nreturn y, x.numpy()", x=tg.Parameter([1.0])
    )
    assert [(how, str(place)) for how, place in trace.cuts] == [
        (".detach()", "train.py:2"), ("no_grad()", "train.py:3"), (".numpy()", "train.py:5")]  # fmt: skip


def test_a_write_has_the_line_that_made_it():
    x = tg.Parameter([1.0, 2.0])
    trace = traced("y = x * 2\nz = y * y\ny.data[0] = 7\nreturn z", watch_arrays=True, x=x)
    z = trace.result
    assert {seq: str(place) for seq, place in trace.writes.items()} == {z.inputs[0].seq: "train.py:4"}
    assert traced("y = x * 2\nreturn y * y", watch_arrays=True, x=x).writes == {}


def test_a_location_is_a_line_and_a_layer():
    assert [str(Location(*parts)) for parts in (("a.py:1",), ("a.py:1", "hidden"), ("", "hidden"), ("",))] == [
        "a.py:1", "a.py:1, layer 'hidden'", "layer 'hidden'", ""]  # fmt: skip
