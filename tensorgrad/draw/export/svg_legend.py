"""The legend and the note of a picture, as a strip under its SVG: drawn here, so that it never widens the layout."""

import re

from ..text.format import clean
from .dot import FONT, LINES, samples

HEIGHT, GAP, SIZE, LEAST = 20, 14, 10, 320
FONTS = "Helvetica, Arial, sans-serif"

#: What arrows mean, where the picture has such.
ARROWS = {
    "back": "gradient",
    "use": "forward value that the backward uses",
    "write": "what is changed",
    "next": "to the next repetition",
    "next back": "gradient to the repetition before",
}


def add_legend(svg, graph):
    """Return SVG text with the legend of ``graph``, and its note, under the drawing."""
    svg = svg.replace(f'font-family="{FONT},sans-Serif"', f'font-family="{FONTS}"')
    head = re.search(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"\s+viewBox="0.00 0.00 ([\d.]+) ([\d.]+)"', svg)
    rows = entries(graph)
    if head is None or not (rows or graph.note):
        return svg
    width, height = max(float(head[3]), LEAST), float(head[4])
    lines, y = [], height + HEIGHT / 2
    x = GAP
    for shape, words in rows:
        needed = 26 + text_width(words) + GAP
        if x > GAP and x + needed > width:
            x, y = GAP, y + HEIGHT
        lines += [shape(x, y), text_element(x + 26, y, words)]
        x += needed
    if graph.note:
        y += HEIGHT if rows else 0
        lines.append(text_element(GAP, y, graph.note))
        width = max(width, text_width(graph.note) + 2 * GAP)
    total = y + HEIGHT / 2 + 4
    box = f'<svg width="{width:.0f}pt" height="{total:.0f}pt"\n viewBox="0.00 0.00 {width:.2f} {total:.2f}"'
    paper = f'<rect width="{width:.0f}" height="{total:.0f}" fill="white" stroke="none"/>'
    svg = svg.replace(head[0], box, 1).replace('<g id="graph0"', f'{paper}\n<g id="graph0"', 1)
    return svg.replace("</svg>", "\n".join(['<g id="legend">', *lines, "</g>", "</svg>"]))


def entries(graph):
    """Return ``[(shape, words)]``: ``shape(x, y)`` draws the sample."""
    found = [(sample(look), words) for words, look in samples(graph)]
    kinds = {arrow.kind for arrow in graph.arrows}
    return found + [(arrow(LINES[kind]), words) for kind, words in ARROWS.items() if kind in kinds]


def sample(look):
    """Return what draws a small box of that look, left of its words."""
    style = look.get("style", "")
    paint = f'fill="{look.get("fillcolor", "none")}" stroke="{look.get("color", "none")}"'
    paint += ' stroke-width="2"' if "bold" in style else ""
    paint += ' stroke-dasharray="4 2"' if "dashed" in style else ""

    def draw(x, y):
        if look["shape"] == "plaintext":
            return text_element(x + 8, y, "2")
        if look["shape"] == "ellipse":
            rings = [f'<ellipse cx="{x + 10:.0f}" cy="{y:.0f}" rx="9" ry="6" {paint}/>']
            if "peripheries" in look:
                rings.append(rings[0].replace('rx="9" ry="6"', 'rx="6.5" ry="3.5"'))
            return "".join(rings)
        corner = ' rx="4"' if "rounded" in style else ""
        return f'<rect x="{x:.0f}" y="{y - 6:.0f}" width="20" height="12"{corner} {paint}/>'

    return draw


def arrow(look):
    """Return what draws a short arrow of that look."""
    color = look.get("color", "#333333")
    style = look.get("style", "")
    dash = ' stroke-dasharray="4 2"' if "dashed" in style else ' stroke-width="2"' if "bold" in style else ""

    def draw(x, y):
        line = f'<path d="M{x:.0f},{y:.0f}h14" fill="none" stroke="{color}"{dash}/>'
        return f'{line}<path d="M{x + 20:.0f},{y:.0f}l-7,-3v6z" fill="{color}"/>'

    return draw


def text_element(x, y, words):
    shown = clean(words).replace("&", "&amp;").replace("<", "&lt;")
    place = f'x="{x:.0f}" y="{y + 3.5:.1f}"'
    return f'<text {place} font-family="{FONTS}" font-size="{SIZE}" fill="#444444">{shown}</text>'


def text_width(words):
    """Return about how wide words are: Helvetica's letters are half as wide as high, on average."""
    return 0.54 * SIZE * len(clean(words))
