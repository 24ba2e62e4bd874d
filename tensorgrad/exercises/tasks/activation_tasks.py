"""Activations: the derivative of a function at the right place."""

import numpy as np

from .task import Bug, Task


def relu(x):
    return np.maximum(x, 0)


def relu_backward(dout, x):
    dx = dout * (x > 0)
    return dx


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_backward(dout, x):
    s = 1 / (1 + np.exp(-x))
    dx = dout * s * (1 - s)
    return dx


def tanh(x):
    return np.tanh(x)


def tanh_backward(dout, x):
    a = np.tanh(x)
    dx = dout * (1 - a**2)
    return dx


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(dout, x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    s = e / e.sum(axis=-1, keepdims=True)
    total = (dout * s).sum(axis=-1, keepdims=True)
    dx = s * (dout - total)
    return dx


def _rows(rng, n):
    return {"x": rng.normal(size=(n, 4))}


RELU = Task(
    name="relu",
    title="Backward of relu",
    level=1,
    formula="y = max(x, 0)",
    forward=relu,
    backward=relu_backward,
    inputs=_rows,
    wrt=("x",),
    hints=(
        "Where x is positive, y is x; where x is negative, y does not move with x at all.",
        "So the derivative is 1 or 0, depending on the sign of x (not of dout).",
        "Multiply dout by the mask x > 0.",
    ),
    bugs=(
        Bug("dx = dout * (x > 0)", "dx = dout * (dout > 0)", "the mask is where x is positive, not where dout is"),
        Bug(
            "dx = dout * (x > 0)", "dx = np.maximum(dout, 0)", "the backward of relu is not relu: the mask comes from x"
        ),
        Bug("dx = dout * (x > 0)", "dx = dout * x", "the derivative of relu is 0 or 1, not x"),
        Bug("dx = dout * (x > 0)", "dx = dout * (x < 0)", "the mask is the wrong way round", "mask is inverted"),
        Bug(
            "dx = dout * (x > 0)",
            "dx = dout",
            "the mask is missing: no gradient where x is negative",
            "passed on unchanged",
        ),
    ),
)

SIGMOID = Task(
    name="sigmoid",
    title="Backward of sigmoid",
    level=1,
    formula="s = 1 / (1 + exp(−x))",
    forward=sigmoid,
    backward=sigmoid_backward,
    inputs=_rows,
    wrt=("x",),
    hints=(
        "The derivative can be written with the output s alone.",
        "ds/dx = exp(−x) / (1 + exp(−x))²: write it with s and 1 − s.",
        "ds/dx = s·(1 − s), with s = sigmoid(x), and the chain rule puts dout in front.",
    ),
    bugs=(
        Bug(
            "dx = dout * s * (1 - s)",
            "dx = dout * x * (1 - x)",
            "s·(1 − s) is meant with the output s, not the input x",
            "at x",
        ),
        Bug("dx = dout * s * (1 - s)", "dx = s * (1 - s)", "the incoming gradient is missing", "incoming gradient"),
        Bug("dx = dout * s * (1 - s)", "dx = dout * (1 - s)", "the factor s is missing", "not 1 − s"),
    ),
)

TANH = Task(
    name="tanh",
    title="Backward of tanh",
    level=1,
    formula="a = tanh(x)",
    forward=tanh,
    backward=tanh_backward,
    inputs=_rows,
    wrt=("x",),
    hints=(
        "The derivative can be written with the output a alone.",
        "It is 1 at x = 0 and goes to 0 on both sides, where a goes to ±1.",
        "da/dx = 1 − a², with a = tanh(x).",
    ),
    bugs=(
        Bug(
            "dx = dout * (1 - a**2)",
            "dx = dout * (1 - x**2)",
            "1 − a² is meant with the output a, not the input x",
            "at x",
        ),
        Bug("dx = dout * (1 - a**2)", "dx = dout * (1 - a)", "a must be squared", "lacks a square"),
        Bug("dx = dout * (1 - a**2)", "dx = dout * (1 - np.tanh(a) ** 2)", "a is the tanh already", "tanh twice"),
    ),
)

SOFTMAX = Task(
    name="softmax",
    title="Backward of softmax along the last axis",
    level=2,
    formula="sᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)",
    forward=softmax,
    backward=softmax_backward,
    inputs=_rows,
    wrt=("x",),
    hints=(
        "Every x of a row acts on every s of that row: the Jacobian of a row is a full matrix.",
        "∂sᵢ/∂xⱼ = sᵢ·(1 − sᵢ) for i = j, and −sᵢ sⱼ for i ≠ j. Multiply dout by it and sum over i.",
        "Sorted, that is s ⊙ (dout − c), where c is one number per row: Σᵢ doutᵢ sᵢ.",
    ),
    bugs=(
        Bug(
            "dx = s * (dout - total)",
            "dx = dout * s * (1 - s)",
            "that is the diagonal of the Jacobian only",
            "diagonal only",
        ),
        Bug("dx = s * (dout - total)", "dx = s * dout", "the sum over the outputs is missing", "every output depends"),
        Bug(
            "total = (dout * s).sum(axis=-1, keepdims=True)",
            "total = (dout * s).sum(axis=0, keepdims=True)",
            "the sum runs along the axis of the softmax, the last",
        ),
    ),
)
