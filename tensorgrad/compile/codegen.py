"""Code generation: a program as one flat Python function of NumPy calls over buffers made beforehand."""

import keyword
import re

import numpy as np

from .descent import Descent
from .plan import Plan
from .program import Value, mapped
from .statements import Statements
from .threads import in_blocks


class Code:
    """A program as Python source and the function that it defines.

    source:   readable NumPy; the function is made from these lines
    arrays:   ``{name: array}`` of all that the source names: buffers, views, captured arrays, constants
    """

    def __init__(self, program, copy=True, threads=1):
        self.program, self.plan, self.copy = program, Plan(program, threads), copy
        self.threads = threads
        self.names: dict[Value, str] = {}
        self.kept: dict[str, object] = {}
        self.taken = {"np", "run", "in_blocks", "i", "j", *keyword.kwlist}
        self.arrays: dict[Value, np.ndarray] = self.plan.arrays()
        self.write = Statements(self.name, self.keep)
        self.bindings: list[tuple[str, str]] = []
        self.blocks: list[tuple] = []
        body = self.body()
        inputs = ", ".join(self.name(v) for v in program.inputs)
        self.inputs = [self.name(v) for v in program.inputs]
        self.source = "\n".join([f"def run({inputs}):", *body])
        space = {self.name(v): array for v, array in self.arrays.items()}
        self.namespace = {"np": np, "in_blocks": in_blocks, **space, **self.kept}
        exec(compile(self.short(), "<compiled step>", "exec"), self.namespace)
        self.function = self.namespace["run"]

    def short(self):
        """Return the source with ``np.add.reduce`` looked up beforehand: 30 ns a call less."""

        def found(match):
            name = match[0].replace(".", "_")
            if name not in self.namespace:
                self.namespace[name] = eval(match[0], {"np": np})
            return name

        lines = [line.partition("  # ")[0] for line in self.source.splitlines()]
        return re.sub(r"\bnp\.\w+(\.\w+)*", found, "\n".join(lines))

    def name(self, v):
        """Return the name of a Value in the source, naming it the first time."""
        found = self.names.get(v)
        if found is None:
            stem = re.sub(r"\W", "_", v.name or "") if v.kind in ("input", "captured") else ""
            letter = {"result": "v", "constant": "c", "captured": "a", "input": "x"}[v.kind]
            wanted = stem if stem.isidentifier() else f"{letter}{v.number}"
            found = self.names[v] = self.unused(wanted)
            if v.kind in ("captured", "constant"):
                self.arrays[v] = v.array
        return found

    def unused(self, wanted):
        name, i = wanted, 1
        while name in self.taken:
            name, i = f"{wanted}_{i}", i + 1
        self.taken.add(name)
        return name

    def keep(self, thing, stem):
        """Return a name for an object that source cannot spell."""
        for name, known in self.kept.items():
            if known is thing or (stem == "k" and type(known) is type(thing) and known == thing):
                return name
        name = self.unused(stem)
        self.kept[name] = thing
        return name

    def body(self):
        """Return the lines of the function; views that can be made once are made here."""
        lines: list[str] = []
        errors, origin = None, ""
        for call in self.program.calls:
            if self.plan.bound(call):
                self.bind(call)
                continue
            statements, cut = self.statements(call), self.plan.cut_of.get(call)
            self.blocks.append((call, statements))
            if statements and call.errors != errors:
                errors = call.errors
                lines += [] if errors is None else [f"    with np.errstate({self.write.joined((), errors)}):"]
            pad = "    " if errors is None else "        "
            if cut is not None:
                statements = self.in_rows(call, cut)
                if call is cut.calls[0]:
                    name = self.unused("rows")
                    lines.append(f"{pad}def {name}(i, j):")
            if statements and str(call.origin) != origin:
                origin = str(call.origin)
                statements[0] += f"  # {origin}" if origin else ""
            lines += [pad + ("" if cut is None else "    ") + line for line in statements]
            if cut is not None and call is cut.calls[-1]:
                lines.append(f"{pad}in_blocks({name}, {cut.rows}, {cut.step(self.threads)})")
        return [*lines, *["    " + line for line in self.ending()]]

    def in_rows(self, call, cut):
        """Return a call's lines for the rows from i to j."""
        sliced = {call.output, *cut.sliced[call]}
        write = Statements(lambda v: f"{self.name(v)}[i:j]" if v in sliced else self.name(v), self.keep)
        return write.into(call, False)

    def bind(self, call):
        """Make a view, once."""
        args, kwargs = mapped((call.args, call.kwargs), Value, self.array)
        result = call.function(*args, **kwargs)
        for v, array in zip(call.results, result if isinstance(call.output, tuple) else (result,), strict=True):
            self.arrays[v] = array
        self.bindings.append((", ".join(map(self.name, call.results)), self.write.expression(call)))

    def array(self, v):
        self.name(v)
        return self.arrays[v]

    def statements(self, call):
        """Return a call's lines."""
        v, f = call.output, call.function
        if isinstance(f, Descent):
            lines = [self.copied(g, place) for g, place in f.gradients(call) if not self.plan.lies(g, place)]
            return [*lines, f"{self.keep(f.optimizer, type(f.optimizer).__name__.lower())}.descend()"]
        if not call.writes and isinstance(v, Value) and v in self.arrays:
            start = call.args[2] if f is np.where else call.args and call.args[0]
            slots = self.plan.slots
            same = isinstance(start, Value) and v in slots and slots.get(self.plan.root(start)) == slots[v]
            return self.write.into(call, same)
        return [self.write.fresh(call)]

    def copied(self, v, target):
        return f"np.copyto({self.keep(target, 'into')}, {self.name(v)})"

    def ending(self):
        """Return the lines that hand over the outputs: copies, unless told otherwise or new anyway."""
        lines, shown = [], []
        for place, v in enumerate(self.program.outputs):
            target = self.program.into.get(place)
            if target is None:
                owned = self.copy and (self.plan.fixed(v) or self.plan.root(v).kind == "input")
                shown.append(f"{self.name(v)}.copy()" if owned else self.name(v))
            elif not self.plan.lies(v, target):
                lines.append(self.copied(v, target))
        return [*lines, f"return ({', '.join(shown)}{',' if len(shown) == 1 else ''})"]
