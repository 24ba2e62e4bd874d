"""Writing through views: random programs against the same programs on NumPy's arrays, and each rule by itself."""

import gc
import operator
import weakref

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

import tensorgrad as tg

# A program is a list of statements; each is a function of the environment, a list of arrays or of Tensors, which it
# changes. The same statements run on both: NumPy's arrays are the oracle, of values and, by complex steps, gradients.

SHAPES = [(3,), (2, 3), (3, 2), (2, 2, 2), (1, 3)]
INDICES = [
    0, -1, slice(1, None), slice(None, None, -1), slice(None, None, 2), ..., (..., 0), (0, ...), None, (slice(None), 0),
    [0, 1], [1, 0, 1], np.array([True, False]), (slice(None), [0, 1]), (slice(0, 1), ..., slice(1, None)), (0, 0, ...),
]  # fmt: skip


def square(x):
    """Return ``x`` if it is a square matrix; NumPy's einsum does not look when it is empty."""
    if x.ndim != 2 or x.shape[0] != x.shape[1]:
        raise ValueError
    return x


VIEWS = {
    "x.T": lambda x: x.T, "reshape": lambda x: x.reshape(-1), "ravel": lambda x: x.ravel(), "flip": np.flip,
    "expand_dims": lambda x: np.expand_dims(x, 0), "swapaxes": lambda x: x.swapaxes(0, -1), "squeeze": np.squeeze,
    "turned shape": lambda x: x.reshape(x.shape[::-1]), "moveaxis": lambda x: np.moveaxis(x, 0, -1),
    "Fortran": lambda x: np.reshape(x, -1, order="F"), "rot90": np.rot90, "rot90 0": lambda x: np.rot90(x, 0),
    "diagonal": lambda x: np.einsum("ii->i", square(x)), "split": lambda x: np.split(x, x.shape[0])[-1],
    "atleast_2d": np.atleast_2d, "flat": lambda x: x.flat[...], "view": lambda x: x.view(),
    "product": lambda x: x * 1.5, "sin": np.sin, "copy": lambda x: x.copy(), "flatten": lambda x: x.flatten(),
    "tile": lambda x: np.tile(x, 1), "repeat": lambda x: np.repeat(x, 1), "sum": lambda x: x + x.T[0],
    "meshgrid": lambda x: np.meshgrid(x, x)[1], "pad": lambda x: np.pad(x, 0, mode="edge"),
    "take": lambda x: np.take(x, [0]),
}  # fmt: skip
OPERATORS = [operator.iadd, operator.isub, operator.imul, operator.itruediv]


def view(env, reads, i, name):
    env.append(VIEWS[name](env[i]))


def index(env, reads, i, where):
    env.append(env[i][where])


def forget(env, reads, i):
    env.pop(i)


def read(env, reads, i):
    reads.append((env[i] * env[i] * 0.5).sum())


def write(env, reads, i, where, j, scale):
    env[i][where] = scale if j is None else env[j] * scale


def write_itself(env, reads, i, j):
    env[i][...] = env[j]


def change(env, reads, i, op, j, scale):
    env[i] = op(env[i], scale if j is None else env[j] * 0.1 + scale)


def write_out(env, reads, i, j):
    np.multiply(env[j], 0.5, out=env[i])


def change_rows(env, reads, i, scale):
    for row in env[i]:
        row *= scale


def add_at(env, reads, i, where, scale):
    np.add.at(env[i], where, env[i][where] * 0.5 + scale)


def multiply_at(env, reads, i, where, scale):
    np.multiply.at(env[i], where, scale)


def copy_to(env, reads, i, j):
    np.copyto(env[i], env[j] * 0.5, where=np.arange(env[i].size).reshape(env[i].shape) % 2 == 0)


def put(env, reads, i, j):
    np.put(env[i][...], [0, -1], env[j] * 1.5)


def write_flat(env, reads, i, j):
    env[i].flat[1:] = env[j] * 1.5  # NumPy would read what it has just written


def random_statement(rng, env):
    """Return a random statement, which may not suit the environment."""
    i, j, scale, where = rng.randrange(len(env)), rng.randrange(len(env)), rng.choice([0.5, -1.25, 2.0]), indices(rng)
    other = rng.choice([None, j])
    return rng.choice([
        (view, i, rng.choice([*VIEWS])), (view, i, rng.choice([*VIEWS])), (index, i, where), (index, i, where),
        (read, i), (write, i, where, other, scale), (write, i, where, other, scale), (write_out, i, j),
        (change, i, rng.choice(OPERATORS), other, scale), (change_rows, i, scale), (write_itself, i, j), (forget, i),
        (add_at, i, where, scale), (multiply_at, i, where, scale), (copy_to, i, j), (put, i, j), (write_flat, i, j),
    ])  # fmt: skip


def indices(rng):
    return rng.choice(INDICES)


def start(w):
    """Return what a program begins with: two arrays computed from ``w``, and a buffer that is not."""
    buffer = tg.Tensor(np.ones(w.shape)) if isinstance(w, tg.Tensor) else np.ones(w.shape, complex)
    return [w * 1.0, buffer, w[::-1] * 2.0]


def random_program(rng, shape, length):
    """Return statements that run on arrays, one after the other."""
    env, program = start(np.linspace(0.5, 1.5, int(np.prod(shape))).reshape(shape).astype(complex)), []
    for _ in range(length):
        f, *args = random_statement(rng, env)
        try:
            f([x.copy() for x in env], [], *args)
            if isinstance(env[args[0]], np.generic) and f in (put, write_flat, view, index):
                raise ValueError  # a number of NumPy's has no views, and is not written to
        except (ValueError, IndexError, TypeError, AttributeError, ZeroDivisionError):
            continue  # it does not suit these shapes
        if len(env) > 1 or f is not forget:
            f(env, [], *args)
            program.append((f, *args))
        if not all(np.abs(x).max(initial=0) < 1e6 for x in env):
            break
    return program


def run(program, w):
    """Return what a program leaves, and the sum of all that it reads."""
    env, reads = start(w), [(w * w).sum()]
    for k, (f, *args) in enumerate(program):
        f(env, reads, *args)
        reads.append((env[k % len(env)] * (k + 1)).sum())
    reads += [(x * x).sum() for x in env]
    return env, sum(reads)


def complex_step_gradient(program, values):
    """Return the gradient of what a program reads, by a complex step for each entry."""
    g = np.zeros(values.shape)
    for place in np.ndindex(values.shape):
        w = values.astype(complex)
        w[place] += 1e-30j
        g[place] = run(program, w)[1].imag / 1e-30
    return g


@given(rng=st.randoms(use_true_random=False), shape=st.sampled_from(SHAPES), length=st.integers(1, 14))
@settings(max_examples=400, deadline=None)
def test_a_random_program_does_to_tensors_what_it_does_to_arrays(rng, shape, length):
    program = random_program(rng, shape, length)
    note("\n".join(f"{f.__name__}{args}" for f, *args in program))
    values = np.linspace(0.5, 1.5, int(np.prod(shape))).reshape(shape)
    wanted, _ = run(program, values.astype(complex))
    w = tg.Tensor(values, requires_grad=True)
    got, loss = run(program, w)
    for x, y in zip(got, wanted, strict=True):
        np.testing.assert_allclose(np.asarray(x.data), y.real, rtol=1e-12, atol=1e-12)
    loss.backward()
    np.testing.assert_allclose(w.grad.data, complex_step_gradient(program, values), rtol=1e-9, atol=1e-9)
