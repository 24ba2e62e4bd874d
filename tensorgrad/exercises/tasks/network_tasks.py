"""Layers put together: a two-layer network, dropout."""

import numpy as np

from .task import Bug, Task


def two_layer(W1, b1, W2, b2, X, y):
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    return np.mean((Z2 - y) ** 2)


def two_layer_backward(W1, b1, W2, b2, X, y):
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    dZ2 = 2 * (Z2 - y) / y.size
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return dW1, db1, dW2, db2


def dropout(x, mask, keep_prob):
    return x * mask / keep_prob


def dropout_backward(dout, x, mask, keep_prob):
    dx = dout * mask / keep_prob
    return dx


TWO_LAYER = Task(
    name="two_layer",
    title="A network with one hidden layer",
    level=2,
    formula="L = mean((relu(X W₁ + b₁) W₂ + b₂ − y)²)",
    forward=two_layer,
    backward=two_layer_backward,
    inputs=lambda rng, n: {
        "W1": rng.normal(size=(3, 4)),
        "b1": rng.normal(size=4),
        "W2": rng.normal(size=(4, 2)),
        "b2": rng.normal(size=2),
        "X": rng.normal(size=(n, 3)),
        "y": rng.normal(size=(n, 2)),
    },
    wrt=("W1", "b1", "W2", "b2"),
    hints=(
        "Go through the forward from the last line to the first, a line at a time: dZ2, then W2, b2 and A1, then Z1, …",
        "You have solved every step before: mse, bias, matmul, relu.",
        "dZ2 = 2 (Z2 − y) / y.size;  dW2 = A1ᵀ dZ2;  db2 = sum of its rows;  dA1 = dZ2 W2ᵀ;  dZ1 = dA1 where Z1 > 0; …",
    ),
    bugs=(
        Bug("dZ1 = dA1 * (Z1 > 0)", "dZ1 = dA1", "the derivative of relu is missing", "derivative of relu"),
        Bug("dZ2 = 2 * (Z2 - y) / y.size", "dZ2 = 2 * (Z2 - y)", "the mean's 1/n is missing", "1/"),
        Bug("dW2 = A1.T @ dZ2", "dW2 = Z1.T @ dZ2", "W2 is multiplied by the activations A1, not by Z1"),
        Bug(
            "db1 = dZ1.sum(axis=0)", "db1 = dZ1.mean(axis=0)", "the bias acts in every row, these effects add up", "1/"
        ),
        Bug("dW1 = X.T @ dZ1", "dW1 = X.T @ dZ1 * 2", "there is no factor 2", "stray factor 2"),
    ),
    is_loss=True,
)

DROPOUT = Task(
    name="dropout",
    title="Inverted dropout",
    level=1,
    formula="y = x · mask / keep_prob,  mask: zeros and ones",
    forward=dropout,
    backward=dropout_backward,
    inputs=lambda rng, n: {
        "x": rng.normal(size=(n, 4)),
        "mask": (rng.permutation(4 * n) < 3 * n).reshape(n, 4) * 1.0,
        "keep_prob": 0.7,
    },
    wrt=("x",),
    hints=(
        "The mask is a constant here: y is x times a constant.",
        "What was switched off in the forward gets no gradient in the backward.",
        "What was scaled in the forward is scaled by the same number in the backward.",
    ),
    bugs=(
        Bug(
            "dx = dout * mask / keep_prob",
            "dx = dout * mask",
            "the backward must be scaled as the forward",
            "keep_prob",
        ),
        Bug("dx = dout * mask / keep_prob", "dx = dout / keep_prob", "the mask is missing", "mask"),
        Bug(
            "dx = dout * mask / keep_prob",
            "dx = dout * mask * keep_prob",
            "the forward divides by keep_prob, so does the backward",
        ),
    ),
)
