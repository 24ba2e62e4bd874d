"""Code generation: a program as one flat Python function of NumPy calls over buffers made beforehand."""

from functools import cached_property

import numpy as np

from ...errors import printable
from ..ir.descent import Descent
from ..ir.identifiers import Plain, Readable
from ..ir.program import Value, mapped
from ..ir.statements import Statements
from ..passes.kernels import contiguous
from .buffers import Plan
from .threads import in_blocks

#: A longer remark is cut.
LONGEST = 100


class Code:
    """A program as the function that runs it, and as source for people.

    arrays: ``{Value: array}`` of all that is made beforehand or comes from outside: buffers, views, constants
    bound:  the calls that made views, once
    """

    def __init__(self, program, copy=True, threads=1):
        self.program, self.plan, self.copy, self.threads = program, Plan(program, threads), copy, threads
        self.arrays: dict[Value, np.ndarray] = self.plan.arrays()
        given = [v for call in program.calls for v in call.operands] + list(program.outputs)
        self.arrays |= {v: v.array for v in given if v.kind in ("captured", "constant")}
        self.bound = [call for call in program.calls if call in self.plan.live.views]
        for call in self.bound:
            self.bind(call)
        plain = Source(self, Plain())
        self.blocks, space = plain.blocks, {plain.names.value(v): array for v, array in self.arrays.items()}
        self.inputs = [plain.names.value(v) for v in program.inputs]
        self.namespace = {"in_blocks": in_blocks, **plain.names.kept, **space}
        self.plain = plain.text
        exec(compile(plain.text, "<compiled step>", "exec"), self.namespace)
        self.function = self.namespace["run"]

    def bind(self, call):
        """Make a view, once."""
        args, kwargs = mapped((call.args, call.kwargs), Value, self.arrays.__getitem__)
        result = call.function(*args, **kwargs)
        for v, array in zip(call.results, result if isinstance(call.output, tuple) else (result,), strict=True):
            self.arrays[v] = array

    @cached_property
    def readable(self):
        """The Source that people see."""
        return Source(self, Readable(), remarks=True)

    @property
    def source(self):
        """The program as readable NumPy: what the function does, with names and remarks."""
        return self.readable.text


class Source:
    """A program's function as text, in names of one kind.

    blocks:  ``[(call, its lines)]``, without what surrounds them
    remarks: whether lines end with the op, the layer and the user's line they come from
    """

    def __init__(self, code, names, remarks=False):
        self.code, self.plan, self.names, self.remarks = code, code.plan, names, remarks
        self.write = Statements(names.value, names)
        self.blocks: list[tuple] = []
        inputs = ", ".join([names.value(v) for v in code.program.inputs])
        self.text = "\n".join([f"def run({inputs}):", *self.body()])

    def body(self):
        """Return the lines of the function."""
        lines: list[str] = []
        errors, origin = None, ""
        for call in self.code.program.calls:
            if call in self.plan.live.views:
                continue
            statements, cut = self.statements(call), self.plan.cut_of.get(call)
            self.blocks.append((call, statements))
            if statements and call.errors != errors:
                errors = call.errors
                lines += [] if errors is None else [self.with_errors(errors)]
            pad = "    " if errors is None else "        "
            if cut is not None:
                statements = self.in_rows(call, cut)
                if call is cut.calls[0]:
                    name = self.names.unused("rows")
                    lines.append(f"{pad}def {name}(i, j):")
            if self.remarks and statements and str(call.origin) != origin:
                origin = str(call.origin)
                statements = [statements[0] + remark(origin), *statements[1:]]
            lines += [pad + ("" if cut is None else "    ") + line for line in statements]
            if cut is not None and call is cut.calls[-1]:
                lines.append(f"{pad}in_blocks({name}, {cut.rows}, {cut.step(self.code.threads)})")
        return [*lines, *["    " + line for line in self.ending()]]

    def with_errors(self, errors):
        """Return the line that sets how floating-point errors are handled."""
        return f"    with {self.names.function(np.errstate)}({self.write.joined((), errors)}):"

    def in_rows(self, call, cut):
        """Return a call's lines for the rows from i to j."""
        sliced = {call.output, *cut.sliced[call]}
        value = self.names.value
        return Statements(lambda v: f"{value(v)}[i:j]" if v in sliced else value(v), self.names).into(call, False)

    def statements(self, call):
        """Return a call's lines."""
        v, f = call.output, call.function
        if isinstance(f, Descent):
            lines = [self.copied(g, place) for g, place in f.gradients(call) if not self.plan.is_computed_in(g, place)]
            return [*lines, f"{self.names.keep(f.optimizer, type(f.optimizer).__name__.lower())}.descend()"]
        if not call.writes and isinstance(v, Value) and v in self.plan.buffered:
            return self.write.into(call, call in self.plan.in_place)
        return [self.write.fresh(call)]

    def copied(self, v, target):
        copy = self.names.function(np.copyto)
        return f"{copy}({self.names.keep(target, 'into')}, {self.names.value(v)})"

    def ending(self):
        """Return the lines that hand over the outputs: copies, unless told otherwise or new anyway."""
        lines, shown, program = [], [], self.code.program
        seen = set()
        for place, v in enumerate(program.outputs):
            target = program.into.get(place)
            if target is None:
                root = self.plan.live.root(v)
                shared = self.plan.live.is_fixed(v) or root.kind == "input" or root in seen
                owned = self.code.copy and shared and v.python is None and place not in program.lent
                seen.add(root)
                copy = ".copy()" if contiguous(v) else '.copy("K")'
                shown.append(self.names.value(v) + (copy if owned else ""))
            elif not self.plan.is_computed_in(v, target):
                lines.append(self.copied(v, target))
        return [*lines, f"return ({', '.join(shown)}{',' if len(shown) == 1 else ''})"]


def remark(origin):
    """Return where a line comes from, behind it: one line of ASCII, whatever layers and files are called."""
    text = printable(origin)
    text = text if len(text) <= LONGEST else text[:LONGEST] + "..."
    return f"  # {text}" if text else ""
