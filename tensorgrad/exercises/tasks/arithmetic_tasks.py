"""Elementwise functions of one or two arrays: the chain rule, one factor at a time."""

import numpy as np

from .task import Bug, Task


def product(x, y):
    return x * y


def product_backward(dout, x, y):
    dx = dout * y
    dy = dout * x
    return dx, dy


def reuse(x):
    s = 1 / (1 + np.exp(-x))
    return x * s


def reuse_backward(dout, x):
    s = 1 / (1 + np.exp(-x))
    dx = dout * s
    ds = dout * x
    dx = dx + ds * s * (1 - s)
    return dx


def _reuse_facts(dout, x):
    s = 1 / (1 + np.exp(-x))
    return {"x": {"parts": {"the factor x": dout * s, "the factor s": dout * x * s * (1 - s)}}}


PRODUCT = Task(
    name="product",
    title="Backward of a product",
    level=1,
    formula="z = x · y, element by element",
    forward=product,
    backward=product_backward,
    inputs=lambda rng, n: {"x": rng.normal(size=(n, 3)), "y": rng.normal(size=(n, 3))},
    wrt=("x", "y"),
    hints=(
        "The chain rule: the gradient of x is the gradient of z times the derivative of z with respect to x.",
        "If only x moves, y is a constant factor: ∂z/∂x = y.",
        "dx is dout times y, and dy is what you get with x and y exchanged.",
    ),
    bugs=(
        Bug("dx = dout * y", "dx = dout * x", "the derivative of x·y with respect to x is y, not x", "gradient of y"),
        Bug("dx = dout * y", "dx = y", "the incoming gradient dout is missing", "incoming gradient"),
        Bug("dy = dout * x", "dy = -dout * x", "there is no minus in the derivative of a product", "wrong sign"),
    ),
)

REUSE = Task(
    name="reuse",
    title="A value that is used twice",
    level=1,
    formula="y = x · s,  s = sigmoid(x)",
    forward=reuse,
    backward=reuse_backward,
    inputs=lambda rng, n: {"x": rng.normal(size=(n, 3))},
    wrt=("x",),
    hints=(
        "x reaches the output by two ways: as a factor, and through s.",
        "Write the gradient along each way, and add the two.",
        "The first way gives dout·s. The second starts with ds = dout·x and goes on through ds/dx = s·(1 − s).",
    ),
    bugs=(
        Bug(
            "dx = dx + ds * s * (1 - s)",
            "dx = ds * s * (1 - s)",
            "the second way replaces the first instead of being added to it",
            "lacks the contribution of the factor x",
        ),
        Bug(
            "dx = dx + ds * s * (1 - s)",
            "dx = dx",
            "the way through s is missing",
            "contribution of the factor x alone",
        ),
        Bug(
            "dx = dx + ds * s * (1 - s)",
            "dx = dx + ds * x * (1 - x)",
            "the derivative of the sigmoid is s·(1 − s), with the output s and not the input x",
        ),
    ),
    known=_reuse_facts,
)
