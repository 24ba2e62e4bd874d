"""The picture: shows itself in a notebook, prints as a listing, saves by suffix."""

import weakref

from ..errors import OptionError, RenderError
from .dot import dot_source
from .listing import listing
from .outline import outline
from .player import Player, played
from .render import fluid, render


def image(suffix):
    """Return the writer of an image: ``writer(picture)`` gives the bytes of the file."""
    return lambda picture: render(picture.source, suffix, len(picture.graph.boxes))


def source(picture):
    return picture.source.encode()


#: What is written to a file, by its suffix: ``writer(picture)`` gives the bytes.
WRITERS = {
    ".svg": image("svg"),
    ".png": image("png"),
    ".pdf": image("pdf"),
    ".dot": source,
    ".gv": source,
    ".html": lambda picture: picture.player().html.encode(),
}


class Picture:
    """A drawn graph, which holds text and no Tensors.

    graph:  its boxes and arrows
    source: the DOT text

    >>> import tensorgrad as tg
    >>> from tensorgrad.draw import draw
    >>> w = tg.Parameter([1.0, 2.0], name="w")
    >>> draw((w * w).sum())
    Picture of 2 ops; .save("graph.svg") draws it
      w   parameter float64[2]
      t1  = mul(w, w) -> float64[2]
      t2  = sum(t1) -> float64[]
    """

    def __init__(self, graph):
        self.graph, self.source = graph, dot_source(graph)
        self._root = self._called = self._scopes = self._kept = None

    def of(self, root, called, scopes):
        """Remember what was drawn, for the player, without keeping it alive; return the picture."""
        self._root, self._called = weakref.ref(root), called
        self._scopes = [(first, last, getattr(layer, "name", layer), depth) for first, last, layer, depth in scopes]
        return self

    def keep(self, root, name):
        """Keep a graph alive that was computed for this picture alone, call it ``name``; return the picture."""
        self._kept, self._called = root, {**self._called, id(root): name}
        return self

    def player(self, direction="auto"):
        """Return the Player of what was drawn: its forward and its backward, one op at a time."""
        if self._root is None:
            return Player(outline(self.graph), direction)
        root = self._root()
        if root is None:
            raise RenderError(
                "the Tensor that this picture was drawn of is gone, and its numbers with it; keep it until the player "
                "is made, or make that at once: tg.play(loss).save('backprop.html')"
            )
        return played(root, self._called, self._scopes, direction)

    def save(self, path):
        """Write the picture to ``path`` and return it as a Path; the suffix decides what is written.

        ``.svg``: drawn by `dot` or by the extra ``viz``; ``.png``, ``.pdf``: by `dot`; ``.dot``, ``.gv``: the source;
        ``.html``: the player.
        """
        from pathlib import Path

        path = Path(path)
        writer = WRITERS.get(path.suffix.lower())
        if writer is None:
            raise OptionError(f"save: {path.name!r} must end in one of {', '.join(WRITERS)}")
        content = writer(self)
        try:
            path.write_bytes(content)
        except OSError as error:
            error.add_note(f"a picture is saved to a file in an existing directory that can be written to, not {path}")
            raise
        return path

    def svg(self):
        """Return the picture as SVG text."""
        return render(self.source, "svg", len(self.graph.boxes)).decode()

    def _repr_mimebundle_(self, include=None, exclude=None):
        try:
            return {"image/svg+xml": self._repr_svg_(), "text/plain": repr(self)}
        except RenderError as error:
            return {"text/plain": f"{self!r}\n(no image: {error})"}

    def _repr_svg_(self):
        return fluid(self.svg())

    def __repr__(self):
        return listing(self.graph)
