"""Sixty common ops by themselves, forward and backward: 4×4, where calls cost, and 1000×1000, where arithmetic does.

Each op is summed and differentiated with respect to its first array, in float32. NumPy alone computes the forward; it
is there to show what the rest is. JAX runs both as one program, compiled.
"""

import math
from statistics import median

import numpy as np

from .runner import contestants, measure

SIZES = (4, 1000)
#: Ops of cubic cost, which at 1000×1000 are done on 200×200.
CUBIC = {"solve", "inv", "cholesky", "det"}
#: Below this share of PyTorch's speed an op needs a reason.
SLOW = 0.3
ENTRIES = "C's function, entry by entry: exact, and NumPy has none"
COPIES = "the gradient is written once more, for the leaf to own it"
ZEROS = "zeros and infinities do the derivative no harm, which takes more passes"
REASONS = {
    "erf": ENTRIES,
    "gammaln": ENTRIES,
    "prod of rows": ZEROS,
    "cumprod": ZEROS,
    "reciprocal": ZEROS,
    "logaddexp": "NumPy's takes 12 ns an entry, and the sigmoid of the difference keeps small parts",
    "hypot": "NumPy's takes 3 ns an entry",
    "sigmoid": "the exponential is bounded first, so that it never overflows",
    "cumsum": "NumPy's adds one entry after another, and the backward turns it round twice",
    "transpose": COPIES,
    "reshape": COPIES,
    "flip": COPIES,
    "index rows": "np.add.at: a row may be named twice",
}


def rows(a):
    """Return every second index along the first axis of ``a``."""
    return np.arange(0, a.shape[0], 2)


def our(name):
    """Return our op of this name, as ``f(np, x, w)``: NumPy has none."""

    def call(np_, x, w):
        import tensorgrad as tg

        return getattr(tg, name)(x)

    return call


#: name -> (the op through NumPy's functions, the same through PyTorch, through JAX where NumPy's functions are not its)
OPS = {
    "add": (lambda n, x, w: n.add(x, w), lambda t, x, w: x + w),
    "subtract": (lambda n, x, w: n.subtract(x, w), lambda t, x, w: x - w),
    "multiply": (lambda n, x, w: n.multiply(x, w), lambda t, x, w: x * w),
    "divide": (lambda n, x, w: n.divide(x, w), lambda t, x, w: x / w),
    "power": (lambda n, x, w: n.power(x, w), lambda t, x, w: x**w),
    "x ** 3": (lambda n, x, w: x**3, lambda t, x, w: x**3),
    "maximum": (lambda n, x, w: n.maximum(x, w), lambda t, x, w: t.maximum(x, w)),
    "arctan2": (lambda n, x, w: n.arctan2(x, w), lambda t, x, w: t.arctan2(x, w)),
    "hypot": (lambda n, x, w: n.hypot(x, w), lambda t, x, w: t.hypot(x, w)),
    "logaddexp": (lambda n, x, w: n.logaddexp(x, w), lambda t, x, w: t.logaddexp(x, w)),
    "x + row": (lambda n, x, w: x + w[0], lambda t, x, w: x + w[0]),
    "x * column": (lambda n, x, w: x * w[:, :1], lambda t, x, w: x * w[:, :1]),
    "negative": (lambda n, x, w: n.negative(x), lambda t, x, w: -x),
    "absolute": (lambda n, x, w: n.absolute(x), lambda t, x, w: t.abs(x)),
    "exp": (lambda n, x, w: n.exp(x), lambda t, x, w: t.exp(x)),
    "expm1": (lambda n, x, w: n.expm1(x), lambda t, x, w: t.expm1(x)),
    "log": (lambda n, x, w: n.log(x), lambda t, x, w: t.log(x)),
    "log1p": (lambda n, x, w: n.log1p(x), lambda t, x, w: t.log1p(x)),
    "sqrt": (lambda n, x, w: n.sqrt(x), lambda t, x, w: t.sqrt(x)),
    "square": (lambda n, x, w: n.square(x), lambda t, x, w: t.square(x)),
    "reciprocal": (lambda n, x, w: n.reciprocal(x), lambda t, x, w: t.reciprocal(x)),
    "sin": (lambda n, x, w: n.sin(x), lambda t, x, w: t.sin(x)),
    "cos": (lambda n, x, w: n.cos(x), lambda t, x, w: t.cos(x)),
    "arctan": (lambda n, x, w: n.arctan(x), lambda t, x, w: t.arctan(x)),
    "tanh": (lambda n, x, w: n.tanh(x), lambda t, x, w: t.tanh(x)),
    "sigmoid": (our("sigmoid"), lambda t, x, w: t.sigmoid(x), lambda j, x, w: j.nn.sigmoid(x)),
    "relu": (our("relu"), lambda t, x, w: t.relu(x), lambda j, x, w: j.nn.relu(x)),
    "softplus": (our("softplus"), lambda t, x, w: t.nn.functional.softplus(x), lambda j, x, w: j.nn.softplus(x)),
    "erf": (our("erf"), lambda t, x, w: t.erf(x), lambda j, x, w: j.scipy.special.erf(x)),
    "gammaln": (our("gammaln"), lambda t, x, w: t.lgamma(x), lambda j, x, w: j.scipy.special.gammaln(x)),
    "softmax": (our("softmax"), lambda t, x, w: t.softmax(x, -1), lambda j, x, w: j.nn.softmax(x)),
    "log_softmax": (our("log_softmax"), lambda t, x, w: t.log_softmax(x, -1), lambda j, x, w: j.nn.log_softmax(x)),
    "where": (lambda n, x, w: n.where(w > 1, x, w), lambda t, x, w: t.where(w > 1, x, w)),
    "clip": (lambda n, x, w: n.clip(x, 0.5, 1.5), lambda t, x, w: t.clip(x, 0.5, 1.5)),
    "sum": (lambda n, x, w: n.sum(x), lambda t, x, w: t.sum(x)),
    "sum of columns": (lambda n, x, w: n.sum(x, axis=0), lambda t, x, w: t.sum(x, 0)),
    "mean of rows": (lambda n, x, w: n.mean(x, axis=1), lambda t, x, w: t.mean(x, 1)),
    "max of rows": (lambda n, x, w: n.max(x, axis=1), lambda t, x, w: t.amax(x, 1)),
    "min": (lambda n, x, w: n.min(x), lambda t, x, w: t.amin(x)),
    "prod of rows": (lambda n, x, w: n.prod(x, axis=1), lambda t, x, w: t.prod(x, 1)),
    "var of rows": (lambda n, x, w: n.var(x, axis=1), lambda t, x, w: t.var(x, 1, correction=0)),
    "std": (lambda n, x, w: n.std(x), lambda t, x, w: t.std(x, correction=0)),
    "norm": (lambda n, x, w: n.linalg.norm(x), lambda t, x, w: t.linalg.norm(x)),
    "cumsum": (lambda n, x, w: n.cumsum(x, axis=1), lambda t, x, w: t.cumsum(x, 1)),
    "cumprod": (lambda n, x, w: n.cumprod(x, axis=1), lambda t, x, w: t.cumprod(x, 1)),
    "matmul": (lambda n, x, w: n.matmul(x, w), lambda t, x, w: x @ w),
    "matrix @ vector": (lambda n, x, w: x @ w[0], lambda t, x, w: x @ w[0]),
    "einsum": (lambda n, x, w: n.einsum("ij,kj->ik", x, w), lambda t, x, w: t.einsum("ij,kj->ik", x, w)),
    "outer": (lambda n, x, w: n.outer(x[0], w[0]), lambda t, x, w: t.outer(x[0], w[0])),
    "solve": (lambda n, x, w: n.linalg.solve(w, x), lambda t, x, w: t.linalg.solve(w, x)),
    "inv": (lambda n, x, w: n.linalg.inv(x + 4 * w), lambda t, x, w: t.linalg.inv(x + 4 * w)),
    "transpose": (lambda n, x, w: n.transpose(x), lambda t, x, w: x.T),
    "reshape": (lambda n, x, w: n.reshape(x, (-1, 2)), lambda t, x, w: x.reshape(-1, 2)),
    "concatenate": (lambda n, x, w: n.concatenate([x, w], axis=1), lambda t, x, w: t.cat([x, w], 1)),
    "stack": (lambda n, x, w: n.stack([x, w]), lambda t, x, w: t.stack([x, w])),
    "slice": (lambda n, x, w: x[1:, :-1], lambda t, x, w: x[1:, :-1]),
    "index rows": (lambda n, x, w: x[rows(x)], lambda t, x, w: x[rows(x)]),
    "flip": (lambda n, x, w: n.flip(x, 1), lambda t, x, w: t.flip(x, [1])),
    "roll": (lambda n, x, w: n.roll(x, 1, 1), lambda t, x, w: t.roll(x, 1, 1)),
    "sort": (lambda n, x, w: n.sort(x, axis=1), lambda t, x, w: t.sort(x, 1)[0]),
}  # fmt: skip


def inputs(name, size):
    """Return two positive matrices, the second one easy to invert."""
    n = 200 if name in CUBIC and size == 1000 else size
    rng = np.random.default_rng(0)
    x = rng.uniform(0.5, 1.5, (n, n)).astype(np.float32)
    return x, rng.uniform(0.5, 1.5, (n, n)).astype(np.float32) + n * np.eye(n, dtype=np.float32) * (name in CUBIC)


def tensorgrad(name, size):
    import tensorgrad as tg

    x, w = inputs(name, size)
    x, f = tg.Tensor(x, requires_grad=True), OPS[name][0]

    def step():
        f(np, x, w).sum().backward()
        x.grad = None

    return step


def torch_eager(name, size):
    import torch

    x, w = map(torch.from_numpy, inputs(name, size))
    x.requires_grad_(True)
    f = OPS[name][1]

    def step():
        f(torch, x, w).sum().backward()
        x.grad = None

    return step


def jax_jit(name, size):
    import jax

    op = OPS[name]
    f = op[2] if len(op) > 2 else lambda j, x, w: op[0](j.numpy, x, w)
    x, w = map(jax.numpy.asarray, inputs(name, size))
    gradient = jax.jit(jax.value_and_grad(lambda x, w: f(jax, x, w).sum()))
    return lambda: gradient(x, w)[1]


def numpy_forward(name, size):
    x, w = inputs(name, size)
    f = OPS[name][0]
    return lambda: f(np, x, w).sum()


ROWS = [
    ("tensorgrad", "tensorgrad", tensorgrad), ("PyTorch eager", "torch", torch_eager),
    ("JAX jit", "jax", jax_jit), ("NumPy forward", "numpy", numpy_forward),
]  # fmt: skip


def mean_ratio(results, name):
    """Return the geometric mean, over the ops, of a contestant's median time divided by ours."""
    logs = [math.log(median(times[name]) / median(times["tensorgrad"])) for times in results.values()]
    return math.exp(sum(logs) / len(logs))


def lines(results):
    """Yield the rows of a table: our median, and the others' divided by it, with the reason for what is slow."""
    names = [name for name in next(iter(results.values())) if name != "tensorgrad"]
    yield f"| | tensorgrad, µs | {' | '.join(f'{name} ÷ ours' for name in names)} | |"
    yield f"|---|---:|{'---:|' * len(names)}---|"
    for op, times in results.items():
        ours = median(times["tensorgrad"])
        ratios = {name: median(times[name]) / ours for name in names}
        slow = ratios.get("PyTorch eager", 1.0) < SLOW
        cells = [
            f"{ours * 1e6:.4g}",
            *(f"{ratio:.2f}" for ratio in ratios.values()),
            REASONS.get(op, "") if slow else "",
        ]
        yield f"| {op} | {' | '.join(cells)} |"
    yield f"| **geometric mean** | | {' | '.join(f'**{mean_ratio(results, name):.2f}**' for name in names)} | |"


def report(options):
    chosen = [name for name in OPS if not options.only or name in options.only]
    tables = []
    for size in SIZES:
        results = {name: measure(contestants(ROWS, name, size), options.rounds, 0.01) for name in chosen}
        tables.append(f"**{size}×{size} float32, op, sum, backward**: medians\n\n" + "\n".join(lines(results)))
    return "\n\n".join(tables)
