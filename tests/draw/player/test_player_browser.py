"""The player in headless Chromium: every step, every number, folding, search, keys, what a screen reader is told."""

import re
from shutil import which

import numpy as np
import pytest

import tensorgrad as tg
from tests.draw.played import fan, hostile, network, neuron, tangle

pytestmark = [pytest.mark.browser, pytest.mark.heavy]

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip


@pytest.fixture(scope="module")
def chromium():
    api = pytest.importorskip("playwright.sync_api", reason='needs playwright: pip install ".[browser]"')
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium, tmp_path):
    """A function that opens a Player; what the page complains of, or asks the network for, fails the test."""
    complaints, contexts = [], []

    def open_page(player, width=1200, height=800, **given):
        context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce", **given)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if request.url.startswith("http") else None)
        page.goto(player.save(tmp_path / "player.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def box(page, name):
    return page.locator("#graph .box").filter(has=page.locator(f'.name:text-is("{name}")'))


def until(page, condition):
    """Wait until something holds, without running code as text in the page, which its policy forbids."""
    for _ in range(1500):  # on a busy machine a browser may take its time
        if condition():
            return
        page.wait_for_timeout(20)
    pytest.fail("it did not happen within 30 seconds")


def text_of(page, selector):
    return page.locator(selector).inner_text()


def row(page, label):
    return page.locator(
        "#panel .row", has=page.locator(".label", has_text=re.compile(rf"^\s*{re.escape(label)}"))
    ).first


# ---- stepping


def test_every_step_of_a_neuron_shows_its_numbers(opened):
    y, names = neuron()
    page = opened(tg.play(y, names=names))
    assert text_of(page, "h1") == "Backpropagation of y"
    kickers, titles = [], []
    while page.locator("#next").is_enabled():
        page.locator("#next").click()
        kickers.append(text_of(page, "#panel .kicker"))
        titles.append(text_of(page, "#panel h2"))
    assert kickers == ["Forward · 1 of 3", "Forward · 2 of 3", "Forward · 3 of 3", "Backward · start",
                       "Backward · 1 of 3", "Backward · 2 of 3", "Backward · 3 of 3", "Done"]  # fmt: skip
    assert titles[:4] == ["t1 = w @ x", "z = t1 + b", "y = σ(z)", "∂y/∂y = 1"]
    y.backward()
    w, b = y.inputs[0].inputs[0].inputs[0], y.inputs[0].inputs[1]
    assert [float(n) for n in row(page, "∂y/∂w").locator("td").all_inner_texts()] == pytest.approx(
        w.grad.data, rel=1e-3
    )
    assert float(row(page, "∂y/∂b").locator(".number").inner_text()) == pytest.approx(b.grad.item(), rel=1e-3)
    assert box(page, "b").locator(".backwardtext").text_content() == f"∂ {b.grad.item():.4g}"


def test_values_appear_when_their_step_comes(opened):
    y, names = neuron()
    page = opened(tg.play(y, names=names))
    value = lambda name: box(page, name).locator(".forwardtext").text_content()
    assert (value("w"), value("z"), value("y")) == ("[0.5, -1]", "", "")
    page.locator("#next").click()
    page.locator("#next").click()
    assert (value("z"), value("y")) == ("0.25", "")
    assert box(page, "z").get_attribute("class").split()[-2:] == ["current", "ahead"]
    page.locator("#previous").click()
    assert (value("t1"), value("z")) == ("0", "")


def test_local_derivative_product_and_sum_at_a_fan_out(opened):
    page = opened(tg.play(fan()))
    page.evaluate("player.go(player.moments.length - 2)")  # the last op: a × a
    assert text_of(page, "#panel h2") == "Back through t1 = a × a"
    shares = page.locator(".share")
    assert shares.count() == 2
    words = [re.sub(r"\s+", " ", text) for text in shares.all_inner_texts()]
    assert (
        "rule g × a local ∂t1/∂a 2 part 2 of 3 = g × local 1 × 2 = 2 ∂y/∂a so far 3 + 2 = 5 1 more to come" in words[0]
    )
    assert "part 3 of 3 = g × local 1 × 2 = 2 ∂y/∂a 5 + 2 = 7 complete: the parts are added" in words[1]
    assert page.locator(".pill").all_text_contents() == ["+2 +2"]
    page.locator("#previous").click()
    assert box(page, "a").locator(".backwardtext").text_content() == "∂ 3 …"  # one part of three


#: Go through all steps; of each backward step read g, and of each share the local derivative and the last sum.
READ_ALL = """() => player.moments.map((moment, at) => {
  player.go(at);
  if (moment.kind !== "backward") return null;
  const entries = (e) => [...e.querySelectorAll("td, .number, .stats span")].map((x) => x.textContent.trim());
  const last = (row) => {
    const sum = row.querySelector(".equation b");
    return sum ? [sum.textContent] : entries([...row.querySelectorAll(".value")].at(-1));
  };
  const shares = [...document.querySelectorAll(".share")].map((share) => {
    const rows = [...share.querySelectorAll(".row")];
    const local = rows.find((row) => row.textContent.startsWith("local"));
    const rule = share.querySelector("code").textContent;
    return { rule, local: local ? entries(local) : null, total: last(rows.at(-1)) };
  });
  return { g: entries(document.querySelector("#panel > .row")), shares };
}).filter(Boolean)"""


def words(array):
    """Return an array as the page is to show it, computed here on its own."""
    array = np.asarray(array, "float64") + 0.0
    if array.size <= 16:
        return [f"{entry:.4g}" for entry in array.ravel()]
    found = {"mean": array.mean(), "std": array.std(), "min": array.min(), "max": array.max()}
    zeros = [f"zeros {np.sum(array == 0)}"] if (array == 0).any() else []
    return [f"{word} {value:.4g}" for word, value in found.items()] + zeros


@pytest.mark.parametrize("make", [fan, lambda: tangle(60, (2, 2)), lambda: tangle(200)], ids=["fan", "small", "large"])
def test_every_number_shown_is_the_computed_one(opened, make):
    root = make()
    shown = opened(tg.play(root)).evaluate(READ_ALL)
    for step, found in zip(tg.backward_steps(root), shown, strict=True):
        assert found["g"] == words(step.upstream)
        for part, share in zip(step.parts, found["shares"], strict=True):
            local = None if part.local is None else words(part.local)
            assert share == {"rule": part.rule, "local": local, "total": words(part.total)}


def test_playing_by_itself_and_pausing(opened):
    page = opened(tg.play(fan()))
    page.locator("#speed").select_option("500")
    page.locator("#play").click()
    assert page.locator("#play").inner_text().strip() == "Pause"
    until(page, lambda: page.evaluate("player.at()") >= 2)
    page.locator("#play").click()
    at = page.evaluate("player.at()")
    page.wait_for_timeout(700)
    assert page.evaluate("player.at()") == at
    page.locator("#last").click()
    assert page.locator("#next").is_disabled()
    page.locator("#play").click()  # at the end it starts again
    until(page, lambda: 1 <= page.evaluate("player.at()") < 8)


def test_the_slider(opened):
    page = opened(tg.play(fan()))
    slider = page.locator("#slider")
    assert (slider.get_attribute("max"), slider.input_value()) == ("8", "0")
    slider.fill("4")
    assert (page.evaluate("player.at()"), slider.get_attribute("aria-valuetext")) == (4, "backward starts")


# ---- keyboard and screen reader


def test_keys(opened):
    page = opened(tg.play(fan()))
    at = lambda: page.evaluate("player.at()")
    for key, wanted in [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 8), ("Home", 0)]:
        page.keyboard.press(key)
        assert at() == wanted, key
    page.keyboard.press("Space")
    until(page, lambda: at() == 1)
    page.keyboard.press("Space")
    page.keyboard.press("/")
    page.keyboard.type("mul ")
    assert page.locator("#query").input_value() == "mul "  # keys mean what they mean in a text field
    assert at() == 1


def test_everything_is_reached_by_tab_and_named(opened):
    y, names = neuron()
    page = opened(tg.play(y, names=names))
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        label = page.evaluate(
            """() => { const e = document.activeElement;
                 return e.getAttribute("aria-label") ?? e.closest("label")?.innerText ?? e.innerText; }"""
        )
        if label in reached:
            break
        reached.append(label.split("\n")[0])
    assert [label for label in reached if not label.strip()] == []
    for word in ("Search nodes by name, op or layer", "Play", "Next", "To the end", "Step", "Zoom in", "Fit"):
        assert any(label.strip().startswith(word) for label in reached), word
    assert "w, parameter, float64[2]: 0.5, -1" in reached
    assert "y, op sigmoid, not computed yet" in reached


def test_each_step_is_told(opened):
    page = opened(tg.play(fan()))
    status = page.locator("[role=status]")
    assert (status.get_attribute("aria-live"), status.text_content()) == ("polite", "")
    page.keyboard.press("ArrowRight")
    assert status.text_content() == "Forward 1 of 3: t1 = a × a = 4."
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert status.text_content() == (
        "Backward 3 of 3: through t1 = a × a, with gradient 1. "
        "a gets 2, part 2 of 3, sum 5; a gets 2, part 3 of 3, sum 7."
    )


def test_focus_shows_values_and_formula_and_jumps(opened):
    y, names = neuron()
    page = opened(tg.play(y, names=names))
    bubble = page.locator("#bubble")
    box(page, "y").focus()
    page.keyboard.press("Enter")
    assert "not computed yet" in bubble.inner_text()
    assert "g × y × (1 − y)" in bubble.inner_text()
    page.keyboard.press("Tab")  # from the first of its buttons to the second: its backward step
    page.keyboard.press("Enter")
    assert page.evaluate("player.at()") == 5
    assert not bubble.is_visible()
    page.keyboard.press("Enter")  # the focus is back on the box
    assert bubble.get_by_role("button").all_inner_texts() == ["Its forward step", "Its backward step"]
    page.keyboard.press("Escape")
    assert not bubble.is_visible()
    assert page.evaluate("document.activeElement.getAttribute('data-item')") is not None
    box(page, "w").hover()
    assert re.sub(r"\s+", " ", bubble.inner_text()).startswith(
        "w parameter value 0.5 -1 float64[2] gradient not computed yet"
    )
    page.mouse.move(5, 300)
    assert not bubble.is_visible()


# ---- layers, search, view


def test_fold_and_unfold(opened):
    page = opened(tg.play(*network()))
    count = lambda: page.locator("#graph .box").count()
    everything = count()
    page.get_by_role("button", name="Layer hidden: fold").click()
    assert count() == everything - 4  # kernel, bias and three ops are one
    folded = page.get_by_role("button", name="Folded layer hidden, 3 ops: unfold")
    page.locator("#next").click()
    assert "current" in folded.get_attribute("class")
    folded.press("Enter")
    assert count() == everything
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Layer hidden: fold"
    page.locator("#fold").click()
    assert (count(), text_of(page, "#fold")) == (everything - 4 - 3, "Unfold")
    for at in range(page.evaluate("player.moments.length")):
        page.evaluate(f"player.go({at})")


def test_search_finds_unfolds_and_counts(opened):
    page = opened(tg.play(*network()))
    page.locator("#fold").click()
    page.locator("#query").fill("KERNEL")
    assert text_of(page, "#hits") == "2 found"
    assert page.locator(".box.hit").count() == 2
    page.locator("#query").press("Enter")
    assert text_of(page, "#hits") == "1 of 2"
    assert "hidden/kernel" in text_of(page, "#bubble")
    page.locator("#query").press("Enter")
    assert "output/kernel" in text_of(page, "#bubble")
    page.locator("#query").fill("no such thing")
    assert (text_of(page, "#hits"), page.locator(".box.hit").count()) == ("none", 0)
    page.locator("#query").press("Escape")
    assert page.locator("#query").input_value() == ""


def scale(page):
    return page.evaluate("new DOMMatrix(getComputedStyle(document.getElementById('world')).transform).a")


def test_zoom_pan_fit_and_turn(opened):
    page = opened(tg.play(*network()))
    page.locator("#fit").click()
    before = scale(page)
    page.mouse.move(300, 300)
    page.mouse.wheel(0, -300)
    until(page, lambda: scale(page) > before)
    page.locator("#farther").click()
    place = box(page, "x").bounding_box()
    page.mouse.move(60, 300)
    page.mouse.down()
    page.mouse.move(100, 340, steps=4)
    page.mouse.up()
    moved = box(page, "x").bounding_box()
    assert (moved["x"] - place["x"], moved["y"] - place["y"]) == pytest.approx((40, 40), abs=1)
    page.locator("#fit").click()
    assert scale(page) == pytest.approx(before)
    first = page.evaluate("player.layout().across")
    page.locator("#turn").click()
    assert page.evaluate("player.layout().across") is not first


def test_two_fingers_pinch_around_their_middle(opened):
    page = opened(tg.play(*network()))
    page.locator("#fit").click()
    before, place = scale(page), box(page, "x").bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.evaluate(
        """([x, y]) => {
          const stage = document.getElementById("graph");
          const touch = (type, id, by) => stage.dispatchEvent(
            new PointerEvent(type, { pointerId: id, clientX: x + by, clientY: y, bubbles: true }));
          stage.setPointerCapture = () => {};  // these fingers are not real ones
          touch("pointerdown", 1, -20);
          touch("pointerdown", 2, 20);
          touch("pointermove", 1, -40);
          touch("pointermove", 2, 40);
          touch("pointerup", 1, -40);
          touch("pointerup", 2, 40);
        }""",
        [x, y],
    )
    assert scale(page) == pytest.approx(2 * before)
    after = box(page, "x").bounding_box()
    assert after["width"] == pytest.approx(2 * place["width"], rel=0.05)  # the line around the box grows with it
    assert abs(after["x"] + after["width"] / 2 - x) < 15


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize(
    "make", [lambda: tg.play(*network()).html, lambda: tg.play(tangle(200)).html], ids=["network", "200"]
)
def test_boxes_do_not_overlap_and_edges_pass_between_them(opened, make, direction):
    player = tg.play(fan(), direction=direction)
    player.html = make().replace('"direction":"auto"', f'"direction":"{direction}"')
    page = opened(player)
    layout = page.evaluate("player.layout()")
    assert layout["across"] == (direction == "LR")
    boxes = np.array(layout["boxes"])
    left, top, right, bottom = boxes[:, 0], boxes[:, 1], boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]
    apart = (right[:, None] <= left) | (left[:, None] >= right) | (bottom[:, None] <= top) | (top[:, None] >= bottom)
    assert (apart | np.eye(len(boxes), dtype=bool)).all()
    for edge in layout["edges"]:
        x, y = np.array(edge["points"]).T
        inside = (x[:, None] > left + 1) & (x[:, None] < right - 1) & (y[:, None] > top + 1) & (y[:, None] < bottom - 1)
        assert not inside[:, [i for i in range(len(boxes)) if i not in edge["ends"]]].any()


@pytest.mark.parametrize("width", [390, 1200])
def test_the_step_that_is_played_is_in_view_and_large_enough(opened, width):
    page = opened(tg.play(tangle(60, (2, 2))), width=width, height=844)
    seen = page.evaluate(
        """() => player.moments.map((moment, at) => {
          player.go(at);
          if (moment.node === undefined) return true;
          const box = document.querySelector(".box.current").getBoundingClientRect();
          const stage = document.getElementById("graph").getBoundingClientRect();
          const inside = box.left >= stage.left && box.right <= stage.right && box.top >= stage.top;
          return inside && box.bottom <= stage.bottom && box.height > 50;
        })"""
    )
    assert set(seen) == {True}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_sticks_out_of_the_window(opened, width, scheme):
    page = opened(tg.play(*network()), width=width, height=844, color_scheme=scheme)
    sticking_out = page.evaluate(
        """() => player.moments.flatMap((_, at) => {
          player.go(at);
          const places = [...document.querySelectorAll("button, input, h1, #panel, #stage")];
          const out = (r) => r.left < 0 || r.top < 0 || r.right > innerWidth || r.bottom > innerHeight;
          const wide = document.documentElement.scrollWidth > innerWidth ? ["the page"] : [];
          return [...wide, ...places.filter((e) => out(e.getBoundingClientRect())).map((e) => `${at}: ${e.id}`)];
        })"""
    )
    assert sticking_out == []
    current = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", current))) < 200) == (scheme == "dark")


# ---- what comes from elsewhere


def test_hostile_names_are_drawn_as_text(opened):
    root, scopes = hostile()
    page = opened(tg.play(root, scopes=scopes))
    for at in range(page.evaluate("player.moments.length")):
        page.evaluate(f"player.go({at})")
    texts = page.locator("#graph .name").all_text_contents()
    assert any("<img src=x" in text for text in texts)
    assert page.evaluate("document.images.length") == 0


def test_nan_and_inf_are_marked(opened):
    x = tg.Parameter([0.0, 1.0], name="x")
    with np.errstate(all="ignore"):
        page = opened(tg.play(np.sum(np.log(x) * 0.0)))
    page.keyboard.press("End")
    assert page.locator(".box.bad").count() >= 2
    page.evaluate("player.go(1)")
    assert text_of(page, "#panel .bad") == "⚠ 1 inf"


def test_a_program_without_numbers(opened):
    W = tg.Parameter(np.ones((2, 3)), name="W")
    step = tg.compile(lambda x: np.sum(np.tanh(x @ W)))
    page = opened(tg.draw(step.program(np.ones((4, 2)))).player())
    assert text_of(page, "h1") == "What happens in the program"
    while page.locator("#next").is_enabled():
        page.locator("#next").click()
    assert text_of(page, "#panel h2") == "This is all that the program does"
    assert not page.locator(".halves").is_visible()


def test_in_a_notebook(opened, tmp_path):
    player = tg.play(fan())
    inside = player._repr_html_()
    player.html = f"<!DOCTYPE html><meta charset='utf-8'><link rel='icon' href='data:,'>{inside}"
    page = opened(player)
    frame = page.frame_locator("iframe")
    frame.locator("#next").click()
    assert frame.locator("#panel h2").inner_text() == "t1 = a × a"
