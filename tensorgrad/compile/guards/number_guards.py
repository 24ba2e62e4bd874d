"""Steadiness: whether Python numbers given to a program lead to the kinds of numbers it was written for."""

from ..ir.identifiers import Plain
from ..ir.statements import Statements
from .watched_places import is_same


def number_guard(program, frozen):
    """Return a function of a program's inputs that says whether it is for these numbers, or None if it is for all.

    frozen: ``[(calls before, Value, number)]`` of those whose value the program was written for

    What is computed from numbers alone is computed once more for it: an error, or a power that is a float now and was
    an int, says no, and so does another value of a frozen one.
    """
    calls = [call for call in program.calls if call.output is not None and getattr(call.output, "python", None)]
    ints = {v for call in program.calls if call not in calls for v in call.operands if v.python is int}
    if not calls and not frozen and not ints:
        return None
    names = Plain()
    write = Statements(names.value, names)
    given = [f"        {names.value(v)} = inputs[{i}]" for i, v in enumerate(program.inputs) if v.python]
    lines = ["def steady(inputs):", "    try:", *given]
    waiting = list(frozen)
    for number, call in enumerate(program.calls):
        while waiting and waiting[0][0] <= number:  # before what is computed only where they hold: a huge power
            lines.append(value_check_line(names, *waiting.pop(0)[1:]))
        if call not in calls:
            continue
        lines.append(f"        {write.fresh(call)}")
        kind = names.keep(call.output.python)
        lines.append(f"        if type({names.value(call.output)}) is not {kind}: return False")
    lines += [value_check_line(names, v, value) for _, v, value in waiting]
    for v in ints:  # beside arrays a larger one is something else: an object, or an error
        lines.append(f"        if not {-(1 << 63)} <= {names.value(v)} < {1 << 63}: return False")
    # broad: whatever goes wrong with the numbers, the function itself is to say it
    lines += ["        return True", "    except Exception:", "        return False"]
    space = dict(names.kept)
    exec(compile("\n".join(lines), "<steady>", "exec"), space)
    return space["steady"]


def value_check_line(names, v, value):
    """Return the line that says no if a number has another value."""
    return f"        if not {names.keep(is_same)}({names.value(v)}, {names.keep(value)}): return False"
