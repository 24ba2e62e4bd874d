"""The picture of a compiled program: a box for each call, and what it changes."""

from xml.etree import ElementTree

import numpy as np
import pytest

import tensorgrad as tg


@pytest.fixture
def weights():
    rng = np.random.default_rng(0)
    return [tg.Parameter(rng.normal(size=s).astype("f"), name=n) for n, s in (("W", (3, 2)), ("b", (2,)))]


@pytest.fixture
def x():
    return np.ones((4, 3), "f")


def program_of(function, *args):
    step = tg.compile(function)
    step(*args)
    return step.program(*args)


def training(optimizer, params):
    def step(x):
        W, b = params
        loss = np.mean((x @ W + b) ** 2)
        loss.backward()
        optimizer.step(params)
        return loss

    return step


def arrows(picture, kind="flow"):
    """Return ``{(what the tail says, what the head says)}`` of the arrows of one kind."""
    return {(a.tail.lines[0], a.head.lines[0]) for a in picture.graph.arrows if a.kind == kind}


def test_it_prints_as_a_listing(weights, x):
    W, b = weights

    def by_hand(x):
        y = np.maximum(x @ W.data + b.data, 0)
        W.data -= 0.5 * W.data * W.data
        return y.sum(axis=0)

    assert str(tg.draw(program_of(by_hand, x))) == (
        'Picture of 7 calls; .save("graph.svg") draws it\n'
        "  x         input float32[4, 3]\n"
        "  W         parameter float32[3, 2]\n"
        "  %2        = dot(x, W) -> float32[4, 2]\n"
        "  b         parameter float32[2]\n"
        "  %4        = add(%2, b) -> float32[4, 2]\n"
        "  %5        = maximum(%4, 0) -> float32[4, 2]\n"
        "  %6        = multiply(0.5, W) -> float32[3, 2]\n"
        "  %7        = multiply(%6, W) -> float32[3, 2]\n"
        "  t1        = subtract(W, %7) -> float32[3, 2]\n"
        "  %8        = add.reduce(%5, axis=0) -> float32[2]\n"
        "  returned  = %8, float32[2]"
    )


def test_an_optimizers_step_changes_the_parameters(weights, x):
    picture = program_of(training(tg.optimizers.Adam(), weights), x).draw()
    assert arrows(picture, "write") == {("Adam.descend", "W"), ("Adam.descend", "b")}
    heads = {head for tail, head in arrows(picture) if tail in ("W", "b")}
    assert "Adam.descend" not in heads
    assert picture.graph.count("parameter") == 2
    assert picture.graph.count("change", "returned", "input") == 3
    assert {"matmul", "dot"} & {box.lines[0] for box in picture.graph.boxes if box.kind == "backward call"}


def test_who_reads_after_a_change_reads_from_the_change(weights, x):
    W, _ = weights

    def f():
        before = np.exp(W.data)
        W.data[0] *= 2
        return before, np.sin(W.data)

    picture = tg.draw(program_of(f))
    assert ("W", "exp") in arrows(picture)
    assert ("multiply", "sin") in arrows(picture) or ("setitem", "sin") in arrows(picture)
    assert ("W", "sin") not in arrows(picture)


def test_calls_of_a_layer_stand_in_its_frame(x):
    model = tg.Sequential([tg.layers.Dense(2, "relu", name="hidden"), tg.layers.Dense(1, name="out")])
    model.build((None, 3))
    picture = tg.draw(program_of(lambda x: model(x), x), direction="TB")
    frames = {box.cluster[0][1] for box in picture.graph.boxes if box.cluster}
    assert frames == {"hidden", "out"}
    kernel = next(box for box in picture.graph.boxes if box.name == "hidden/kernel")
    assert (kernel.lines, kernel.cluster[0][1]) == (("kernel", "float32[3, 2]"), "hidden")
    assert 'label="hidden"' in picture.source


def test_it_is_drawn_and_holds_no_program(weights, x):
    picture = program_of(training(tg.optimizers.SGD(0.1), weights), x).draw("LR")
    shown = "".join(ElementTree.fromstring(picture.svg()).itertext())
    for word in ("SGD.descend", "returned", "float32[4, 3]", "W", "call of the backward"):
        assert word in shown
    assert not [box for box in picture.graph.boxes for line in box.lines if not isinstance(line, str)]


def test_what_cannot_be_drawn_says_what_can(x):
    with pytest.raises(TypeError, match=r"a compiled function its program: step.program\(x\).draw\(\)"):
        tg.draw(tg.compile(lambda x: x + 1))
    with pytest.raises(tg.OptionError, match="direction must be 'LR' or 'TB'"):
        program_of(lambda x: x + 1, x).draw("UP")
