"""The gradient check against PyTorch's ``gradcheck``, on the same functions of float64 at the same points.

Both do what they do by default: PyTorch measures every entry by central differences and compares reverse mode; we
choose the method, compare reverse and forward mode, and measure the large inputs of a network along random lines. Two
columns are like for like: reverse mode only, and PyTorch with forward mode. PyTorch's ``fast_mode`` is one random line
for each input, which says less: no entry is looked at.
"""

import numpy as np

from .networks import WORKLOADS, Task
from .runner import contestants, measure, table

OURS = "tensorgrad"


def numbers(*shapes):
    rng = np.random.default_rng(0)
    return [rng.uniform(0.2, 1.5, shape) for shape in shapes]


#: Name -> the function in terms of a library's names, and its inputs.
FUNCTIONS = {
    "exp(x).sum(), 3": (lambda lib, x: lib.exp(x).sum(), numbers(3)),
    "x * y, 3": (lambda lib, x, y: x * y, numbers(3, 3)),
    "a @ b, 4×5×3": (lambda lib, a, b: a @ b, numbers((4, 5), (5, 3))),
    "abs(x).sum(), 4×5": (lambda lib, x: abs(x).sum(), numbers((4, 5))),
    "softmax(x), 4×5": (lambda lib, x: lib.softmax(x, -1), numbers((4, 5))),
    "tanh(x @ w + b).sum(), 8×6×4": (lambda lib, x, w, b: lib.tanh(x @ w + b).sum(), numbers((8, 6), (6, 4), 4)),
}


def network(name):
    """Return the loss of a network as a function of a library's names and the weights, and the weights."""
    task = Task(*next(row for row in WORKLOADS if row[0] == name))
    x = task.x.astype(float)

    def loss(lib, *weights):
        h = lib.constant(x)
        for i in range(0, len(weights), 2):
            h = h @ weights[i] + weights[i + 1]
            h = lib.relu(h) if i < len(weights) - 2 else h
        return lib.cross_entropy(h, task.labels)

    return loss, [w.astype(float) for w in task.weights()]


class Tensorgrad:
    """The names that the functions use, as this library has them."""

    def __init__(self):
        import tensorgrad as tg

        self.exp, self.tanh, self.relu, self.check = tg.exp, tg.tanh, tg.relu, tg.gradcheck
        self.softmax = lambda x, axis: tg.softmax(x, axis=axis)
        self.cross_entropy = lambda z, ids: tg.ops.sparse_softmax_cross_entropy(z, ids).mean()
        self.constant = lambda x: x
        self.given = lambda x: tg.Tensor(x, requires_grad=True)


def tensorgrad(f, inputs, **settings):
    lib = Tensorgrad()
    given = [x.copy() for x in inputs]
    return lambda: lib.check(lambda *x: f(lib, *x), given, **settings)


def tensorgrad_reverse(f, inputs):
    return tensorgrad(f, inputs, modes="reverse")


class Torch:
    """The same names as PyTorch has them."""

    def __init__(self):
        import torch

        self.exp, self.tanh, self.relu, self.softmax = torch.exp, torch.tanh, torch.relu, torch.softmax
        self.constant, self.check = torch.tensor, torch.autograd.gradcheck
        self.cross_entropy = lambda z, ids: torch.nn.functional.cross_entropy(z, torch.as_tensor(ids))
        self.given = lambda x: torch.tensor(x, requires_grad=True)


def torch(f, inputs, **settings):
    lib = Torch()
    given = tuple(lib.given(x) for x in inputs)
    return lambda: lib.check(lambda *x: f(lib, *x), given, **settings)


def torch_forward(f, inputs):
    return torch(f, inputs, check_forward_ad=True)


def torch_fast(f, inputs):
    return torch(f, inputs, fast_mode=True)


ROWS = [
    (OURS, "tensorgrad", tensorgrad),
    ("tensorgrad, reverse mode only", "tensorgrad", tensorgrad_reverse),
    ("PyTorch", "torch", torch),
    ("PyTorch with forward mode", "torch", torch_forward),
    ("PyTorch fast_mode", "torch", torch_fast),
]

#: PyTorch's default takes minutes for the 101,770 weights: measured once, and not in every round.
LARGE = "784-128-10"


def report(options):
    times = {name: measure(contestants(ROWS, *case), options.rounds) for name, case in FUNCTIONS.items()}
    small = network("10-32-64-10")
    rows = [row for row in ROWS if row[0] != "PyTorch with forward mode"]
    times["loss of 10-32-64-10, 3,114 weights"] = measure(contestants(rows, *small), min(3, options.rounds))
    title = f"**`gradcheck` of the loss of {LARGE}, 101,770 weights**: ms (÷ ours)"
    return "\n\n".join([
        table("**`gradcheck`**: median µs (÷ ours)", times, OURS), table(title, {LARGE: large()}, OURS, scale=1e3)
    ])  # fmt: skip


def large():
    """Return the seconds of each contestant: PyTorch's default once, the others a few times."""
    from .runner import timed

    found = contestants([row for row in ROWS if row[0] != "PyTorch with forward mode"], *network(LARGE))
    return {name: [timed(step, 1) for _ in range(1 if name == "PyTorch" else 5)] for name, step in found.items()}
