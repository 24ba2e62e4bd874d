"""Program number i of a run: what it captures, what it computes, how it is called."""

import re
import warnings

from . import arguments as args
from .chooser import Chooser, Skip
from .lines import Line
from .objects import Objects
from .program import FORMS, Param, Program, Round
from .run import quiet
from .statements_arrays import ARRAYS
from .statements_numbers import HELPER_LINES, HELPERS, NUMBERS
from .statements_numpy import FUNCTIONS, OUTS
from .statements_state import CAPTURED, COUNTERS
from .statements_tensors import CHANGES, LOSSES, OPTIMIZERS, TENSORS, UPDATES

FLAVOURS = {"arrays": 40, "numbers": 15, "state": 17, "tensors": 10, "training": 14, "counters": 4}


def program(base, number):
    """Return program ``number`` of the run with this seed."""
    g = Chooser((base, number))
    flavour = g.pick(FLAVOURS, list(FLAVOURS.values()))
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Writer(g, flavour).written(f"program_{number}")


class Writer:
    """Writes one program: each part in turn, run as it is written."""

    def __init__(self, g, flavour):
        self.g, self.flavour = g, flavour
        self.captured, self.enclosed, self.body = [], [], []
        self.rows, self.changes, self.options, self.threads = [], [], [], g.chance(0.15)
        self.kinds = []

    def written(self, name):
        """Return the program."""
        self.helpers()
        {"state": self.state, "tensors": self.tensors, "training": self.tensors, "counters": self.counters}.get(
            self.flavour, lambda: None)()  # fmt: skip
        self.parameters()
        self.statements()
        returned, form = self.result()
        return Program(name, tuple(self.captured), tuple(self.enclosed), tuple(p for p, _ in self.kinds), tuple(self.body),
                       returned, form, self.rounds(), ", ".join(self.options), self.threads)  # fmt: skip

    def capture(self, kind, text):
        """Add a statement of the module, and run it."""
        exec(text, self.g.values)
        self.captured.append(Line(kind, text))

    def helpers(self):
        for name, text in HELPER_LINES.items() if self.g.chance(0.2) else ():
            self.capture("helper", text)
            self.g.tools.add(name)
        if self.captured:
            self.rows += HELPERS

    def state(self):
        """Capture a few things that are changed between calls; some of them in a closure."""
        for name in {self.g.pick(CAPTURED) for _ in range(self.g.int(1, 3))}:
            made, reads, changes = CAPTURED[name]
            shown = name
            if self.g.chance(0.3) and made.startswith(f"{name} = "):
                shown = f"outer_{name}"
                self.capture(name, f"{shown} = " + made.partition(" = ")[2])
                self.enclosed.append((name, shown))
                self.g.values[name] = self.g.values[shown]
            else:
                self.capture(name, made)
            self.rows += [(f"reads {name}", 12, text) for text in reads]
            self.changes += [Line(f"changes {name}", from_outside(text, name, shown)) for text in changes]

    def counters(self):
        """Let the function count, keep or draw."""
        name = self.g.pick(COUNTERS)
        made, uses = COUNTERS[name]
        if made:
            self.capture(name, made)
        self.rows += [(f"uses {name}", 40, text) for text in uses]
        self.g.tools.add(name)

    def tensors(self):
        """Capture Tensors and an optimizer."""
        dtype = self.dtype = self.g.pick(["float32", "float64", "float16"], [5, 5, 0.5])
        make = self.g.pick(["tg.Tensor({}, requires_grad=True)", "tg.Parameter({}, name='{n}')"])
        layout = self.g.pick(["plain", "fortran", "transposed"], [8, 1, 1])
        self.capture("weight", "w = " + make.format(args.laid_out(layout, 11, (3, 2), repr(dtype)), n="w"))
        self.capture("weight", "b = " + make.format(f"array(12, (2,), {dtype!r})", n="b"))
        self.capture("optimizer", "optimizer = tg.optimizers." + self.g.pick(OPTIMIZERS))
        if self.g.chance(0.3):
            self.capture("weight", "u = tg.Tensor(array(13, (4, 2)))")
        if self.g.chance(0.15):
            self.capture("other", "def other(x):\n    w.data *= x\n    return w * 2")
            self.capture("other", "other = compiled(other)")
            self.changes += [Line("other", "extra = other(2.0)"), Line("other", "extra = other(0.5)")] * 2
            self.g.tools |= {"other"}
        self.changes += [Line(kind, text) for kind, weight, text in CHANGES for _ in range(weight)]
        self.rows += [(kind, 6 * weight, text) for kind, weight, text in TENSORS]

    def parameters(self):
        """Draw the parameters, and run what makes the arguments of the first round."""
        g = self.g
        if self.flavour == "training":
            self.kinds = [
                (Param("x"), args.Arrays(g, self.dtype, ("a", 3))),
                (Param("y"), args.Arrays(g, self.dtype, ("a", 2))),
            ]
        else:
            self.kinds = args.drawn(g)
        self.sizes = (4, 3) if self.flavour == "training" else g.pick(args.SIZES[:4])
        self.first = self.arguments(self.sizes, True, ())
        exec("".join(line.source() for line in self.first[0]), g.values)
        given = dict(self.first[1])
        for param, kind in self.kinds:
            source = given.get(param.name, param.default or "True")
            g.values[param.name] = eval(f"({source},)" if param.how == "*" else source, g.values)
            if param.name not in g.local:
                g.local.append(param.name)
            if isinstance(kind, Objects):
                self.rows += [(f"object {param.name}", 15, text) for text in kind.uses]
                self.changes += [Line(f"changes {param.name}", text) for text in kind.changes * 3]
                g.tools.add(param.name)
            if isinstance(kind, args.Structures):
                self.add("structure", kind.opening(param.name))
        if any(param.how == "*" for param, _ in self.kinds):
            self.add("structure", "last = rest[-1]")

    def arguments(self, sizes, first, again):
        found = {"w.data": (3, 2), "b.data": (2,), "vector": (3,)}
        made = {line.text.partition(" = ")[0] for line in self.captured}
        shared = {n: shape for n, shape in found.items() if n.partition(".")[0] in made and self.g.chance(0.2)}
        return args.arguments(self.g, self.kinds, sizes, first, again, shared)

    def add(self, kind, template):
        """Add a statement that runs; return whether it does."""
        try:
            self.body.extend(self.g.tried(kind, template))
        except Skip:
            return False
        return True

    def statements(self):
        """Write the body."""
        g = self.g
        if self.flavour == "training":
            rate = g.pick(["0.1", "0.5", "0.01"])
            self.add("loss", g.pick(LOSSES)) or self.add("loss", LOSSES[0])
            self.add("update", g.pick(UPDATES).replace("{rate}", rate))
            if g.chance(0.25):
                self.options.append("exact=False")
                return
        rows = self.table()
        weights = [weight for _, weight, _ in rows]
        wanted = g.int(0, 2) if self.flavour == "training" else g.pick([1, 2, 3, 4, 6, 9])
        for _ in range(6 * wanted):
            kind, _, template = g.pick(rows, weights)
            wanted -= self.add(kind, template)
            if wanted <= 0:
                return

    def table(self):
        """Return the templates of this flavour."""
        rows = [*self.rows, *ARRAYS, *OUTS, *FUNCTIONS]
        if any(isinstance(kind, args.Numbers) for _, kind in self.kinds):
            rows += [(kind, weight * (8 if self.flavour == "numbers" else 2), text) for kind, weight, text in NUMBERS]
        return rows

    def result(self):
        """Return the names that the function returns, and in what form."""
        g = self.g
        among = [n for n in g.local if n in g.values and n not in ("rest", "data")]
        if not among:
            return (), "tuple"
        late = among[-3:]
        if self.flavour == "training":
            late += [n for n in ("loss", "moved", "grad") if n in among]
        returned = tuple(dict.fromkeys(g.pick(late if late and g.chance(0.8) else among) for _ in range(g.int(1, 3))))
        self.static()
        return returned, g.pick(["one", "tuple", *FORMS], [6, 4, *[0.5] * len(FORMS)])

    def static(self):
        """Make a number static, sometimes."""
        if any(p.name == "n" for p, _ in self.kinds) and self.g.chance(0.25):
            self.options.append("static='n'")

    def rounds(self):
        """Return the calls: some with the same arrays, some with other values, a few with other shapes."""
        g, found = self.g, [Round(*self.first)]
        names = [p.name for p, kind in self.kinds if kind is not None]
        for _ in range(g.int(2, 4)):
            again = set(names) if g.chance(0.25) else {n for n in names if g.chance(0.2)}
            if g.chance(0.12):
                self.sizes, again = (g.int(1, 6), 3) if self.flavour == "training" else g.pick(args.SIZES), ()
            lines, given = self.arguments(self.sizes, False, again)
            changes = [g.pick(self.changes) for _ in range(g.pick([0, 1, 2], [3, 5, 1]))] if self.changes else []
            found.append(Round((*changes, *lines), given))
        return tuple(found)


def from_outside(text, name, shown):
    """Return a change of what may be in a closure: a new value goes through its setter."""
    if shown == name:
        return text
    if text.startswith(f"{name} = "):
        return f"set_{name}({text.partition(' = ')[2]})"
    return re.sub(rf"\b{name}\b", shown, text)
