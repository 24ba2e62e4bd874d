"""Colour by a number: the size of a gradient, time, memory; on a logarithmic scale, light to dark."""

import math

#: ColorBrewer's Oranges: one hue, so light to dark in grey too and for every kind of colour vision.
SHADES = ("#FFF5EB", "#FEE3C8", "#FDC692", "#FB9E4F", "#EE7014", "#C64A03", "#7F2704")
NONE, BROKEN = "#E3E3E3", "#111111"

#: What is coloured by what: the words of the legend, and how a number is written there.
UNITS = {
    "grad": ("rms of the gradient", lambda x: f"{x:.0e}".replace("e-0", "e-").replace("e+00", "")),
    "time": ("time", lambda x: f"{x:.3g} µs" if x < 1e3 else f"{x / 1e3:.3g} ms"),
    "memory": ("memory", lambda x: f"{x:.3g} B" if x < 1e3 else f"{x / 1e3:.3g} kB" if x < 1e6 else f"{x / 1e6:.3g} MB"),
}
ABSENT = {"grad": "never reached", "time": "not measured", "memory": "no memory of its own"}


class Scale:
    """The colours of a picture: ``low`` and ``high`` are what the lightest and the darkest stand for."""

    def __init__(self, by, heats):
        self.by = by
        good = [h for h in heats if h is not None and math.isfinite(h) and h > 0]
        self.low, self.high = (math.log10(min(good)), math.log10(max(good))) if good else (0.0, 0.0)
        self.broken = any(h is not None and not math.isfinite(h) for h in heats)
        self.absent = any(h is None for h in heats)

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
        rows += [(ABSENT[self.by], self.look(None))] if self.absent else []
        return rows + ([("nan or inf", self.look(math.nan))] if self.broken else [])
