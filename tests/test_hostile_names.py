"""Hostile names in every text that is shown or written: escaped, on one line, and nothing around them is changed.

Each output is made twice, with hostile names and with harmless ones, and must have the same structure. What is
executed, programs and saved scripts, is tried in tests/compile/test_hostile_programs.py.
"""

import io
import json
import re
import sys
from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.callbacks.progress_bar import ProgressBar
from tensorgrad.core.op import REGISTRY
from tensorgrad.draw.text.format import clean
from tensorgrad.errors import printable_text, shorten_text
from tensorgrad.layers import Dense
from tensorgrad.training.loop import warn_untrained
from tests.conftest import BUILT_IN
from tests.draw.player.test_player import Elements
from tests.hostile import FEW, LONG, Watch, harmless, hostile_names, renamed

NAMES = hostile_names()
NAMED = [name for name in NAMES if name]  # an empty one is none
BATCHES = [pytest.param(FEW, id="few")] + [
    pytest.param(NAMED[i : i + 30], id=f"{i}", marks=pytest.mark.heavy) for i in range(0, len(NAMED), 30)
]
every_batch = pytest.mark.parametrize("names", BATCHES)


@pytest.fixture(autouse=True)
def watch(tmp_path, monkeypatch):
    watch = Watch(tmp_path / "empty", monkeypatch)
    yield watch
    watch.check()


@pytest.fixture
def outside(tmp_path):
    return tmp_path


def lines(text):
    """Return the lines of a text, each of which any terminal can show and any file hold."""
    found = text.split("\n")
    assert all(line.isprintable() for line in found), [line for line in found if not line.isprintable()]
    text.encode()
    return found


def layout(text):
    """Return the indents of the lines of a text."""
    return [len(line) - len(line.lstrip(" ")) for line in lines(text)]


# ---- the one function


def test_a_name_is_one_line_and_different_names_stay_different():
    assert len(NAMES) >= 300
    shown = [printable_text(name) for name in NAMES]
    assert all(text.isprintable() and text.encode().decode() == text and len(text.splitlines()) < 2 for text in shown)
    assert len(set(shown)) == len(NAMES)
    cut = Counter(map(clean, NAMES))
    assert max(cut.values()) == 1
    assert max(map(len, cut)) <= 60 * 10


def test_what_can_be_read_stays_as_it_is():
    for name in ("capa_ñ", "隐藏", "🙂", "הערך", "hidden/kernel", "a b", "$\\sigma$", "x²", "back\\slash", ""):
        assert printable_text(name) == name
    assert [printable_text(name) for name in (" ", " a b ", "\n", "\\n")] == ["\\x20", "\\x20a b\\x20", "\\n", "\\\\n"]


def test_a_long_name_is_cut_and_told_from_its_like():
    assert shorten_text("n" * 60, 60) == "n" * 60
    assert shorten_text(LONG, 60) != shorten_text(LONG + "m", 60)
    assert len(shorten_text(LONG, 60)) == 60


# ---- graphs: Tensors, ops, arguments, layers, names given to draw


def forget_ops():
    """Remove the ops of the name before: some names are equal when something is added."""
    for name in REGISTRY.keys() - BUILT_IN.keys():
        del REGISTRY[name]


def graph(names):
    """Return ``(total, scopes, names for draw)`` of a sum in which Tensors, ops, symbols, arguments and layers bear
    the names.
    """
    total, scopes, given = 0.0, [], {}
    for i, name in enumerate(names):
        forget_ops()
        kernel = renamed(lambda a, b: a * b, args=[f"{name}a", f"{name}b"])
        rules = {f"{name}a": lambda g, y, a, b: g * b, f"{name}b": lambda g, y, a, b: g * a}
        product = tg.elementwise(f"{name}!", kernel, f"{name}. {name}", symbol=f"{name}×", **rules)
        same = tg.primitive(lambda x, *, text="": x * 1.0, name=f"{name}?", symbol=name or "?")
        same.vjp("x")(lambda g, y, x, *, text: g)
        x = given[name] = np.array([1.0, 2.0 + i])
        y = product(tg.Parameter([0.5, 1.0 + i], name=name), x)
        y.name = name
        z = same(y, text=name)
        scopes.append((y.seq, z.seq, name, 0))
        total = total + np.sum(z)
    return total, scopes, given


def pictures(names, **how):
    total, scopes, given = graph(names)
    return [tg.draw(total, scopes=scopes, names=given, **how) for how in (how, {**how, "backward": "both"})]


def dot_statements(source):
    """Return the statements of DOT text without their attributes, which are whole strings only."""
    blank = re.sub(r'"(?:[^"\\]|\\.)*"', '""', source)
    assert '"' not in blank.replace('""', "")
    attribute = r'\w+=(?:""|[\w.#-]+)'
    return [re.sub(rf"\[(?:{attribute}(?:, )?)*\]", "[]", line) for line in lines(blank)]


def mermaid_statements(text):
    """Return the lines of Mermaid's text without what stands in quotes, which holds nothing that Mermaid reads."""
    for label in re.findall(r'"([^"]*)"', text):
        assert not set(label.replace("<br>", "")) & set("<>&`\\|{}$:\n")
        assert re.fullmatch(r"(?:[^#]|#\d+;)*", label)
    return [re.sub(r'"[^"]*"', '""', line) for line in lines(text)]


@every_batch
def test_dot_mermaid_and_listing(names, outside):
    for hostile, plain in zip(pictures(names, depth="all"), pictures(harmless(names), depth="all"), strict=True):
        assert dot_statements(hostile.source) == dot_statements(plain.source)
        for picture in (hostile, plain):
            picture.save(outside / f"{picture is plain}.mmd")
            picture.save(outside / f"{picture is plain}.txt")
        files = {path.name: path.read_bytes().decode() for path in outside.iterdir() if path.is_file()}
        assert mermaid_statements(files["False.mmd"]) == mermaid_statements(files["True.mmd"])
        assert layout(files["False.txt"]) == layout(files["True.txt"])
        assert layout(repr(hostile)) == layout(repr(plain))


@every_batch
def test_names_that_differ_are_labels_that_differ(names):
    picture = pictures(names, depth="all")[0]
    for kind in ("parameter", "value"):
        boxes = [box for box in picture.graph.boxes if box.kind == kind and box.name in names]
        assert len({clean(box.name) for box in boxes}) == len({box.name for box in boxes})
    frames = re.findall(r'subgraph cluster_\w+ \{\n +graph \[label=("(?:[^"\\]|\\.)*")', picture.source)
    assert len(set(frames)) == len(frames) == len(names)


def elements(svg):
    """Return ``(boxes, arrows, frames)`` of Graphviz's SVG, and all elements with their attributes."""
    root = ElementTree.fromstring(svg)
    classes = Counter(e.get("class") for e in root.iter() if e.get("class"))
    return classes, {(e.tag.rpartition("}")[2], tuple(sorted(e.attrib))) for e in root.iter()}


@every_batch
def test_svg(names, outside):
    hostile, plain = pictures(names, depth="all")[0], pictures(harmless(names), depth="all")[0]
    hostile.save(outside / "g.svg")
    (found, tags), (expected, known) = elements((outside / "g.svg").read_bytes()), elements(plain.svg())
    assert found == expected
    assert {tag for tag, _ in tags} == {tag for tag, _ in known}
    assert {key for _, keys in tags for key in keys} == {key for _, keys in known for key in keys}
    texts = [e.text or "" for e in ElementTree.fromstring(hostile.svg()).iter() if e.tag.endswith("}text")]
    assert all(text.replace("\xa0", "").isprintable() for text in texts)  # Graphviz's own, for two spaces
    shown = {" ".join(text.split()) for text in texts}
    assert {" ".join(clean(name).split()) for name in names} - {""} <= shown


@pytest.mark.parametrize("suffix", ["png", "pdf"])
def test_png_and_pdf(outside, monkeypatch, suffix):
    monkeypatch.setenv("PATH", "")
    path = pictures(FEW[:8] + FEW[-1:], depth="all")[0].save(outside / f"g.{suffix}")
    assert path.read_bytes()[:4] in (b"\x89PNG", b"%PDF")


def test_folded_pictures():
    """Ops of different names are not one op repeated, whatever their symbols and names say."""
    for names in (FEW, harmless(FEW), [f"index={name}" for name in FEW], [f"× {i}" for i in range(1, 16)]):
        total, scopes, given = graph(names)
        picture = tg.draw(total, scopes=scopes, names=given, depth=1)
        symbols = [box.lines[0] for box in picture.view.boxes if box.kind == "op" and box.lines[0].endswith("×")]
        assert len(symbols) == len(names)
        folded = tg.draw(total, scopes=scopes, names=given, depth=0)
        assert [box.lines[1:] for box in folded.view.boxes if box.kind == "layer"] == [("2 parameters",)] * len(names)


def test_ops_that_share_a_symbol_are_told_apart_where_they_are_repeated():
    ops = [tg.elementwise(name, np.tanh, symbol="=", x=lambda g, y, x: g) for name in FEW[:4]]
    y = tg.Parameter(1.0)
    for i in range(40):
        y = ops[i % 2 + 2 * (i >= 20)](y)
    assert [box.name for box in tg.draw(y).view.boxes if box.kind == "op"] == FEW[:4]


def test_a_tensor_called_as_the_gradient_is_still_used():
    uses = []
    for name in ("g", "z"):
        w = tg.Parameter([1.0, 2.0], name=name)
        y = tg.sigmoid(w * w)
        y.name = name
        picture = tg.draw(np.sum(y), backward="both")
        uses.append([(arrow.tail.id, arrow.head.id) for arrow in picture.view.arrows if arrow.kind == "use"])
    assert uses[0] == uses[1]
    assert uses[0]


def shape(x):
    """Return nested data with its texts blanked."""
    if isinstance(x, dict):
        return {key: shape(item) for key, item in x.items() if key not in ("rows", "stats", "bars")}
    return [shape(item) for item in x] if isinstance(x, list) else "" if isinstance(x, str) else x


def texts_in(x):
    if isinstance(x, (dict, list)):
        for item in x.values() if isinstance(x, dict) else x:
            yield from texts_in(item)
    elif isinstance(x, str):
        yield x


@every_batch
def test_player(names, outside):
    pages = []
    for some in (names, harmless(names)):
        total, scopes, given = graph(some)
        total.name = max(some, key=lambda name: name.count("<"))
        pages.append(tg.play(total, scopes=scopes, names=given))
    path = pages[0].save(outside / "p.html")
    hostile, plain = Elements(path.read_bytes().decode()), Elements(pages[1].html)
    assert [(tag, list(given)) for tag, given in hostile.tags] == [(tag, list(given)) for tag, given in plain.tags]
    different = [key for key in plain.texts if hostile.texts[key] != plain.texts[key]]
    assert set(different) <= {"title", "b", "story"}
    stories = [json.loads(page.texts["story"]) for page in (hostile, plain)]
    assert shape(stories[0]) == shape(stories[1])
    assert all(text.isprintable() for text in texts_in(stories[0]))
    notebook = Elements(pages[0]._repr_html_())
    assert [tag for tag, _ in notebook.tags] == ["iframe"]


@every_batch
def test_backward_steps(names):
    found = []
    for some in (names, harmless(names)):
        total, scopes, given = graph(some)
        steps = list(tg.backward_steps(total, scopes=scopes, names=given))
        found.append([layout(str(step)) for step in steps] + [lines(repr(step)) and 1 for step in steps])
    assert found[0] == found[1]


# ---- models


def model_of(names, set_afterwards=False, activation="relu"):
    """Return a model of layers that bear the names, and its history, from a config; or named afterwards."""
    made = harmless(names) if set_afterwards else names
    configs = [{"class_name": "Dense", "config": {"units": 2, "name": name, "activation": activation}} for name in made]
    model = tg.Sequential.from_config({"name": made[0], "layers": configs, "build_input_shape": (None, 2)})
    if set_afterwards:
        model.name = names[0]
        for layer, name in zip(model.layers, names, strict=True):
            layer.name = name
    return model


def summary(model, **how):
    found = []
    model.summary(print_fn=found.append, **how)
    return found[0]


@every_batch
@pytest.mark.parametrize("set_afterwards", [False, True])
def test_summary_and_repr(names, set_afterwards):
    hostile, plain = model_of(names, set_afterwards), model_of(harmless(names))
    for how in ({}, {"expand_nested": True, "show_trainable": True}):
        found, expected = summary(hostile, **how), summary(plain, **how)
        assert len(lines(found)) == len(lines(expected))
        assert [line[:1] for line in lines(found)] == [line[:1] for line in lines(expected)]
        assert len({line for line in lines(found) if "(Dense)" in line}) == len(names)
    assert layout(repr(hostile)) == layout(repr(plain))
    for layer in hostile.layers:
        assert len(lines(repr(layer))) == 1
        assert len(lines(repr(layer.kernel.name))) == 1


def test_the_summary_on_a_terminal_shows_markup_as_it_is(monkeypatch):
    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    model_of(["[red]x[/]", "\\[bold]", ":smile:", "\x1b[5m"]).summary()
    text = sys.stdout.getvalue()
    assert "\x1b[5m" not in text
    for name in ("[red]x[/]", "\\[bold]", ":smile:", "\\x1b[5m"):
        assert f" {name} (" in text


@every_batch
def test_pictures_of_models(names, outside):
    x = np.ones((1, 2))
    hostile, plain = model_of(names), model_of(harmless(names))
    draws = [
        lambda m: m.draw(x),
        lambda m: m.draw(x, depth=0),
        lambda m: m.draw(x, depth="all", backward="both"),
        lambda m: tg.utils.plot_model(m, to_file=None, show_shapes=True, show_layer_names=True),
        lambda m: tg.utils.plot_model(
            tg.Sequential([m]), to_file=None, expand_nested=True, show_layer_names=True, splines='"]\\'
        ),
    ]
    for draw in draws:
        found, expected = draw(hostile), draw(plain)
        assert dot_statements(found.source) == dot_statements(expected.source)
        assert layout(repr(found)) == layout(repr(expected))


def named_metric(name):
    """Return a metric function that bears a name."""

    def metric(y_true, y_pred):
        return np.mean(np.abs(y_true - y_pred), axis=-1)

    metric.__name__ = name
    return metric


def fit(names):
    """Print the lines of a fit with metrics of the names, and return its history; a program is not what is tried."""
    model = model_of(names[:3])
    model.compile("sgd", "mse", metrics=[named_metric(name) for name in names], run_eagerly=True)
    return model.fit(np.ones((4, 2)), np.ones((4, 2)), epochs=2, verbose=2, validation_split=0.5)


@every_batch
@pytest.mark.filterwarnings("ignore:validation_split takes the last")
def test_lines_of_fit_and_history(names, capsys):
    names = [name for name in names if name.strip("<>") not in ("loss", "val_loss")]  # the loss's own
    found = []
    for some in (names, harmless(names)):
        history = fit(some)
        text = capsys.readouterr().out
        found.append([line.split(" ")[0] for line in lines(text)])
        assert len(lines(repr(history))) == 1
        assert set(history.history) >= {"loss", "val_loss"}
    assert found[0] == found[1]


def test_the_bar_of_a_terminal(monkeypatch):
    class Terminal(io.StringIO):
        encoding = "ascii"

        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "1000000")
    bar = ProgressBar(2)
    bar.update(1, dict.fromkeys(FEW, 0.5))
    bar.finish(2, dict.fromkeys([*FEW, "ñ 隐藏"], 0.5))
    text = sys.stdout.getvalue().encode("ascii").decode()  # what a metric is called cannot stop the training
    text = re.sub(r"\x1b\[(?:1|0|32|90)m|\x1b\[K", "", text)
    assert text.count("\r") == 2
    assert text.replace("\r", "").removesuffix("\n").isprintable()


@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
def test_charts(outside):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    names = [*FEW, "$\\frac{", "隐藏"]
    history = tg.callbacks.History()
    for epoch in range(2):
        history.on_epoch_end(epoch, dict.fromkeys([f"{name}!" for name in names], 1.0))
    figure = history.plot(outside / "h.png")
    titles = [axes.get_title() for axes in figure.axes]
    assert sorted(titles) == sorted(printable_text(shorten_text(f"{name}!", 40)) for name in names)
    model = model_of(names, activation="tanh")
    model.compile("sgd", "mse")
    flow = model.gradient_flow(np.ones((2, 2)), np.ones((2, 2)))
    assert layout(repr(flow))[:-1] == [0] * (len(names) + 1 + len(flow.verdict) - 1)
    chart = flow.plot(outside / "f.png")
    ticks = [label.get_text() for label in chart.axes[0].get_xticklabels()]
    assert ticks == [printable_text(shorten_text(name, 24)) for name in names]
    assert (outside / "f.png").read_bytes()[:4] == (outside / "h.png").read_bytes()[:4] == b"\x89PNG"
    unreached = model_of(names[6:9])
    unreached.compile("sgd", "mse")
    unreached.set_weights([np.zeros_like(w) for w in unreached.get_weights()])
    unreached.plot_gradient_flow(np.ones((2, 2)), np.ones((2, 2)), outside / "u.png")
    pyplot.close("all")


# ---- reports


@every_batch
def test_gradcheck(names):
    def report(some):
        params = [tg.Parameter([1.0, 2.0 + i], name=name) for i, name in enumerate(some)]

        def f():
            return sum(np.sum(p * p.detach()) for p in params)

        return tg.gradcheck(f, params, raise_exception=False)

    hostile, plain = report(names), report(harmless(names))
    assert layout(repr(hostile)) == layout(repr(plain))
    assert len({r.name for r in hostile.inputs}) == len(names)
    tags = [[tag for tag, _ in Elements(r._repr_html_()).tags] for r in (hostile, plain)]
    assert tags[0] == tags[1]
    assert all(not hostile[name] or hostile[name].wrong for name in names if name)


def test_gradcheck_on_a_terminal(monkeypatch):
    rich = pytest.importorskip("rich.console")
    w = tg.Parameter([1.0], name="[red]x[/] \\[b] \x1b[5m")
    console = rich.Console(width=200, force_terminal=True, file=io.StringIO())
    console.print(tg.gradcheck(lambda: np.sum(w * w), [w]))
    assert "[red]x[/] \\\\[b] \\x1b[5m" in console.file.getvalue()


@every_batch
def test_check_gradients(names):
    def report(some):
        params = {name: np.array([1.0, 2.0 + i]) for i, name in enumerate(some)}
        wrong = {name: 3 * value for name, value in params.items()}
        return tg.check_gradients(lambda p, x: sum(np.sum(v * v) * x for v in p.values()), wrong, params, 1.0)

    hostile, plain = report(names), report(harmless(names))
    assert layout(repr(hostile)) == layout(repr(plain))
    assert [r.wrong for r in hostile.inputs] == [2] * len(names)
    assert len({r.name for r in hostile.inputs}) == len(names)
    assert all(hostile[name].name for name in names if name)


def test_parameters_that_would_be_called_the_same_are_not_lost():
    params = {1: np.ones(2), "1": np.ones(3)}
    with pytest.raises(tg.GradientError, match="two parameters are called 1; give one of them another key"):
        tg.check_gradients(lambda p: p[1].sum() + p["1"].sum(), params, params)
    params = [tg.Parameter([1.0], name=name) for name in ("a", "a", "a (2)")]
    assert len(tg.gradcheck(lambda: sum(np.sum(p) for p in params), params).inputs) == 3


def wrong_rule(name):
    """Return an op, of that name, argument and file, with a wrong rule."""
    kernel = renamed(lambda x: x * 2.0, args=[f"{name}x"], file=name)
    return tg.elementwise(f"{name}!", kernel, **{f"{name}x": lambda g, y, x: g * 3.0})


def reports(name):
    """Return what is said of a wrong rule, of nan and of a cut, in an op, a layer and a file of that name."""

    class Own(tg.layers.Layer):
        def call(self, x):
            return renamed(lambda x: np.log(x), file=f"{name}.py")(x)

    forget_ops()
    op, w = wrong_rule(name), tg.Parameter([-1.0, 2.0], name=name)
    f = renamed(lambda w: np.sum(op(w)), file=f"{name}.py", name=name)
    wrong = tg.gradcheck(f, w, raise_exception=False)
    with pytest.raises(tg.NumericsError) as error, tg.trace_numerics():
        Own(name=name)(w)
    cut = tg.why_no_grad(renamed(lambda: np.sum(op(w) * 1.0).detach() + 0.0 * op(w).numpy().sum(), file=name), w)
    product = tg.elementwise(f"{name}@", renamed(lambda a, b: a @ b, args=[f"{name}a", f"{name}b"]))
    with pytest.raises(tg.ShapeError) as mistake:
        product(op(tg.Parameter(np.ones((2, 3)), name=name)), w)
    return [repr(wrong), str(error.value), str(cut), repr(tg.partial_graph(mistake.value)), repr(op), repr(op.op)]


@every_batch
def test_reports_and_what_they_say_of_origins(names):
    plain = [layout(text) for text in reports("name")]
    assert [len(found) for found in plain] == [5, 3, 4, 8, 1, 1]
    for name in names:
        assert [layout(text) for text in reports(name)] == plain


def mistakes(model, layer, name):
    """Return calls that raise, each with the name in something."""
    forget_ops()
    kernel = renamed(lambda a, b: a @ b, args=[f"{name}a", f"{name}b"])
    op = tg.elementwise(f"{name}!", kernel, **{f"{name}a": None, f"{name}b": None})
    w = tg.Parameter(np.ones((2, 3)), name=name)
    return [
        lambda: layer(np.ones((1, 7))),
        lambda: model.get_layer(f"no {name}"),
        lambda: layer.set_weights([np.ones(3), np.ones(2)]),
        lambda: layer.set_weights([]),
        lambda: Dense(name),
        lambda: Dense(1, name),
        lambda: Dense(1, **{f"{name}a": 1}),
        lambda: model.compile(name),
        lambda: model.compile("sgd", name),
        lambda: tg.metrics.get(name),
        lambda: tg.exercises.catalogue[name],
        lambda: w.__setitem__(0, 1.0),
        lambda: tg.draw(w),
        lambda: tg.play(w),
        lambda: op(w, w),
        lambda: op(w, name),
        lambda: op.op.position("nothing"),
        lambda: tg.elementwise("x y", renamed(lambda x: x, args=[name]), **{f"{name}z": None}),
        lambda: tg.elementwise(f"{name}5", lambda x: x[5])(w),
        lambda: tg.draw(renamed(lambda: 1.0, name=name)),
        lambda: tg.gradcheck(op, np.ones((2, 3))),
        lambda: tg.check_gradients(lambda p: 0.0, {name: 0.0}, {f"{name}W": np.ones(2)}),
    ]


@every_batch
def test_errors(names):
    """Each says a name on one line; so do the notes that are added to it."""
    model = model_of(names)
    for layer, name in zip(model.layers, names, strict=True):
        for mistake in mistakes(model, layer, name):
            with pytest.raises((tg.errors.TensorgradError, TypeError, ValueError, IndexError)) as found:
                mistake()
            for text in (str(found.value), *getattr(found.value, "__notes__", ())):
                assert len(lines(text)) == 1


@every_batch
def test_a_warning(names):
    with pytest.warns(UserWarning, match="training leaves them as they are") as seen:
        warn_untrained(model_of(names).weights, [])
    assert len(lines(str(seen[0].message))) == 1
