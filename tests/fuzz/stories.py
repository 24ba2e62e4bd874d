"""A model's life as data: what is made, then steps of training, measuring and changing, compared after each."""

import re
from dataclasses import dataclass, replace

from .lines import without_one
from .ways import AS_PROGRAMS, EAGERLY, EXACTLY

#: The step that binds a result.
RESULT = re.compile(r"^result(\d+) = ", re.MULTILINE)


@dataclass(frozen=True)
class Story:
    """A script of a model.

    made:  Lines that make data, layers, the loss and the model, and compile it with ``**how``
    steps: Lines, each run and compared by itself
    """

    name: str
    made: tuple
    steps: tuple

    def ways(self):
        """Return the ways in which the model is run."""
        return EAGERLY, EXACTLY, AS_PROGRAMS

    def blocks(self):
        """Yield ``(label, source)`` of what is run, in order."""
        yield "module", "".join(line.source() for line in self.made)
        for i, line in enumerate(self.steps):
            result = RESULT.search(line.text)
            yield f"call {result[1]}" if result else f"step {i}", line.source()

    def kinds(self):
        """Return the kinds of the statements, each once, in order."""
        return tuple(dict.fromkeys(kind for line in (*self.made, *self.steps) for kind in line.kinds()))

    def smaller(self):
        """Yield stories with a little less in them."""
        for steps in without_one(self.steps):
            yield replace(self, steps=steps)
        for made in without_one(self.made):
            yield replace(self, made=made)
        for i, line in enumerate(self.steps):
            for text in simpler(line.text):
                yield replace(self, steps=(*self.steps[:i], replace(line, text=text), *self.steps[i + 1 :]))

    def script(self):
        """Return the source, to be given ``how``: what else ``model.compile`` is told."""
        return "".join(f"# {label}\n{source}" for label, source in self.blocks())


def simpler(text):
    """Yield a call of ``fit`` and the like with fewer arguments."""
    for part in (
        ", validation_data=(x, y)",
        ", epochs=2",
        ", epochs=3",
        ", shuffle='batch'",
        ", sample_weight=weights",
    ):
        if part in text:
            yield text.replace(part, "")
