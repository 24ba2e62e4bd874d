"""A program outside of tensorgrad: measured line by line, or saved as a script."""

from pathlib import Path
from time import perf_counter

import numpy as np

from ..errors import OptionError, describe
from . import threads

HEAD = '''"""A function compiled by tensorgrad: ``run({inputs})``. It needs NumPy alone, and the arrays beside it."""

from pathlib import Path

import numpy as np

{load}
'''
LOAD = 'arrays = np.load(Path(__file__).with_suffix(".npz"))'


def profiled(code, inputs, n):
    """Return ``[(µs, layer, op)]`` of each layer's ops, the costliest first."""
    space = {**code.namespace, **dict(zip(code.inputs, inputs, strict=True))}
    blocks = [(call.origin, compile("\n".join(lines), "<profile>", "exec")) for call, lines in code.blocks]
    total: dict = {}
    with np.errstate(all="ignore"):
        for _ in range(n):
            for origin, block in blocks:
                start = perf_counter()
                exec(block, space)
                spent = perf_counter() - start
                total[origin.layer, origin.op] = total.get((origin.layer, origin.op), 0.0) + spent
    return sorted([(1e6 * t / n, layer, op) for (layer, op), t in total.items()], key=lambda entry: -entry[0])


def save(code, path):
    """Write ``code`` to ``path``, and the arrays it was given beside it."""
    path, plan = Path(path), code.plan
    given = {code.name(v): v.array for v in code.arrays if v.array is not None}
    lines = [HEAD.format(inputs=", ".join(code.inputs), load=LOAD)]
    if plan.cuts:
        lines += [Path(threads.__file__).read_text(), ""]
    lines += [f'{name} = arrays["{name}"]' for name in given]
    lines += [f"{name} = {spelled(name, thing)}" for name, thing in code.kept.items()]
    lines += [f"buffer{i} = np.empty({size}, np.uint8)" for i, size in enumerate(plan.sizes)]
    for root, slot in plan.slots.items():
        shape = f"{root.shape}, {root.dtype.name!r}, buffer{slot}, 0, {root.strides}"
        lines.append(f"{code.name(root)} = np.ndarray({shape})")
    lines += [f"{code.name(root)} = np.empty({root.shape}, {root.dtype.name!r})" for root in plan.external]
    lines += [f"{name} = {text}" for name, text in code.bindings]
    states = [
        f"{name}.bit_generator.state = {thing.bit_generator.state!r}"
        for name, thing in code.kept.items()
        if isinstance(thing, np.random.Generator)
    ]
    path.write_text("\n".join([*lines, *states, "", "", code.source, ""]))
    np.savez(path.with_suffix(".npz"), **given)


def spelled(name, thing):
    """Return source for an object that a program keeps, or raise."""
    if isinstance(thing, np.random.Generator):
        return f"np.random.Generator(np.random.{type(thing.bit_generator).__name__}())"
    if isinstance(thing, np.generic):
        return f"np.{thing.dtype.name}({thing.item()!r})"
    if isinstance(thing, float):
        return f"float({str(thing)!r})"
    if isinstance(thing, np.ndarray):
        return f"np.empty({thing.shape}, {thing.dtype.name!r})"
    raise OptionError(f"save: the program uses {describe(thing)}, which a script with NumPy alone cannot make")
