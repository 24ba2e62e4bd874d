"""The player's page and what is in it: the numbers of the backward, safe text, nothing from the network."""

import gc
import json
import re
import weakref
from html.parser import HTMLParser

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.draw.player.player import SCRIPTS, fill_template
from tensorgrad.draw.text.array_summary import digest
from tests.draw.played import HOSTILE, fan, hostile, network, neuron, tangle


class Elements(HTMLParser):
    """Collects tags, and the text of scripts by id."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.texts, self.inside = [], {}, None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.inside = dict(attributes).get("id", tag)

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        self.texts[self.inside] = self.texts.get(self.inside, "") + data


def story_of(player):
    return json.loads(Elements(player.html).texts["story"])


def entries(story, place):
    return story["values"][place]["rows"]


def as_text(array):
    return [[f"{entry:.4g}" for entry in row] for row in np.atleast_2d(np.asarray(array) + 0.0)]


def test_the_numbers_are_those_of_the_backward():
    y, names = neuron()
    story = story_of(tg.play(y, names=names))
    y.backward()
    by_name = {node["name"]: i for i, node in enumerate(story["nodes"])}
    last = {part["node"]: part["total"] for step in story["backward"] for part in step["parts"]}
    for t in y.inputs[0].inputs[0].inputs[0], y.inputs[0].inputs[1]:  # w and b
        assert entries(story, last[by_name[t.name]]) == as_text(t.grad.data)
        assert entries(story, story["nodes"][by_name[t.name]]["value"]) == as_text(t.data)
    assert entries(story, story["nodes"][by_name["y"]]["value"]) == as_text(y.data)
    assert entries(story, story["nodes"][by_name["x"]]["value"]) == as_text(names["x"])
    assert [story["nodes"][i]["name"] for i in story["forward"]] == ["t1", "z", "y"]
    assert [story["nodes"][step["node"]]["name"] for step in story["backward"]] == ["y", "z", "t1"]
    (part,) = story["backward"][0]["parts"]
    assert (part["rule"], entries(story, part["local"])) == ("g × y × (1 − y)", as_text(y.data * (1 - y.data)))


def test_sums_at_fan_outs():
    story = story_of(tg.play(fan()))
    parts = [
        part for step in story["backward"] for part in step["parts"] if story["nodes"][part["node"]]["name"] == "a"
    ]
    number = lambda place: None if place is None else entries(story, place)[0][0]
    assert [(p["nth"], p["of"], number(p["before"]), number(p["value"]), number(p["total"])) for p in parts] == [
        (1, 3, None, "3", "3"), (2, 3, "3", "2", "5"), (3, 3, "5", "2", "7"),
    ]  # fmt: skip
    assert [node["symbol"] for node in story["nodes"] if "symbol" in node] == ["×", "× 3", "+"]


def test_a_model_with_data_and_its_layers():
    model, x, y = network()
    story = story_of(tg.play(model, x, y))
    assert story["layers"] == [{"name": "hidden", "parent": None}, {"name": "output", "parent": None}]
    inside = {node["full"]: node["layer"] for node in story["nodes"] if node["kind"] == "parameter"}
    assert inside == {"hidden/kernel": 0, "hidden/bias": 0, "output/kernel": 1, "output/bias": 1}
    assert [node["name"] for node in story["nodes"] if node["kind"] == "input"] == ["x", "y"]
    assert story["title"] == "loss"
    model.compute_loss(x, y).backward()
    last = {part["node"]: part["total"] for step in story["backward"] for part in step["parts"]}
    places = {node["full"]: i for i, node in enumerate(story["nodes"])}
    assert not last.keys() & {places["x"], places["y"]}
    for weight in model.weights:
        assert entries(story, last[places[weight.name]]) == as_text(weight.grad.data)
    assert story_of(tg.play(model, x))["title"] == "output"


def test_layers_inside_layers():
    inner = tg.Sequential([tg.layers.Dense(2, input_shape=(2,), name="deep")], name="inner")
    model = tg.Sequential([inner, tg.layers.Dense(1, name="last")], name="outer")
    with tg.layers.layer_scopes() as scopes:
        y = model(np.ones((1, 2)))
    story = story_of(tg.play(y, scopes=scopes))
    names = [layer["name"] for layer in story["layers"]]
    assert {(names[i], names[layer["parent"]] if layer["parent"] is not None else None)
            for i, layer in enumerate(story["layers"])} == {
        ("outer", None), ("inner", "outer"), ("deep", "inner"), ("last", "outer"),
    }  # fmt: skip


def test_a_function_with_sample_inputs():
    story = story_of(tg.play(lambda x, w: np.sum(np.tanh(x) * w), [1.0, 2.0], [3.0, 4.0]))
    last = {part["node"]: part["total"] for step in story["backward"] for part in step["parts"]}
    places = {node["full"]: i for i, node in enumerate(story["nodes"])}
    assert entries(story, last[places["w"]]) == as_text(np.tanh([1.0, 2.0]))
    assert story["nodes"][places["x"]]["kind"] == "parameter"
    c = np.array([2.0, 5.0])
    story = story_of(tg.play(lambda x: np.sum(x * c), [1.0, 2.0], names={"c": c}))
    assert [node["full"] for node in story["nodes"]][:2] == ["x", "c"]


def test_what_is_computed_from_inputs_alone_gets_no_gradient():
    w = tg.Parameter([1.0, 2.0], name="w")

    class Doubled(tg.layers.Layer):
        def call(self, x):
            return (x * 2.0 + 1.0) * w

    layer, no_weights = Doubled(name="doubled"), tg.layers.Activation("relu")
    story = story_of(layer.draw(np.ones((1, 2))).player())
    assert len(story["forward"]) == 3
    (step,) = story["backward"]
    assert [story["nodes"][part["node"]]["name"] for part in step["parts"]] == ["w"]
    story = story_of(no_weights.draw(np.ones((1, 2))).player())
    assert (len(story["forward"]), story["backward"]) == (1, [])


def test_a_tensor_that_is_no_scalar_starts_from_ones():
    story = story_of(tg.play(tg.Parameter([1.0, 2.0]) * 2.0))
    assert entries(story, story["seed"]) == [["1", "1"]]


def test_playing_changes_nothing_and_keeps_nothing_alive():
    gc.disable()
    try:
        y, names = neuron()
        calls = []
        y.inputs[0].register_hook(calls.append)
        w = y.inputs[0].inputs[0].inputs[0]
        w.grad = before = tg.Tensor([5.0, 5.0])
        player = tg.play(y, names=names)
        assert (w.grad is before, calls) == (True, [])
        dead = weakref.ref(y), weakref.ref(w)
        del y, w
        assert [ref() for ref in dead] == [None, None]
        assert "sigmoid" in player.html
    finally:
        gc.enable()


# ---- the page


def test_the_page_needs_nothing_else():
    html = tg.play(fan()).html
    elements = Elements(html)
    assert not [tag for tag, given in elements.tags if tag in ("img", "iframe", "object", "embed") or "src" in given]
    assert [given["href"] for tag, given in elements.tags if "href" in given] == ["data:,"]
    policy = next(given["content"] for tag, given in elements.tags if given.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    assert set(re.findall(r"https?://[^\s\"']+", html)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(|@import|url\((?!#)", html.replace('"url(#tip)"', ""))
    assert "{{" not in html


def test_two_hundred_boxes_are_under_two_megabytes():
    player = tg.play(tangle(200))
    story = story_of(player)
    assert 190 <= len(story["nodes"]) <= 210
    assert len(player.html.encode()) < 1_000_000


def test_same_graph_same_page():
    assert tg.play(tangle(60)).html == tg.play(tangle(60)).html


def test_hostile_names_are_text():
    root, scopes = hostile()
    player = tg.play(root, scopes=scopes)
    elements = Elements(player.html)
    assert [tag for tag, _ in elements.tags].count("script") == 2
    assert not [tag for tag, given in elements.tags if "onerror" in given]
    story = json.loads(elements.texts["story"])
    names = {node["full"] for node in story["nodes"]}
    assert {
        "</script><script>alert(1)</script>",
        "{{data}} ${x} `y`",
        "back\\slash\\",
        r"two\nlines\t",
        r"\ud800 alone",
    } <= names
    assert max(map(len, names)) <= 60
    assert {layer["name"] for layer in story["layers"]} >= {"it's", "__proto__"}
    assert len(player.html.encode()) < 200_000


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_title(name):
    y = tg.Parameter(1.0) * 2.0
    y.name = name
    tags = [tag for tag, _ in Elements(tg.play(y).html).tags]
    assert (tags.count("script"), tags.count("title"), tags.count("img")) == (2, 1, 0)


def test_nan_and_inf_are_written_as_text():
    x = tg.Parameter([0.0, -1.0, 4.0])
    with np.errstate(all="ignore"):
        player = tg.play(np.sum(np.log(x)))
    story = json.loads(
        Elements(player.html).texts["story"], parse_constant=lambda word: pytest.fail(f"{word} is no JSON")
    )
    assert {"rows": [["-inf", "nan", "1.386"]], "bad": "1 nan, 1 inf"}.items() <= story["values"][
        story["nodes"][1]["value"]
    ].items()


def test_it_shows_itself_in_a_notebook():
    y, names = neuron()
    player = tg.play(y, names=names)
    ((tag, given),) = Elements(player._repr_html_()).tags
    assert (tag, given["sandbox"], given["srcdoc"]) == ("iframe", "allow-scripts", player.html)
    assert repr(player) == 'Player of 3 ops and their backward; .save("backprop.html") writes it'


def test_scripts_are_all_there_and_small():
    from importlib.resources import files

    assets = files("tensorgrad.draw.player").joinpath("page")
    assert {f.name for f in assets.iterdir()} == {*SCRIPTS, "page.html", "page.css"}
    for name in SCRIPTS:
        assert assets.joinpath(name).read_text().count("\n") <= 400


def test_a_template_is_filled_once():
    assert fill_template("{{a}} {{b}}", {"a": "{{b}}\\1", "b": "x"}) == "{{b}}\\1 x"


# ---- saving, and what cannot be played


def test_saving(tmp_path):
    player = tg.play(fan(), direction="LR")
    assert player.save(str(tmp_path / "b.html")).read_text(encoding="utf-8") == player.html
    assert story_of(player)["direction"] == "LR"
    with pytest.raises(
        tg.OptionError, match=r"save: 'b.svg' must end in .html; tg.draw\(...\).save\(...\) writes pictures"
    ):
        player.save("b.svg")
    with pytest.raises(FileNotFoundError) as error:
        player.save(tmp_path / "nowhere" / "b.html")
    assert "an existing directory" in error.value.__notes__[0]


def test_a_picture_saves_the_player(tmp_path):
    y, names = neuron()
    picture = tg.draw(y, names=names)
    assert picture.save(tmp_path / "b.html").read_text(encoding="utf-8") == tg.play(y, names=names).html
    model, x, target = network()
    assert model.draw(x, target).save(tmp_path / "m.html").read_text(encoding="utf-8") == tg.play(model, x, target).html


@pytest.mark.parametrize("make", [fan, lambda: network()[0]], ids=["tensor", "model"])
def test_a_picture_of_what_is_gone(tmp_path, make):
    drawn = make()
    picture = tg.draw(drawn)
    dead = weakref.ref(drawn)
    del drawn
    gc.collect()  # a model may be a cycle
    assert dead() is None
    with pytest.raises(tg.RenderError, match=r"is gone, and its numbers with it; keep it .* tg.play\(loss\)"):
        picture.save(tmp_path / "b.html")
    assert not list(tmp_path.iterdir())


def test_a_picture_of_a_model_is_played_as_the_model_is_now():
    model, x, target = network()
    picture = model.draw(x, target)
    model.weights[0].data[:] = 0.5
    story = story_of(picture.player())
    kernel = next(node for node in story["nodes"] if node["full"] == "hidden/kernel")
    assert entries(story, kernel["value"]) == [["0.5"] * 3] * 2


def test_a_program_is_played_without_numbers():
    W = tg.Parameter(np.ones((2, 3)), name="W")
    step = tg.compile(lambda x: np.sum(np.tanh(x @ W)))
    player = tg.draw(step.program(np.ones((4, 2)))).player()
    story = story_of(player)
    assert (story["seed"], story["backward"]) == (None, [])
    expressions = [story["nodes"][i]["expression"] for i in story["forward"]]
    assert len(expressions) >= 3
    assert any(re.fullmatch(r"\w+\(x, W\)", text) for text in expressions)
    assert repr(player) == f'Player of {len(expressions)} ops; .save("backprop.html") writes it'


def test_what_cannot_be_played():
    with pytest.raises(TypeError, match="play: expected a Tensor, such as a loss, or a model and its data, got 3"):
        tg.play(3)
    with pytest.raises(tg.GradientError, match=r"play: w \(float64\[\]\) was made by no recorded op"):
        tg.play(tg.Parameter(1.0, name="w"))
    with pytest.raises(tg.OptionError, match="direction must be 'auto', 'LR' or 'TB', got 'up'"):
        tg.play(fan(), direction="up")
    y = tg.Parameter(1.0)
    for _ in range(2_001):
        y = y + 1.0
    with pytest.raises(tg.RenderError, match=r"2001 ops are too many to watch \(at most 2000\)"):
        tg.play(y)


# ---- digests


def test_small_arrays_are_shown_in_full(rng):
    found = digest(np.array([[1.0, -0.0], [1 / 3, 2e-9]]))
    assert found["rows"] == [["1", "0"], ["0.3333", "2e-09"]]
    assert digest(np.array(3))["rows"] == [["3"]]
    assert digest(np.array([True, False]))["rows"] == [["True", "False"]]
    assert digest(np.zeros((2, 2, 2)))["rows"] == [["0", "0"]] * 4
    assert (digest(np.zeros((0, 3)))["rows"], digest(np.zeros(0))["rows"]) == ([], [])


def test_large_arrays_are_summed_up(rng):
    array = rng.normal(size=(20, 30))
    found = digest(array)
    spread = {"mean": array.mean(), "std": array.std(), "min": array.min(), "max": array.max()}
    assert dict(found["stats"]) == {word: f"{value:.4g}" for word, value in spread.items()}
    assert found["bars"] == np.histogram(array, bins=12)[0].tolist()
    assert (found["about"], found["bad"]) == ("float64[20, 30]", "")


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_extreme_arrays(dtype):
    largest = np.finfo(dtype).max
    array = np.array([largest, -largest, np.nan, np.inf] * 10, dtype)
    found = digest(array)
    assert found["bad"] == "10 nan, 10 inf"
    assert sum(found["bars"]) == 20
    assert dict(found["stats"])["max"] == f"{float(largest):.4g}"
    assert digest(np.full(40, np.nan, dtype)) == {
        "about": f"{dtype}[40]", "short": "40 nan", "bad": "40 nan", "stats": [], "bars": [],
    }  # fmt: skip
    assert digest(np.zeros(40, dtype))["bars"][6] == 40
