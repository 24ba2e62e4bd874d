"""From SVG to PNG and PDF where there is no ``dot``: by vl-convert, which brings its own font and needs no library."""

import re

from ...errors import RenderError
from ..text.array_summary import BLOCKS
from .graphviz import REMEDY

#: Dots that a side of a PNG may have: beyond, viewers give up.
LARGEST = 20_000


def convert_svg(svg, suffix, dpi=144):
    """Return SVG text as the bytes of a ``'png'`` or ``'pdf'``."""
    try:
        import vl_convert  # 90 ms of import, for those who save one
    except ImportError:
        raise RenderError(
            f"a .{suffix} is made by Graphviz's `dot` or by vl-convert, and neither is installed: {REMEDY}; "
            ".save('graph.svg') and .save('graph.dot') work without"
        ) from None
    svg = replace_glyphs(svg)
    try:
        return vl_convert.svg_to_png(svg, scale=scale(svg, dpi)) if suffix == "png" else vl_convert.svg_to_pdf(svg)
    except ValueError as error:
        raise RenderError(f"vl-convert failed: {error}; .save('graph.svg') works without it") from None


def scale(svg, dpi):
    """Return how many dots a point of the picture is to have: fewer than ``dpi`` asks for where it is very large.

    >>> scale('<svg width="100pt" height="50pt"', 144), scale('<svg width="40000pt" height="50pt"', 144)
    (2.0, 0.5)
    """
    sides = [float(side) for side in re.findall(r'(?:width|height)="([\d.]+)pt"', svg)[:2]]
    return min(dpi / 72, LARGEST / max([*sides, 1]))


def replace_glyphs(svg):
    """Return SVG text without the few letters that the converter's font lacks: it would draw the line in another font.

    >>> replace_glyphs("<text>xᵀ @ g</text>")
    '<text>x<tspan baseline-shift="35%" font-size="65%">T</tspan> @ g</text>'
    """
    svg = re.sub(r"ᵀ(?=[^<>]*<)", '<tspan baseline-shift="35%" font-size="65%">T</tspan>', svg)  # not in an attribute
    return re.sub(rf'<text [^>]*x="([\d.-]+)" y="([\d.-]+)"[^>]*>([{BLOCKS}]+)</text>', bar_rectangles, svg)


def bar_rectangles(found):
    """Return a histogram's blocks as rectangles, each as high as its letter."""
    x, y, blocks = float(found[1]), float(found[2]), found[3]
    left, width = x - 3 * len(blocks), 6
    return "".join(
        f'<rect x="{left + width * i:.1f}" y="{y + 1 - height:.1f}" width="{width - 1}" height="{height:.1f}" '
        'fill="#555555" stroke="none"/>'
        for i, height in enumerate(1.3 * (BLOCKS.index(block) + 1) for block in blocks)
    )
