"""Small eager graphs: 4×4 float32, twenty times (multiply, add), then sum and backward.

What an op costs beyond its arithmetic. In the first row the factor and the summand require gradients, so each is
accumulated twenty times; in the second they are Python numbers. MyGrad guards its arrays against being written unless
told not to; both are measured.
"""

import numpy as np

from .runner import contestants, measure, table

STEPS = 20


def inputs():
    rng = np.random.default_rng(0)
    return [rng.random((4, 4), dtype=np.float32) for _ in range(3)]


def repeated(h, w, b):
    for _ in range(STEPS):
        h = h * w + b
    return h.sum()


def recorded(tensor, constants):
    """Return the step of a library whose Tensors record: forward, backward, gradients dropped."""
    x, w, b = (tensor(a) for a in inputs())
    leaves = (x,) if constants else (x, w, b)
    factor, summand = (1.01, 0.5) if constants else (w, b)

    def step():
        repeated(x, factor, summand).backward()
        for leaf in leaves:
            leaf.grad = None

    return step


def tensorgrad(constants):
    import tensorgrad as tg

    return recorded(lambda a: tg.Tensor(a, requires_grad=True), constants)


def torch_eager(constants):
    import torch

    return recorded(lambda a: torch.tensor(a, requires_grad=True), constants)


def hips_autograd(constants):
    from autograd import grad

    x, w, b = inputs()
    if constants:
        gradient = grad(lambda x: repeated(x, 1.01, 0.5))
        return lambda: gradient(x)
    gradient = grad(repeated, (0, 1, 2))
    return lambda: gradient(x, w, b)


def mygrad_eager(constants, guard=True):
    import mygrad

    x, w, b = (mygrad.tensor(a) for a in inputs())
    factor, summand = (1.01, 0.5) if constants else (w, b)
    switch = mygrad.turn_memory_guarding_on if guard else mygrad.turn_memory_guarding_off

    def step():
        switch()
        repeated(x, factor, summand).backward()  # the next forward drops the gradients

    return step


def mygrad_unguarded(constants):
    return mygrad_eager(constants, guard=False)


ROWS = [
    ("tensorgrad", "tensorgrad", tensorgrad),
    ("PyTorch eager", "torch", torch_eager),
    ("HIPS autograd", "autograd", hips_autograd),
    ("MyGrad", "mygrad", mygrad_eager),
    ("MyGrad, no memory guard", "mygrad", mygrad_unguarded),
]


def report(options):
    times = {
        title: measure(contestants(ROWS, constants), options.rounds)
        for title, constants in (("gradients of x, w and b", False), ("1.01 and 0.5, gradient of x", True))
    }
    return table("**4×4 float32, 20 × (h * w + b), sum, backward**: median µs (÷ ours)", times)
