"""Sums, means, biases and matrix products: shapes decide what the backward must be."""

import numpy as np

from .task import Bug, Task


def bias(x, b):
    return x + b


def bias_backward(dout, x, b):
    dx = dout
    db = dout.sum(axis=0)
    return dx, db


def mean(x):
    return x.mean(axis=0)


def mean_backward(dout, x):
    n = x.shape[0]
    dx = np.ones_like(x) * dout / n
    return dx


def matmul(X, W):
    return X @ W


def matmul_backward(dout, X, W):
    dX = dout @ W.T
    dW = X.T @ dout
    return dX, dW


BIAS = Task(
    name="bias",
    title="A bias that is broadcast over the rows",
    level=1,
    formula="z = x + b: every row of x gets the same b",
    forward=bias,
    backward=bias_backward,
    inputs=lambda rng, n: {"x": rng.normal(size=(n, 3)), "b": rng.normal(size=3)},
    wrt=("x", "b"),
    hints=(
        "Every gradient has the shape of what it is the gradient of.",
        "b[j] is added in every row, so it acts on the loss through every row: these effects add up.",
        "Sum dout over the axis along which b was repeated, axis 0.",
    ),
    bugs=(
        Bug(
            "db = dout.sum(axis=0)",
            "db = dout.mean(axis=0)",
            "the effects of b in the rows add up, they are not averaged",
            "factor 1/",
        ),
        Bug(
            "db = dout.sum(axis=0)",
            "db = dout",
            "b was broadcast, so its gradient is a sum over the rows",
            "lacks the sum",
        ),
        Bug(
            "db = dout.sum(axis=0)",
            "db = dout[-1]",
            "only the last row counts, the others are forgotten",
            "contribution of the last row alone",
        ),
    ),
    known=lambda dout, x, b: {"b": {"parts": {"the last row": dout[-1], "the first row": dout[0]}}},
)

MEAN = Task(
    name="mean",
    title="The mean over the rows",
    level=1,
    formula="mⱼ = (1/n) Σᵢ xᵢⱼ",
    forward=mean,
    backward=mean_backward,
    inputs=lambda rng, n: {"x": rng.normal(size=(n, 3))},
    wrt=("x",),
    hints=(
        "dout has one entry per column, dx has the shape of x: something must be spread out.",
        "Moving x[i, j] by 1 moves the mean m[j] by 1/n, whatever i is.",
        "Every row of dx is dout / n.",
    ),
    bugs=(
        Bug("dx = np.ones_like(x) * dout / n", "dx = np.ones_like(x) * dout", "the 1/n of the mean is missing", "1/"),
        Bug(
            "dx = np.ones_like(x) * dout / n",
            "dx = dout / n",
            "every row of x needs its gradient: it must have the shape of x",
            "must have the shape",
        ),
        Bug(
            "n = x.shape[0]", "n = x.size", "the mean runs over the rows only, so n is their number", "times too small"
        ),
    ),
)

MATMUL = Task(
    name="matmul",
    title="Backward of a matrix product",
    level=1,
    formula="Z = X W",
    forward=matmul,
    backward=matmul_backward,
    inputs=lambda rng, n: {"X": rng.normal(size=(n, 4)), "W": rng.normal(size=(4, 4))},
    wrt=("X", "W"),
    hints=(
        "Write down the shapes of dout, X and W: there are not many ways to multiply them.",
        "z[i, k] = Σⱼ x[i, j] w[j, k], so x[i, j] acts on the loss through all z[i, k], with the factors w[j, k].",
        "dX[i, j] = Σₖ dout[i, k] w[j, k], a product of dout with the transpose of W; dW has X.T in front.",
    ),
    bugs=(
        Bug("dX = dout @ W.T", "dX = dout @ W", "W must be transposed: the sum runs over the columns of W"),
        Bug("dW = X.T @ dout", "dW = (X.T @ dout).T", "the gradient of W came out transposed", "transposed"),
        Bug(
            "dW = X.T @ dout",
            "dW = X.T @ dout / X.shape[0]",
            "the mean over the batch belongs to the loss, and dout contains it already",
            "1/",
        ),
    ),
)
