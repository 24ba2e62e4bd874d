"""Code generation: make a program into one Python function of NumPy calls on buffers that exist beforehand."""

from functools import cached_property

import numpy as np

from ...errors import printable_text
from ..ir.descent import Descent
from ..ir.identifiers import ReadableNames, ShortNames
from ..ir.program import Value, map_kind
from ..ir.statements import Statements
from ..passes.kernels import is_contiguous
from .buffers import Plan
from .threads import in_blocks

#: A longer remark is shortened.
LONGEST = 100


class Code:
    """The function that runs a program, and source for people.

    arrays: ``{Value: array}`` of buffers, views, constants and captured arrays
    bound:  the calls that made these views, once
    """

    def __init__(self, program, copy=True, threads=1):
        self.program, self.plan, self.copy, self.threads = program, Plan(program, threads), copy, threads
        self.arrays: dict[Value, np.ndarray] = self.plan.arrays()
        given = [v for call in program.calls for v in call.operands] + list(program.outputs)
        self.arrays |= {v: v.array for v in given if v.kind in ("captured", "constant")}
        self.bound = [call for call in program.calls if call in self.plan.live.views]
        for call in self.bound:
            self.make_view(call)
        plain = Source(self, ShortNames())
        self.blocks, space = plain.blocks, {plain.names.value_name(v): array for v, array in self.arrays.items()}
        self.inputs = [plain.names.value_name(v) for v in program.inputs]
        self.namespace = {"in_blocks": in_blocks, **plain.names.kept, **space}
        self.plain = plain.text
        exec(compile(plain.text, "<compiled step>", "exec"), self.namespace)
        self.function = self.namespace["run"]

    def make_view(self, call):
        """Make a view, once."""
        args, kwargs = map_kind((call.args, call.kwargs), Value, self.arrays.__getitem__)
        result = call.function(*args, **kwargs)
        for v, array in zip(call.results, result if isinstance(call.output, tuple) else (result,), strict=True):
            self.arrays[v] = array

    @cached_property
    def readable(self):
        """The Source that people see."""
        return Source(self, ReadableNames(), remarks=True)

    @property
    def source(self):
        """The function as readable source, with names and remarks."""
        return self.readable.text


class Source:
    """The source of a program's function, with one kind of names.

    blocks:  ``[(call, its lines)]``
    remarks: whether lines end with a comment: the op, the layer and the user's line they come from
    """

    def __init__(self, code, names, remarks=False):
        self.code, self.plan, self.names, self.remarks = code, code.plan, names, remarks
        self.write = Statements(names.value_name, names)
        self.blocks: list[tuple] = []
        inputs = ", ".join([names.value_name(v) for v in code.program.inputs])
        self.text = "\n".join([f"def run({inputs}):", *self.body()])

    def body(self):
        """Return the lines of the function."""
        lines: list[str] = []
        errors, origin = None, ""
        for call in self.code.program.calls:
            if call in self.plan.live.views:
                continue
            statements, loop = self.statements(call), self.plan.loop_of.get(call)
            self.blocks.append((call, statements))
            if statements and call.errors != errors:
                errors = call.errors
                lines += [] if errors is None else [self.errstate_line(errors)]
            pad = "    " if errors is None else "        "
            if loop is not None:
                statements = self.row_statements(call, loop)
                if call is loop.calls[0]:
                    name = self.names.unused_name("rows")
                    lines.append(f"{pad}def {name}(i, j):")
            if self.remarks and statements and str(call.origin) != origin:
                origin = str(call.origin)
                statements = [statements[0] + remark(origin), *statements[1:]]
            lines += [pad + ("" if loop is None else "    ") + line for line in statements]
            if loop is not None and call is loop.calls[-1]:
                lines.append(f"{pad}in_blocks({name}, {loop.rows}, {loop.step(self.code.threads)})")
        return [*lines, *["    " + line for line in self.return_lines()]]

    def errstate_line(self, errors):
        """Return the line that sets the handling of floating-point errors."""
        return f"    with {self.names.function_name(np.errstate)}({self.write.argument_list((), errors)}):"

    def row_statements(self, call, loop):
        """Return a call's lines for rows i to j."""
        sliced = {call.output, *loop.sliced[call]}
        name = self.names.value_name
        writer = Statements(lambda v: f"{name(v)}[i:j]" if v in sliced else name(v), self.names)
        return writer.buffer_statements(call, False)

    def statements(self, call):
        """Return a call's lines."""
        v, f = call.output, call.function
        if isinstance(f, Descent):
            lines = [
                self.copy_statement(g, place)
                for g, place in f.gradients(call)
                if not self.plan.is_computed_in(g, place)
            ]
            return [*lines, f"{self.names.keep(f.optimizer, type(f.optimizer).__name__.lower())}.descend()"]
        if not call.writes and isinstance(v, Value) and v in self.plan.buffered:
            return self.write.buffer_statements(call, call in self.plan.in_place)
        return [self.write.new_array_statement(call)]

    def copy_statement(self, v, target):
        copy = self.names.function_name(np.copyto)
        return f"{copy}({self.names.keep(target, 'into')}, {self.names.value_name(v)})"

    def return_lines(self):
        """Return the lines that return the outputs: as copies, unless they are new or no copies are wanted."""
        lines, shown, program = [], [], self.code.program
        seen = set()
        for place, v in enumerate(program.outputs):
            target = program.into.get(place)
            if target is None:
                root = self.plan.live.root(v)
                shared = self.plan.live.is_fixed(v) or root.kind == "input" or root in seen
                owned = self.code.copy and shared and v.python is None and place not in program.lent
                seen.add(root)
                copy = ".copy()" if is_contiguous(v) else '.copy("K")'
                shown.append(self.names.value_name(v) + (copy if owned else ""))
            elif not self.plan.is_computed_in(v, target):
                lines.append(self.copy_statement(v, target))
        return [*lines, f"return ({', '.join(shown)}{',' if len(shown) == 1 else ''})"]


def remark(origin):
    """Return the comment that says where a line comes from: ASCII, for any names of layers and files."""
    text = printable_text(origin)
    text = text if len(text) <= LONGEST else text[:LONGEST] + "..."
    return f"  # {text}" if text else ""
