"""Small eager graphs: 4×4 float32, twenty times (multiply, add), then sum and backward.

What an op costs beyond its arithmetic. ``parameters``: the factor and the summand require gradients, so each is
accumulated twenty times. ``constants``: they are Python numbers.
"""

import numpy as np

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


def makers(constants):
    """Return one maker of a step per library."""

    def tensorgrad():
        """tensorgrad"""
        import tensorgrad as tg

        return recorded(lambda a: tg.Tensor(a, requires_grad=True), constants)

    def torch():
        """PyTorch eager"""
        import torch

        torch.set_num_threads(1)
        return recorded(lambda a: torch.tensor(a, requires_grad=True), constants)

    def autograd():
        """HIPS autograd"""
        from autograd import grad

        x, w, b = inputs()
        if constants:
            gradient = grad(lambda x: repeated(x, 1.01, 0.5))
            return lambda: gradient(x)
        gradient = grad(repeated, (0, 1, 2))
        return lambda: gradient(x, w, b)

    def mygrad():
        """MyGrad"""
        import mygrad

        x, w, b = (mygrad.tensor(a) for a in inputs())
        factor, summand = (1.01, 0.5) if constants else (w, b)
        return lambda: repeated(x, factor, summand).backward()  # the next forward drops the gradients

    return [tensorgrad, torch, autograd, mygrad]
