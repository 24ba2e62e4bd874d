"""Colour by a number: the size of a gradient, time, memory; on a logarithmic scale, light to dark."""

import math

import numpy as np

from ...graph.steps import array_of

#: ColorBrewer's Oranges: one hue, so light to dark in grey too and for every kind of colour vision.
SHADES = ("#FFF5EB", "#FEE3C8", "#FDC692", "#FB9E4F", "#EE7014", "#C64A03", "#7F2704")
NONE, BROKEN = "#E3E3E3", "#111111"

#: For each value of ``color=``: the words of the legend, and how it writes a number.
UNITS = {
    "grad": ("rms of the gradient", lambda x: f"{x:.0e}".replace("e-0", "e-").replace("e+00", "")),
    "time": ("time", lambda x: f"{x:.3g} µs" if x < 1e3 else f"{x / 1e3:.3g} ms"),
    "memory": ("memory", lambda x: f"{x / 1e3:.3g} kB" if x < 1e6 else f"{x / 1e6:.3g} MB"),
}


class ColourScale:
    """The colours of ``boxes``: the lightest stands for 10 to the ``low``, the darkest for 10 to the ``high``."""

    def __init__(self, by, boxes):
        self.by = by
        heats = [box.heat for box in boxes if self.covers(box)]
        good = [h for h in heats if h is not None and math.isfinite(h) and h > 0]
        self.low, self.high = (math.log10(min(good)), math.log10(max(good))) if good else (0.0, 0.0)
        self.broken = any(h is not None and not math.isfinite(h) for h in heats)
        self.absent = any(h is None for h in heats)

    def covers(self, box):
        """Return whether a box is coloured. Leaves of a program are not: they take no time."""
        return box.kind != "constant" and (box.heat is not None or self.by == "grad")

    def look(self, heat):
        """Return the attributes of a box: its fill, and ink that can be read on it."""
        if heat is None:
            return {"fillcolor": NONE, "fontcolor": "#666666"}
        if not math.isfinite(heat):
            return {"fillcolor": BROKEN, "fontcolor": "#FFFFFF"}
        shade = self.shade(heat)
        return {"fillcolor": SHADES[shade], "fontcolor": "#FFFFFF" if shade >= 5 else "#111111"}

    def shade(self, heat):
        """Return the place of a number among the shades; zero is the lightest."""
        if heat <= 0:
            return 0
        if self.high <= self.low:
            return len(SHADES) // 2
        part = (math.log10(heat) - self.low) / (self.high - self.low)
        return max(0, min(len(SHADES) - 1, round(part * (len(SHADES) - 1))))

    def legend(self):
        """Return ``[(words, attributes)]`` of the samples of the legend."""
        title, write = UNITS[self.by]
        steps = (0, 2, 4, 6) if self.high > self.low else (3,)
        rows = []
        for step in steps:
            value = 10 ** (self.low + (self.high - self.low) * step / 6)
            rows.append((write(value), self.look(value)))
        rows[0] = (f"{title} {rows[0][0]}", rows[0][1])
        rows += [("never reached", self.look(None))] if self.absent else []
        return rows + ([("nan or inf", self.look(math.nan))] if self.broken else [])


def heat_of(by, grads):
    """Return ``heat(x)``, the number that a Tensor or array is coloured by; ``grads`` are its gradients' arrays."""
    if by == "grad":
        return lambda x: rms(grads[id(x)]) if id(x) in grads else None
    if by == "memory":
        return lambda x: float(array_of(x).nbytes) if hasattr(array_of(x), "nbytes") else None
    return lambda x: None


def rms(array):
    """Return the root of the mean square of an array."""
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(array, dtype=float)))) if array.size else 0.0
