"""The player: the backward in steps, the page in kB, and what it takes in headless Chromium, where there is one."""

from pathlib import Path
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

import tensorgrad as tg

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip

#: Times a step of the page from the call until the browser has laid out what it changed.
STEPS = """() => player.moments.map((_, at) => {
  const start = performance.now();
  player.go(at);
  document.body.getBoundingClientRect();
  return performance.now() - start;
})"""


def tangle(ops):
    """Return a scalar computed by about so many ops of 16 × 16, each of two recent results."""
    rng = np.random.default_rng(0)
    made = [tg.Parameter(rng.normal(size=(16, 16)), name=f"w{i}") for i in range(5)]
    for i in range(ops):
        a, b = made[-1], made[-1 - rng.integers(1, min(len(made), 9))]
        made.append([a * b, a + b, np.tanh(a), a - b][i % 4])
    return np.sum(made[-1])


def seconds(run, rounds=5):
    """Return the median seconds of ``run()``."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return median(times)


def in_browser(player):
    """Return ``(ms to lay out, median ms of a step)``, None where there is no Chromium or no playwright."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    chromium = which("chromium") or which("chromium-browser") or which("google-chrome")
    if chromium is None:
        return None
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page.goto(player.save(Path(folder) / "player.html").as_uri())
        found = page.evaluate("player.layout().took"), median(page.evaluate(STEPS))
        browser.close()
    return found


def row(ops):
    loss = tangle(ops)
    player = tg.play(loss)
    figures = [
        f"{1e3 * seconds(loss.backward):.1f}",
        f"{1e3 * seconds(lambda: list(tg.backward_steps(loss))):.1f}",
        f"{1e3 * seconds(lambda: tg.play(loss)):.0f}",
        f"{len(player.html.encode()) / 1e3:.0f}",
    ]
    shown = in_browser(player)
    figures += ["", ""] if shown is None else [f"{shown[0]:.0f}", f"{shown[1]:.1f}"]
    return f"| {ops} | {' | '.join(figures)} |"


def report(options):
    head = "| ops of 16×16 | backward ms | backward_steps ms | play ms | page kB | layout in Chromium ms | a step ms |"
    return "\n".join([head, "|---:" * 7 + "|", *(row(ops) for ops in (20, 200, 1_000, 1_900))])
