"""How gradients flow through a model, layer by layer: numbers, sentences and a chart."""

import math

import numpy as np

from ..core.modes import enable_grad
from ..draw.diagram.colour import rms
from ..errors import count_text, printable_text, shorten_text
from ..graph.gradients import gradient_arrays
from ..graph.scopes import Frames, layer_scopes
from ..graph.steps import recorded_steps

#: Gradients of the first layer this many times smaller, or larger, than of the last are vanishing, or exploding.
FACTOR = 1e3
#: The greatest length of a layer's name, in the table and in sentences, and under its bar.
LONGEST, TICK = 60, 24
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#BBBBBB"  # Okabe and Ito's


class GradientFlow:
    """The size of the gradients of each layer with weights to train, from input to output.

    layers:  their names
    rms:     root mean square of the gradient over all weights of each; 0 where none arrives
    ratio:   rms divided by the root mean square of the weights
    dead:    ``{layer: (dead units, units)}`` of its relus; a unit is dead if it is 0 for every row
    rows:    the number of rows of the data
    verdict: a list of sentences that say what the numbers mean
    """

    def __init__(self, layers, rms, ratio, dead, rows):
        self.layers, self.rms, self.ratio, self.dead, self.rows = layers, rms, ratio, dead, rows
        self.verdict = [*flow_words(layers, rms), *dead_words(dead, rows)]

    def __repr__(self):
        names = [*map(layer_label, self.layers)]
        width = max(map(len, names), default=5)
        lines = [f"{'layer'.ljust(width)}  rms gradient  gradient/weight  dead relus"]
        for name, layer, size, part in zip(names, self.layers, self.rms, self.ratio, strict=True):
            units = "{} of {}".format(*self.dead[layer]) if layer in self.dead else ""
            lines.append(f"{name.ljust(width)}  {size:12.2e}  {part:15.2e}  {units}".rstrip())
        return "\n".join([*lines, *self.verdict])

    def plot(self, save=None):
        """Draw the sizes as bars, on a logarithmic scale, under the verdict; return matplotlib's figure."""
        try:
            from matplotlib import pyplot
        except ImportError as error:
            raise ImportError("plot_gradient_flow() draws with matplotlib: pip install matplotlib") from error
        figure = pyplot.figure(figsize=(max(4.8, 0.9 * len(self.layers)), 3.9), layout="constrained")
        axes = figure.add_subplot()
        sizes = [size if math.isfinite(size) else 0.0 for size in self.rms]
        shown = [size for size in sizes if size > 0] or [1.0]
        floor = min(shown) / 10
        bars = axes.bar(range(len(sizes)), [max(size, floor) for size in sizes], color=self.colors(), width=0.7)
        axes.bar_label(bars, [f"{size:.1e}" if math.isfinite(size) else str(size) for size in self.rms], fontsize=8)
        axes.set(
            yscale="log", ylim=(floor, 5 * max(shown)), ylabel="rms of the gradient", xlabel="from input to output"
        )
        names = [printable_text(shorten_text(name, TICK)) for name in self.layers]
        axes.set_xticks(range(len(sizes)), names, parse_math=False, usetex=False)
        words = "\n".join(self.verdict).replace("$", "\\$")  # matplotlib measures wrapped text as a formula
        axes.set_title(words, fontsize=9, loc="left", wrap=True, usetex=False)
        axes.tick_params(axis="x", rotation=0 if len(self.layers) < 8 else 60, labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        if save is not None:
            figure.savefig(save, dpi=150)
        return figure

    def colors(self):
        """Return a colour for each bar: orange if the gradient is far from the last layer's, grey if there is none."""
        last = self.rms[-1] if self.rms else 1.0
        return [GREY if not size > 0 else ORANGE if is_far(size, last) else BLUE for size in self.rms]


def layer_label(layer):
    """Return the name of a layer for a table."""
    return printable_text(shorten_text(layer, LONGEST))


def is_far(size, last):
    return not math.isfinite(size) or not 1 / FACTOR <= size / (last or 1.0) <= FACTOR


def flow_words(layers, sizes):
    """Return sentences about the sizes of gradients, from the first layer to the last.

    >>> flow_words(["a", "b"], [1e-8, 1e-2])
    ["vanishing: the gradient of 'a' is 1e-06 times that of 'b'"]
    >>> flow_words(["a", "b"], [0.2, 0.1])
    ['healthy: the gradients of all layers are within a factor of 2']
    """
    layers = [shorten_text(name, LONGEST) for name in layers]
    if not layers:
        return ["no layer here has weights to train"]
    broken = [name for name, size in zip(layers, sizes, strict=True) if not math.isfinite(size)]
    unreached = [name for name, size in zip(layers, sizes, strict=True) if size == 0]
    words = [f"nan or inf: in the gradient of {name!r}" for name in broken]
    words += [f"never reached: no gradient arrives at {name!r}" for name in unreached]
    good = [(name, size) for name, size in zip(layers, sizes, strict=True) if size > 0 and math.isfinite(size)]
    if len(good) > 1:
        (name, least), (other, most) = good[0], good[-1]
        if least * FACTOR < most:
            words.append(f"vanishing: the gradient of {name!r} is {least / most:.0e} times that of {other!r}")
        elif least > most * FACTOR:
            words.append(f"exploding: the gradient of {name!r} is {least / most:.0e} times that of {other!r}")
    if not words:
        factor = max(size for _, size in good) / min(size for _, size in good)
        words.append(f"healthy: the gradients of all layers are within a factor of {factor:.2g}")
    return words


def dead_words(dead, rows):
    """Return a sentence for each layer with dead relus."""
    return [
        f"dead relus: {n} of {count_text(units, 'unit')} of {shorten_text(name, LONGEST)!r} "
        f"{'is' if n == 1 else 'are'} 0 for all {rows} rows"
        for name, (n, units) in dead.items()
        if n
    ]


def gradient_flow(model, x, loss):
    """Return the GradientFlow of ``loss(model(x))``; nothing of the model changes."""
    with enable_grad(), layer_scopes() as scopes:
        root = loss(model(x, training=False))
    found, steps = gradient_arrays(root) if root.requires_grad else {}, recorded_steps(root)
    names, sizes, ratios = [], [], []
    for layer in (part for part in flat_layers(model) if part.trainable_weights):
        weights = layer.trainable_weights
        grads = [found.get(id(w), np.zeros_like(w.data)) for w in weights]
        size = rms(np.concatenate([g.reshape(-1) for g in grads]))
        weight = rms(np.concatenate([w.data.reshape(-1) for w in weights]))
        names.append(layer.name)
        sizes.append(size)
        ratios.append(size / weight if weight else 0.0)
    return GradientFlow(names, sizes, ratios, dead_relus(steps, Frames(scopes)), len(x.data))


def flat_layers(model):
    """Yield the layers of a model in order, those of nested models in their place."""
    for layer in model.layers:
        yield from flat_layers(layer) if hasattr(layer, "layers") else (layer,)


def dead_relus(steps, frames):
    """Return ``{layer: (dead units, units)}`` of the relus in a recorded forward."""
    found: dict = {}
    for t, _ in steps:
        path = frames.path(t.seq)
        if t.op.name == "relu" and t.ndim > 1 and path:
            alive = (t.data > 0).any(axis=0)
            dead, units = found.get(path[-1][1], (0, 0))
            found[path[-1][1]] = dead + int((~alive).sum()), units + alive.size
    return found
