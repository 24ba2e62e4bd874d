"""The picture: shows itself in a notebook, prints as a listing, saves by suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import OptionError, RenderError
from .export.dot import dot_source
from .export.graphviz import render_svg, run_dot, shrink_to_page
from .export.listing import listing
from .export.mermaid import mermaid
from .export.raster import convert_svg
from .export.svg_legend import add_legend
from .player.player import Player, tensor_player
from .player.program_recording import outline

if TYPE_CHECKING:
    from pathlib import Path


def image_writer(suffix: Any) -> Any:
    """Return the writer of an image that ``dot`` makes, or a converter from the SVG."""

    def write(picture: Any) -> Any:
        sharp = picture.source.replace("{", f"{{\n  dpi={picture.dpi}", 1) if suffix == "png" else picture.source
        return run_dot(sharp, suffix) or convert_svg(picture.svg(), suffix, picture.dpi)

    return write


#: What is written to a file, by its suffix: ``writer(picture)`` gives the bytes.
WRITERS = {
    ".svg": lambda picture: picture.svg().encode(),
    ".png": image_writer("png"),
    ".pdf": image_writer("pdf"),
    ".dot": lambda picture: picture.source.encode(),
    ".gv": lambda picture: picture.source.encode(),
    ".mmd": lambda picture: mermaid(picture.view).encode(),
    ".txt": lambda picture: f"{listing(picture.graph, most=None)}\n".encode(),
    ".html": lambda picture: picture.player().html.encode(),
}


class Picture:
    """A drawn graph, which holds text and no Tensors.

    graph:  its boxes and arrows, every op and Tensor
    view:   those that are drawn: values without a name are labels of arrows, and what is too much is folded
    source: the DOT text
    dpi:    dots per inch of a ``.png``

    >>> import tensorgrad as tg
    >>> from tensorgrad.draw import draw
    >>> w = tg.Parameter([1.0, 2.0], name="w")
    >>> draw((w * w).sum())
    Picture of 2 ops; .save("graph.svg") draws it
      w   parameter float64[2]
      t1  = multiply(w, w) -> float64[2]
      t2  = sum(t1) -> float64[]
    """

    def __init__(self, graph: Any, view: Any = None, dpi: Any = 144) -> None:
        self.graph, self.view, self.dpi = graph, graph if view is None else view, dpi
        self.source = dot_source(self.view)
        self._again: Any = None

    def plays(self, again: Any) -> Any:
        """Remember how to find what was drawn, for the player; return the picture.

        again: ``again(names)`` gives ``(Tensor, names by id, calls of layers, ids of inputs)``, None if that is gone
        """
        self._again = again
        return self

    def player(self, direction: Any = "auto", names: Any = None) -> Any:
        """Return the Player of what was drawn, as it is now; ``direction`` and ``names`` as in ``tg.play``."""
        if self._again is None:
            return Player(outline(self.graph), direction)
        found = self._again(names)
        if found is None:
            raise RenderError(
                "what this picture was drawn of is gone, and its numbers with it; keep it until the player is made, "
                "or make that at once: tg.play(loss).save('backprop.html')"
            )
        root, called, scopes, inputs = found
        return tensor_player(root, called, scopes, inputs, direction)

    def save(self, path: Any) -> Path:
        """Write the picture to ``path`` and return it as a Path; the suffix decides what is written.

        ``.svg``, ``.png``, ``.pdf``: drawn by `dot`, or by the extra ``viz``. ``.dot`` (``.gv``), ``.mmd``, ``.txt``
        and ``.html`` need neither: Graphviz's source, Mermaid's, which GitHub and many editors draw, the listing, and
        the player, for which what was drawn must still be there: a Tensor is played as it is, and a model is run again.
        """
        from pathlib import Path

        path = Path(path)
        writer = WRITERS.get(path.suffix.lower())
        if writer is None:
            raise OptionError(f"save: {path.name!r} must end in one of {', '.join(WRITERS)}")
        content = writer(self)
        try:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        except OSError as error:
            error.add_note(f"a picture is saved to a file in an existing directory that can be written to, not {path}")
            raise
        return path

    def svg(self) -> str:
        """Return the picture as SVG text."""
        return add_legend(render_svg(dot_source(self.view, legend=False), len(self.view.boxes)), self.view)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        try:
            return {"image/svg+xml": self._repr_svg_(), "text/plain": repr(self)}
        except RenderError as error:
            return {"text/plain": f"{self!r}\n(no image: {error})"}

    def _repr_svg_(self) -> Any:
        return shrink_to_page(self.svg())

    def __repr__(self) -> str:
        return listing(self.graph)
