"""Measure a program line by line, or save it as a script."""

import operator
from collections.abc import Hashable
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np

from ...errors import OptionError, describe
from ..ir.array_ops import scalar_operator
from ..ir.statements import SYMBOLS
from . import threads

HEAD = '''"""A function compiled by tensorgrad: ``run({inputs})``. It needs NumPy alone, and the arrays beside it."""

import operator
from pathlib import Path

import numpy as np

{load}
'''
LOAD = 'arrays = np.load(Path(__file__).with_suffix(".npz"))'


def time_calls(code, inputs, n):
    """Return ``[(call, µs)]``, in order: the mean time of each call in ``n`` runs on these arrays."""
    space = {**code.namespace, **dict(zip(code.inputs, inputs, strict=True))}
    blocks = [(call, compile("\n".join(lines), "<profile>", "exec")) for call, lines in code.blocks]
    total = dict.fromkeys([call for call, _ in blocks], 0.0)
    with np.errstate(all="ignore"):
        for _ in range(n):
            for call, block in blocks:
                start = perf_counter()
                exec(block, space)
                total[call] += perf_counter() - start
    return [(call, 1e6 * seconds / n) for call, seconds in total.items()]


@contextmanager
def restore_after(replay):
    """Undo at the end of the block what the program changes in it: arrays, optimizers, generators."""
    program, optimizers = replay.program, [descent.optimizer for descent in replay.descents]
    arrays = [v.array for v in program.written_roots(program.roots) if v.array is not None]
    arrays += [vector for o in optimizers for flat in o._flats for vector in (flat.w, flat.g, *flat.slots.values())]
    before = [(array, array.copy()) for array in arrays]
    kept = list(replay.code.namespace.values())
    states = [(g, g.bit_generator.state) for g in kept if isinstance(g, np.random.Generator)]
    steps = [(optimizer, optimizer.iterations) for optimizer in optimizers]
    try:
        yield
    finally:
        for array, old in before:
            array[...] = old
        for generator, state in states:
            generator.bit_generator.state = state
        for optimizer, step in steps:
            optimizer.iterations = step


def profile_layers(code, inputs, n):
    """Return ``[(µs, layer, op)]`` of each layer's ops, the slowest first."""
    total: dict = {}
    for call, spent in time_calls(code, inputs, n):
        key = call.origin.layer, call.origin.op
        total[key] = total.get(key, 0.0) + spent
    return sorted([(spent, layer, op) for (layer, op), spent in total.items()], key=lambda entry: -entry[0])


def save_script(code, path):
    """Write ``code`` to ``path``, and its arrays to a file beside it."""
    path, plan, source = Path(path), code.plan, code.readable
    name = source.names.value_name
    given = {name(v): v.array for v in code.arrays if v.array is not None and v.kind != "result"}
    lines = [HEAD.format(inputs=", ".join(map(name, code.program.inputs)), load=LOAD)]
    if plan.loops:
        lines += [Path(threads.__file__).read_text(), ""]
    lines += [f'{known} = arrays["{known}"]' for known in given]
    lines += [f"buffer{i} = np.empty({size}, np.uint8)" for i, size in enumerate(plan.pool.sizes)]
    for root, slot in plan.slots.items():
        shape = f"{root.shape}, {root.dtype.name!r}, buffer{slot}, 0, {root.strides}"
        lines.append(f"{name(root)} = np.ndarray({shape})")
    lines += [f"{name(root)} = np.empty({root.shape}, {root.dtype.name!r})" for root in plan.external]
    for root in plan.extended:
        end = root.size + root.shape[1]
        lines.append(f"buffer{plan.slots[root]}.view({root.dtype.name!r})[{root.size}:{end}] = 1")
    for call in code.bound:
        left = ", ".join(map(name, call.results))
        lines.append(f"{left} = {source.write.expression(call)}")
    kept = {known: thing for known, thing in source.names.kept.items() if thing is not None}
    lines += [f"{known} = {literal_source(thing)}" for known, thing in kept.items()]
    lines += [
        f"{known}.bit_generator.state = {thing.bit_generator.state!r}"
        for known, thing in kept.items()
        if isinstance(thing, np.random.Generator)
    ]
    text = "\n".join([*lines, "", "", source.text, ""])
    path.write_text(text.encode("ascii", "backslashreplace").decode("ascii"))
    np.savez(path.with_suffix(".npz"), **given)


#: The source of functions that are not NumPy's.
FUNCTIONS: dict[object, str] = {
    scalar_operator: "lambda f, *pair: f(*[x[()] if isinstance(x, np.ndarray) else x for x in pair])",
    **{f: f"operator.{f.__name__}" for f in SYMBOLS},
    operator.abs: "abs",
    round: "round",
}


def literal_source(thing):
    """Return the source of an object that a program keeps; raise an OptionError if NumPy alone cannot make it."""
    if isinstance(thing, np.random.Generator):
        return f"np.random.Generator(np.random.{type(thing.bit_generator).__name__}())"
    if isinstance(thing, np.generic):
        return f"np.{thing.dtype.name}({thing.item()!r})"
    if type(thing) in (float, complex):
        return f"{type(thing).__name__}({str(thing)!r})"
    if type(thing) in (str, int, bytes):
        return ascii(thing)
    if isinstance(thing, np.ndarray):
        return f"np.empty({thing.shape}, {thing.dtype.name!r})"
    if isinstance(thing, Hashable) and thing in FUNCTIONS:
        return FUNCTIONS[thing]
    name = getattr(thing, "__name__", "")
    if getattr(np.ndarray, name, None) is thing:
        return f"np.ndarray.{name}"
    raise OptionError(f"save: the program uses {describe(thing)}, which a script with NumPy alone cannot make")
