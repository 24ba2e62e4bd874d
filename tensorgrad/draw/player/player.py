"""The player: forward and backward, one op at a time, as one HTML file that needs nothing else."""

from ...errors import GradientError, OptionError, RenderError, describe, printable_text
from ...graph.steps import recorded_steps
from .recording import Story

#: The parts of the page, in the order in which its one script defines them.
SCRIPTS = (
    "story.js", "digest.js", "fold.js", "layout.js", "edges.js",
    "canvas.js", "view.js", "panel.js", "stepper.js", "page.js",
)  # fmt: skip

#: Beyond this many ops nobody follows a picture, and a browser takes seconds to lay it out.
MOST_OPS = 2_000


class Player:
    """A page that plays a computation and its backward; it shows itself in a notebook, and holds text only.

    html: the page

    >>> import tensorgrad as tg
    >>> w = tg.Parameter(2.0, name="w")
    >>> tg.play(w * w)
    Player of 1 op and its backward; .save("backprop.html") writes it
    """

    def __init__(self, data, direction="auto"):
        self.html = page(data, direction)
        self._ops, self._both = len(data["forward"]), bool(data["backward"])

    def save(self, path):
        """Write the page to ``path``, which ends in ``.html``, and return it as a Path."""
        from pathlib import Path

        path = Path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            raise OptionError(f"save: {path.name!r} must end in .html; tg.draw(...).save(...) writes pictures")
        try:
            path.write_text(self.html, encoding="utf-8")
        except OSError as error:
            error.add_note(f"the player is saved to a file in an existing directory that can be written to, not {path}")
            raise
        return path

    def _repr_html_(self):
        from html import escape  # 5 ms, for those who show it

        look = "width: 100%; height: 640px; border: 1px solid #8888; border-radius: 8px"
        frame = f'title="Backpropagation, step by step" sandbox="allow-scripts" style="{look}"'
        return f'<iframe {frame} srcdoc="{escape(self.html)}"></iframe>'

    def __repr__(self):
        ops = f"{self._ops} op{'s' * (self._ops != 1)}"
        what = f"{ops} and {'its' if self._ops == 1 else 'their'} backward" if self._both else ops
        return f'Player of {what}; .save("backprop.html") writes it'


def tensor_player(root, called, scopes, inputs, direction="auto"):
    """Return the Player of a Tensor: ``called`` are names by id, ``inputs`` ids of leaves that get no gradient."""
    check_playable(root)
    return Player(Story(root, called, scopes, inputs).data(), direction)


def check_playable(what):
    """Raise unless a Tensor has a graph behind it, of a size that can be watched."""
    if what.op is None:
        name = printable_text(what.name or "this Tensor")
        raise GradientError(
            f"play: {name} ({describe(what)}) was made by no recorded op, so there is nothing "
            "to play; compute from Tensors with requires_grad=True, outside no_grad()"
        )
    ops = len(recorded_steps(what))
    if ops > MOST_OPS:
        raise RenderError(
            f"play: {ops} ops are too many to watch (at most {MOST_OPS}); play an earlier Tensor or fewer steps of the "
            "loop, or go through tg.backward_steps(loss)"
        )


def page(data, direction):
    """Return the page around a story's data."""
    import json  # 10 ms, for those who play
    from html import escape
    from importlib.resources import files

    assets = files(__package__).joinpath("page")
    read = lambda name: assets.joinpath(name).read_text(encoding="utf-8")  # noqa: E731  (a word for a long call)
    parts = {
        "what": "Backpropagation of" if data["backward"] else "What happens in",
        "title": escape(data["title"]),
        "style": read("page.css"),
        "data": escape_script(json.dumps({**data, "direction": direction}, separators=(",", ":"))),
        "script": "\n".join(read(name) for name in SCRIPTS),
    }
    return fill_template(read("page.html"), parts)


def fill_template(template, parts):
    """Return ``template`` with each ``{{name}}`` replaced, in one pass: a part that holds such a mark keeps it.

    >>> fill_template("<{{a}}|{{b}}>", {"a": "{{b}}", "b": 1})
    '<{{b}}|1>'
    """
    import re

    return re.sub(r"\{\{(\w+)\}\}", lambda mark: str(parts[mark[1]]), template)


def escape_script(text):
    r"""Return JSON so that no tag in it can end the script element around it.

    >>> print(escape_script('"</script>"'))
    "\u003c/script>"
    """
    return text.replace("<", "\\u003c")
