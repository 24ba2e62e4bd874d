"""Losses: where the 1/n, the 2 and the one-hot labels go."""

import numpy as np

from .task import Bug, Task


def mse(p, y):
    return np.mean((p - y) ** 2)


def mse_backward(p, y):
    dp = 2 * (p - y) / p.size
    return dp


def softmax_cross_entropy(z, y):
    z = z - z.max(axis=1, keepdims=True)
    log_s = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -np.mean(log_s[np.arange(len(y)), y])


def softmax_cross_entropy_backward(z, y):
    n = len(y)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    s = e / e.sum(axis=1, keepdims=True)
    dz = s.copy()
    dz[np.arange(n), y] -= 1
    dz = dz / n
    return dz


def l2(W, X, y, lambd):
    return np.mean((X @ W - y) ** 2) + lambd * np.sum(W**2)


def l2_backward(W, X, y, lambd):
    off = 2 * (X @ W - y) / y.size
    dW = X.T @ off
    dW = dW + 2 * lambd * W
    return dW


MSE = Task(
    name="mse",
    title="The mean squared error",
    level=1,
    formula="L = mean of (p − y)² over all elements",
    forward=mse,
    backward=mse_backward,
    inputs=lambda rng, n: {"p": rng.normal(size=(n, 3)), "y": rng.normal(size=(n, 3))},
    wrt=("p",),
    hints=(
        "L is a number, so there is no dout: it is 1.",
        "The derivative of a square brings a factor, and the mean another one.",
        "A mean over n·k elements: each has the gradient 2·(p − y) / (n·k).",
    ),
    bugs=(
        Bug("dp = 2 * (p - y) / p.size", "dp = (p - y) / p.size", "the square's factor 2 is missing", "half"),
        Bug(
            "dp = 2 * (p - y) / p.size",
            "dp = 2 * (p - y) / len(p)",
            "np.mean is over all elements, not over the rows",
            "too large",
        ),
        Bug("dp = 2 * (p - y) / p.size", "dp = 2 * (y - p) / p.size", "(y − p) has the wrong sign", "wrong sign"),
        Bug("dp = 2 * (p - y) / p.size", "dp = 2 * (p - y)", "the mean's 1/n is missing", "number of elements"),
    ),
    is_loss=True,
)

SOFTMAX_CROSS_ENTROPY = Task(
    name="softmax_cross_entropy",
    title="Softmax and cross-entropy together",
    level=2,
    formula="L = −(1/n) Σᵢ log softmax(zᵢ)[yᵢ],  y: class ids",
    forward=softmax_cross_entropy,
    backward=softmax_cross_entropy_backward,
    inputs=lambda rng, n: {"z": rng.normal(size=(n, 4)), "y": rng.integers(0, 4, n)},
    wrt=("z",),
    hints=(
        "For one row, L = log Σⱼ exp(zⱼ) − z[y]: differentiate the two terms one by one.",
        "The first term gives softmax(z), the second touches the entry of the label only.",
        "A row of dz is (softmax(z) − one_hot(y)) / n.",
    ),
    bugs=(
        Bug("dz = dz / n", "dz = dz", "the mean's 1/n is missing", "1/"),
        Bug("dz[np.arange(n), y] -= 1", "dz[np.arange(n), y] += 1", "the label's entry is s − 1"),
        Bug("dz = dz / n", "dz = dz / z.size", "the mean is over the rows, of which there are n", "times too small"),
        Bug(
            "s = e / e.sum(axis=1, keepdims=True)",
            "s = e / e.sum(axis=0, keepdims=True)",
            "each row is a softmax: sum along axis 1",
        ),
    ),
    is_loss=True,
)

L2 = Task(
    name="l2",
    title="Linear regression with weight decay (L2 regularisation)",
    level=2,
    formula="L = mean((X W − y)²) + λ Σ W²",
    forward=l2,
    backward=l2_backward,
    inputs=lambda rng, n: {
        "W": rng.normal(size=(4, 2)),
        "X": rng.normal(size=(n, 4)),
        "y": rng.normal(size=(n, 2)),
        "lambd": 0.15,
    },
    wrt=("W",),
    hints=(
        "L is a sum, so its gradient is a sum of two terms.",
        "The second term does not know the data: the derivative of W² is 2 W.",
        "dW = Xᵀ · 2 (X W − y) / (number of elements of y) + 2 λ W.",
    ),
    bugs=(
        Bug("dW = dW + 2 * lambd * W", "dW = dW", "the regularisation has a gradient, too", "2·lambd = 0.3 times W"),
        Bug("dW = dW + 2 * lambd * W", "dW = dW + lambd * W", "the derivative of W² is 2 W", "lambd = 0.15 times W"),
        Bug("dW = dW + 2 * lambd * W", "dW = dW - 2 * lambd * W", "both terms of a sum have a plus", "regularisation"),
        Bug("off = 2 * (X @ W - y) / y.size", "off = 2 * (X @ W - y) / len(y)", "np.mean is over all elements of y"),
    ),
    is_loss=True,
)
