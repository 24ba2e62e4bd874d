"""The formats a picture is saved in: what each says, and that hostile names do no harm in any."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.draw import draw
from tensorgrad.errors import shorten_text
from tensorgrad.layers import Dense
from tests.draw.played import named

HOSTILE = [
    'a "quoted" name', "back\\slash\\", "{x|y}", "<b>bold</b> & &amp;", "<script>alert(1)</script>", "two\nlines\t",
    "\x00\x1b[1m", "n" * 10_000, "naïve ∂ 漢字 🙂", "\\N \\G \\l", "-->", "", " ", "a]; n9 -> n8 [label=x", "end",
    "#quot;", "`md` **b**", "%%{init: {}}%%", "]]>", "'", "${x}",
]  # fmt: skip
SUFFIXES = [".svg", ".png", ".pdf", ".dot", ".gv", ".mmd", ".txt"]


@pytest.fixture(scope="module")
def hostile():
    total, scopes = named(HOSTILE)
    return draw(total, scopes=scopes, depth="all", backward="both", values=True)


@pytest.fixture
def network(rng):
    model = tg.Sequential([Dense(4, "relu", input_shape=(3,), name="hidden"), Dense(2, "softmax", name="out")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model.draw(rng.normal(size=(5, 3)), np.zeros(5, int), backward="both")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_hostile_names_are_saved_in_every_format(hostile, tmp_path, monkeypatch, suffix):
    monkeypatch.setenv("PATH", "")
    path = hostile.save(tmp_path / f"g{suffix}")
    content = path.read_bytes()
    assert len(content) > 1000
    if suffix in (".dot", ".gv", ".mmd", ".txt"):
        text = content.decode()
        assert shorten_text("n" * 10_000, 60) in text
        assert "n" * 60 not in text
        assert not [c for c in text if not c.isprintable() and c != "\n"]
    if suffix == ".svg":
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(content.decode()).iter()}
        assert tags <= {"svg", "g", "title", "a", "text", "polygon", "path", "ellipse", "rect", "polyline"}


def test_mermaid_holds_only_what_it_cannot_misread(hostile, tmp_path):
    """Inside a label's quotes only letters, digits and harmless signs stand; the rest are numbers. Parsed with Mermaid
    11.16 once by hand."""
    text = hostile.save(tmp_path / "g.mmd").read_text()
    for label in re.findall(r'"([^"]*)"', text):
        assert not set(label.replace("<br>", "")) & set('"<>&`\\|{}\n')
        assert re.fullmatch(r"(?:[^#]|#\d+;)+", label)
    quotes = [line.count('"') for line in text.splitlines()]
    assert set(quotes) <= {0, 2}


def test_mermaid_of_a_network(network, tmp_path):
    lines = network.save(tmp_path / "g.mmd").read_text().splitlines()
    assert lines[0] == "flowchart TB"
    assert '  subgraph c0["hidden (Dense)"]' in lines
    assert '    n2["kernel<br>float32[3, 4]"]:::parameter' in lines
    assert '    rn7("∂relu<br>∂x = g × (y #62; 0)"):::rule' in lines
    assert '  n0 -->|"[5, 4]"| n4' in lines
    assert "  n7 -.-> rn7" in lines
    assert sum(line.strip() == "end" for line in lines) == 2
    assert [line.split()[1] for line in lines if line.startswith("  classDef")] == [
        "op", "input", "parameter", "output", "seed", "rule", "parameter_gradient",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("suffix", "box", "arrow"),
    [
        (".mmd", r'^ +(\w+)[\[(>]+"', r'^  (\w+) (?:-->|==>|-\.->|-\.-)(?:\|"[^"]*"\|)? (\w+)$'),
        (".dot", r"^ +(\w+) \[label", r"^  (\w+) -> (\w+)"),
    ],
)
def test_every_arrow_of_a_file_joins_boxes_of_it(network, tmp_path, suffix, box, arrow):
    text = network.save(tmp_path / f"g{suffix}").read_text().partition("subgraph legend")[0]
    boxes = set(re.findall(box, text, flags=re.MULTILINE))
    arrows = re.findall(arrow, text, flags=re.MULTILINE)
    assert boxes - {"graph"} == {b.id for b in network.view.boxes}
    assert {end for pair in arrows for end in pair} <= boxes
    assert len(arrows) == sum(a.kind != "beside" or suffix == ".dot" for a in network.view.arrows)


def test_the_text_is_the_whole_listing(tmp_path, rng):
    y = tg.Parameter(1.0, name="x")
    for _ in range(100):
        y = np.sin(y)
    picture = draw(y)
    assert len(repr(picture).splitlines()) == 62
    assert len(picture.save(tmp_path / "g.txt").read_text().splitlines()) == 102


def test_the_legend_of_an_svg_stands_under_the_drawing(network):
    svg = network.svg()
    height = float(re.search(r'<svg width="[\d.]+pt" height="([\d.]+)pt"', svg)[1])
    legend = svg.partition('<g id="legend">')[2]
    for words in ("parameter", "rule of an op; g is what arrives", "forward value that the backward uses"):
        assert f">{words}</text>" in legend
    rows = [float(y) for y in re.findall(r'<text x="[\d.]+" y="([\d.]+)"', legend)]
    drawn = svg.partition('<g id="legend">')[0]
    bottom = float(re.search(r"translate\([\d.]+ ([\d.]+)\)", drawn)[1])  # Graphviz's 0 is the bottom of the drawing
    assert bottom <= min(rows) <= max(rows) <= height


def centres(svg):
    """Return ``{id of a box: (x, y)}``, the middles of the shapes in an SVG of Graphviz's."""
    found = {}
    for group in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}g"):
        if group.get("class") == "node":
            shape = next(e for e in group.iter() if e.tag.rpartition("}")[2] in ("polygon", "path", "ellipse"))
            numbers = re.findall(r"-?[\d.]+", shape.get("points") or shape.get("d") or "")
            points = np.array(numbers, float).reshape(-1, 2)
            middle = (points.min(axis=0) + points.max(axis=0)) / 2 if numbers else (shape.get("cx"), shape.get("cy"))
            found[group[0].text] = tuple(map(float, middle))
    return found


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_a_rule_is_in_the_row_of_its_op_and_a_gradient_in_that_of_its_weight(rng, direction):
    model = tg.Sequential([Dense(4, "relu", input_shape=(3,), name="hidden"), Dense(2, "softmax", name="out")])
    model.compile("adam", "sparse_categorical_crossentropy")
    picture = model.draw(rng.normal(size=(5, 3)), np.zeros(5, int), backward="both", direction=direction)
    at, along = centres(picture.svg()), 1 if direction == "TB" else 0
    pairs = [box for box in picture.view.boxes if box.kind in ("rule", "parameter gradient", "seed")]
    assert len(pairs) == 8 + 4 + 1
    for box in pairs:
        assert abs(at[box.id][along] - at[box.owner][along]) < 30, (box.name, "not beside what it belongs to")


def test_one_kind_of_box_needs_no_legend():
    assert 'id="legend"' not in draw(tg.Parameter(1.0) * 2.0, depth="all").svg().partition("<text")[0]
    svg = draw(np.sin(tg.Parameter(1.0)).sum()).svg()
    assert ElementTree.fromstring(svg) is not None


def test_a_file_that_cannot_be_written_is_explained(network, tmp_path):
    folder = tmp_path / "folder.svg"
    folder.mkdir()
    with pytest.raises(IsADirectoryError) as error:
        network.save(folder)
    assert error.value.__notes__ == [
        f"a picture is saved to a file in an existing directory that can be written to, not {folder}"
    ]
