"""The picture of the graph: what is in it, how it is written, and that drawing changes nothing."""

import gc
import re
import weakref
from xml.etree import ElementTree

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.draw import draw
from tensorgrad.draw.export.dot import LOOKS
from tensorgrad.errors import printable_text, shorten_text
from tensorgrad.graph.steps import merged_steps, recorded_steps
from tests.draw.played import named


def line(a=2.0, b=1.0):
    """y = w × 2 + b, named."""
    w, c = tg.Parameter([a, -1.0], name="w"), tg.Parameter(b, name="b")
    y = w * 2.0 + c
    y.name = "y"
    return y


def network(rng):
    """A two-layer network of squares with a loss, its leaves by name."""
    x = rng.standard_normal((5, 3))
    leaves = {n: tg.Parameter(rng.standard_normal(s), name=n) for n, s in {"W": (3, 4), "b": (4,), "V": (4, 2)}.items()}
    h = x @ leaves["W"] + leaves["b"]
    loss = ((h * h) @ leaves["V"]).sum()
    loss.name = "loss"
    return loss, x, leaves


def kinds(picture):
    return [box.kind for box in picture.graph.boxes]


FORWARD = """\
digraph tensorgrad {
  n0 "×" op
  n1 "w\\nfloat64[2]" parameter
  n2 "2" constant
  n4 "+" op
  n5 "b\\nfloat64[]" parameter
  n6 "y\\nfloat64[2]" output
  n1 -> n0
  n2 -> n0
  n0 -> n4 "[2]"
  n5 -> n4
  n4 -> n6
}
"""


def without_looks(source):
    """Return DOT text with the labels and each box's kind only, without defaults, legend and arrow styles."""
    fill = {(look.get("fillcolor"), look.get("style"), look["shape"]): kind for kind, look in LOOKS.items()}
    lines = []
    for text in re.sub(r"  subgraph legend \{.*?\n  \}\n", "", source, flags=re.DOTALL).splitlines():
        if re.match(r"  (graph|node|edge) ", text):
            continue
        node = re.match(r"  (n\d+) \[(.*)\]$", text)
        if node:
            given = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', node[2]))
            kind = fill[given.get("fillcolor"), given.get("style"), given["shape"]]
            text = f'  {node[1]} "{given["label"]}" {kind}'
        label = re.search(r'label=" (.*?) "', text) if "->" in text else None
        lines.append(re.sub(r"(-> n\d+) \[.*\]", r"\1", text) + (f' "{label[1]}"' if label else ""))
    return "\n".join(lines) + "\n"


def test_dot_text_of_a_small_graph():
    source = draw(line()).source
    assert without_looks(source) == FORWARD
    assert source.splitlines()[1].startswith("  graph [rankdir=LR, ")
    assert '  n1 [label="w\\nfloat64[2]", shape="box", style="filled,bold", fillcolor="#FFD98A"' in source
    assert "rankdir=TB" in draw(line(), direction="TB").source


def test_listing_in_the_terminal():
    assert repr(draw(line(), backward="both", values=True)).splitlines() == [
        'Picture of 4 ops; .save("graph.svg") draws it',
        "  w   parameter float64[2] [2, -1]",
        "  t1  = multiply(w, 2) -> float64[2] [4, -2]",
        "  b   parameter float64[] 1",
        "  y   = add(t1, b) -> float64[2] [5, -1]",
        "  ∂y  seed float64[2] = 1",
        "  ∂b  = sum(∂y, axis=0) -> float64[] 2",
        "  ∂w  = multiply(∂y, 2) -> float64[2] [2, 2]",
    ]


def test_same_graph_same_bytes(rng):
    a = draw(network(np.random.default_rng(1))[0], backward="both").source
    network(rng)  # takes sequence numbers in between
    assert draw(network(np.random.default_rng(2))[0], backward="both").source == a


def test_every_op_and_tensor_has_one_box(rng):
    loss, _, leaves = network(rng)
    steps = recorded_steps(loss)
    graph = draw(loss).graph
    assert graph.count("op") == len(steps) == 5
    assert graph.count("value", "output") == len(steps)
    assert graph.count("parameter") == len(leaves)
    assert graph.count("input") == 1
    assert len(graph.arrows) == sum(len(inputs) for _, inputs in steps) + len(steps)
    assert len({box.id for box in graph.boxes}) == len(graph.boxes)


def test_names_come_from_tensors_and_from_names(rng):
    loss, x, leaves = network(rng)
    names = lambda picture: {box.name for box in picture.graph.boxes if box.kind in ("parameter", "input", "output")}
    assert names(draw(loss)) == {"W", "b", "V", "", "loss"}
    assert names(draw(loss, names={"x": x})) == {"W", "b", "V", "x", "loss"}
    assert names(draw(loss, names=locals())) == {"W", "b", "V", "x", "loss"}


def test_arguments_are_named_where_their_order_matters():
    a, b = tg.Parameter(np.ones((2, 2)), name="a"), tg.Parameter(np.ones((2, 2)), name="b")
    assert [arrow.label for arrow in draw(a @ b).graph.arrows] == ["a", "b", ""]
    assert [arrow.label for arrow in draw(a - b).graph.arrows] == ["a", "b", ""]
    assert [arrow.label for arrow in draw(a * b).graph.arrows] == ["", "", ""]


def test_settings_are_shown_unless_default():
    x = tg.Parameter(np.ones((2, 3)))
    assert draw(x.sum()).graph.boxes[0].lines == ("Σ",)
    assert draw(x.sum(axis=0, keepdims=True)).graph.boxes[0].lines == ("Σ", "axis=0")
    assert draw(x.reshape(6)).graph.boxes[0].lines == ("reshape",)  # the next box says the shape


def test_settings_read_the_same_in_every_run():
    pick = tg.primitive(lambda x, *, how=None, of=None: x * 1.0, name="pick")
    pick.vjp("x")(lambda g, y, x, *, how, of: g)
    y = pick(tg.Parameter(1.0), how=object(), of=np.arange(3))
    assert draw(y).graph.boxes[0].lines == ("pick", "how=object", "of=int64[3]")


def test_a_tensor_written_in_place_is_drawn_as_it_was():
    x = tg.Parameter([1.0, 2.0], name="x")
    y = x * 2.0
    z = y * 3.0
    y[0] = 7.0
    assert len(recorded_steps(z)) == 2  # z has seen y before the write
    total = (y * z).sum()
    assert [t.op.name for t, _ in recorded_steps(total)].count("multiply") == 3
    picture = draw(total, backward="both")
    assert picture.graph.count("op") == len(recorded_steps(total))


def test_values_are_shown_on_request():
    w = tg.Parameter([1.0, 1 / 3], name="w")
    big = tg.Parameter(np.arange(100.0), name="big")
    boxes = {box.name: box.lines for box in draw((w * w).sum() + big.sum(), values=True).graph.boxes if box.name}
    assert boxes["w"] == ("w", "float64[2]", "[1, 0.3333]")
    assert boxes["big"] == ("big", "float64[100]", "49.5 ± 29, 0 to 99", "████████████")


# ---- backward


def test_backward_is_what_is_recorded(rng):
    loss, _, leaves = network(rng)
    graph = draw(loss, backward="only").graph
    assert graph.count("op", "output") == 0
    assert {box.name for box in graph.boxes if box.kind == "parameter gradient"} == {"∂W", "∂b", "∂V"}
    assert graph.count("seed") == 1
    shapes = {box.name: box.lines[1] for box in graph.boxes if box.kind == "parameter gradient"}
    assert shapes == {f"∂{name}": f"float64{list(leaf.shape)}" for name, leaf in leaves.items()}


def test_both_links_forward_and_backward(rng):
    loss, x, _leaves = network(rng)
    graph = draw(loss, backward="both", names={"x": x}).graph
    assert graph.count("op") == len(recorded_steps(loss))
    pairs = {(arrow.tail.name, arrow.head.name) for arrow in graph.arrows if arrow.kind == "pair"}
    assert pairs == {("W", "∂W"), ("b", "∂b"), ("V", "∂V"), ("loss", "∂loss")}
    assert any(arrow.kind == "use" and arrow.tail.name == "x" and arrow.head.name == "xᵀ" for arrow in graph.arrows)
    used = [arrow for arrow in graph.arrows if arrow.kind == "use"]
    assert all(arrow.tail.kind in ("value", "parameter", "input", "output") for arrow in used)


def test_where_gradients_add_up_is_seen():
    a = tg.Parameter(2.0, name="a")
    graph = draw(a * a + a * 3.0, backward="both", values=True).graph
    assert graph.count("gradient sum") == 2
    assert [box.lines[-1] for box in graph.boxes if box.name == "∂a"] == ["7"]


def test_gradients_shown_are_the_gradients(rng):
    w = tg.Parameter([0.5, -2.0], name="w")
    loss = (w * w * w).sum()
    shown = [box.lines[-1] for box in draw(loss, backward="only", values=True).graph.boxes if box.name == "∂w"]
    loss.backward()
    assert shown == [f"[{w.grad.data[0]:.4g}, {w.grad.data[1]:.4g}]"]


def test_drawing_leaves_gradients_hooks_and_modes_alone():
    w = tg.Parameter([1.0, 2.0], name="w")
    h = w * 2.0
    h.retain_grad()
    calls = []
    h.register_hook(calls.append)
    w.register_hook(calls.append)
    w.grad = before = tg.Tensor([5.0, 5.0])
    watches = h.watch, w.watch
    loss = h.sum()
    with tg.no_grad():
        picture = draw(loss, backward="both")
    assert picture.graph.count("parameter gradient") == 1
    assert w.grad is before
    assert h.grad is None
    assert calls == []
    assert (h.watch, w.watch) == watches
    assert h.watch is watches[0]


@pytest.mark.parametrize("backward", ["none", "both"])
def test_the_picture_keeps_no_tensor_alive(backward):
    gc.disable()
    try:
        w = tg.Parameter([1.0, 2.0], name="w")
        loss = (w * w).sum()
        picture = draw(loss, backward=backward)
        dead = weakref.ref(loss), weakref.ref(w)
        del loss, w
        assert [ref() for ref in dead] == [None, None]
        assert picture.source
    finally:
        gc.enable()


# ---- clusters


def test_layers_are_frames_with_their_weights_inside():
    x, w, v = np.ones((2, 2)), tg.Parameter(np.ones((2, 2)), name="w"), tg.Parameter(1.0, name="v")
    h = x @ w
    y = h * v
    z = y.sum()
    scopes = [(h.seq, h.seq, "inner", 1), (h.seq, y.seq, "outer", 0)]
    picture = draw(z, scopes=scopes, names={"x": x})
    inside = {box.name or box.kind: [name for _, name in box.cluster] for box in picture.graph.boxes}
    assert inside["w"] == ["outer", "inner"]
    assert inside["v"] == inside["multiply"] == ["outer"]
    assert inside["x"] == inside["sum"] == inside["output"] == []
    frames = re.findall(r"^ *subgraph cluster_\d+ \{\n.*?label=\"(\w+)\"", picture.source, flags=re.MULTILINE)
    assert frames == ["outer", "inner"]
    assert picture.source.count("{") == picture.source.count("}")


# ---- hostile names, size


HOSTILE = ['a "quoted" name', "back\\slash\\", "{x|y}", "<b>bold</b> & &amp;", "two\nlines\t", "\x00\x1b[1m", "n" * 999,
           "naïve ∂ 漢字 🙂", "\\N \\G \\l", "-->", "", " ", "a]; n9 -> n8 [label=x"]  # fmt: skip


def texts(svg):
    return [
        " ".join("".join(e.itertext()).split()) for e in ElementTree.fromstring(svg).iter() if e.tag.endswith("}text")
    ]


def shown(name):
    return " ".join(printable_text(shorten_text(name, 60)).split())


def test_hostile_names_are_drawn_as_they_are():
    total, scopes = named(HOSTILE)
    for direction in ("LR", "TB"):
        found = texts(draw(total, scopes=scopes, direction=direction, depth="all").svg())
        for name in HOSTILE:
            if name.strip():
                assert found.count(shown(name)) >= 4, name  # parameter, input, value and frame


def test_hostile_settings_are_drawn_as_they_are():
    mark = tg.primitive(lambda x, *, text="": x * 1.0, name='odd"name', symbol="<{|}>")
    mark.vjp("x")(lambda g, y, x, *, text: g)
    found = texts(draw(mark(tg.Parameter(1.0), text='"\\{|}')).svg())
    assert "<{|}>" in found
    assert any(text.startswith("text=") for text in found)


def test_ten_thousand_boxes_without_recursion():
    x = y = tg.Parameter(1.0, name="x")
    for _ in range(5_000):
        y = y + x
    picture = draw(y)
    assert len(picture.graph.boxes) == 10_001
    assert len(repr(picture).splitlines()) < 70
    for _ in range(95_000):
        y = y + 1.0
    assert len(merged_steps([y])) == 100_000


# ---- rendering, saving, showing


def test_svg_says_everything(rng, tmp_path):
    loss, x, _ = network(rng)
    picture = draw(loss, backward="both", names={"x": x}, values=True)
    path = picture.save(tmp_path / "g.svg")
    found = texts(path.read_text())
    for box in picture.view.boxes:
        for text in box.lines:
            assert shown(text) in found
    shown_inline = picture._repr_mimebundle_()
    assert set(shown_inline) == {"image/svg+xml", "text/plain"}
    assert "max-width: 100%" in shown_inline["image/svg+xml"]


def test_source_is_saved_without_any_renderer(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    picture = draw(line())
    assert picture.save(str(tmp_path / "g.dot")).read_text() == picture.source
    assert picture.save(tmp_path / "g.GV").read_text() == picture.source


def test_settings_that_are_functions_are_shown_by_name():
    op = tg.primitive(lambda x, *, by=np.tanh: by(x), name="applied")
    op.vjp("x")(lambda g, y, x, *, by: g)
    picture = draw(op(tg.Parameter([1.0, 2.0]), by=np.exp))
    assert any("by=exp" in line for box in picture.graph.boxes for line in box.lines)


def test_a_player_is_imported_when_it_is_asked_for():
    from tensorgrad.draw import Player

    assert type(tg.play(tg.Parameter(2.0) * 3.0)) is Player
