"""The guard of numbers: whether a program fits the Python numbers that it is given."""

from ..ir.identifiers import ShortNames
from ..ir.statements import Statements
from .watched_places import is_same


def number_guard(program, frozen):
    """Return a function that says whether a program fits its inputs' numbers, or None if it fits all numbers.

    frozen: ``[(calls before, Value, number)]`` of the numbers whose value the program was written for

    The function computes once more what depends on numbers alone. It returns False at an error, at a result of another
    type (a power that was an int and is a float now), and where a frozen number has another value.
    """
    calls = [call for call in program.calls if call.output is not None and getattr(call.output, "python", None)]
    ints = {v for call in program.calls if call not in calls for v in call.operands if v.python is int}
    if not calls and not frozen and not ints:
        return None
    names = ShortNames()
    write = Statements(names.value_name, names)
    given = [f"        {names.value_name(v)} = inputs[{i}]" for i, v in enumerate(program.inputs) if v.python]
    lines = ["def steady(inputs):", "    try:", *given]
    waiting = list(frozen)
    for number, call in enumerate(program.calls):
        while waiting and waiting[0][0] <= number:  # before what is computed only where they hold: a huge power
            lines.append(value_check_line(names, *waiting.pop(0)[1:]))
        if call not in calls:
            continue
        lines.append(f"        {write.new_array_statement(call)}")
        kind = names.keep(call.output.python)
        lines.append(f"        if type({names.value_name(call.output)}) is not {kind}: return False")
    lines += [value_check_line(names, v, value) for _, v, value in waiting]
    for v in ints:  # beside arrays a larger one is something else: an object, or an error
        lines.append(f"        if not {-(1 << 63)} <= {names.value_name(v)} < {1 << 63}: return False")
    # any error: the function itself is then to raise it
    lines += ["        return True", "    except Exception:", "        return False"]
    space = dict(names.kept)
    exec(compile("\n".join(lines), "<steady>", "exec"), space)
    return space["steady"]


def value_check_line(names, v, value):
    """Return the line of code that returns False if a number has another value."""
    return f"        if not {names.keep(is_same)}({names.value_name(v)}, {names.keep(value)}): return False"
