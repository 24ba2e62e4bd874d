"""Sequences: a recurrent cell through time, attention."""

import numpy as np

from .task import Bug, Task


def rnn(x, h0, Wx, Wh, b):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ Wx + h @ Wh + b)
        states.append(h)
    return np.stack(states, axis=1)


def rnn_backward(dout, x, h0, Wx, Wh, b):
    steps = x.shape[1]
    states = [h0]
    for t in range(steps):
        states.append(np.tanh(x[:, t] @ Wx + states[t] @ Wh + b))
    dx, dWx, dWh, db = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh = np.zeros_like(h0)
    for t in reversed(range(steps)):
        dh = dh + dout[:, t]
        dz = dh * (1 - states[t + 1] ** 2)
        dx[:, t] = dz @ Wx.T
        dWx += x[:, t].T @ dz
        dWh += states[t].T @ dz
        db += dz.sum(axis=0)
        dh = dz @ Wh.T
    dh0 = dh
    return dx, dh0, dWx, dWh, db


def attention(q, k, v):
    scores = q @ np.swapaxes(k, 1, 2) / np.sqrt(q.shape[2])
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    a = e / e.sum(axis=2, keepdims=True)
    return a @ v


def attention_backward(dout, q, k, v):
    scale = 1 / np.sqrt(q.shape[2])
    scores = q @ k.swapaxes(1, 2) * scale
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    a = e / e.sum(axis=2, keepdims=True)
    dv = a.swapaxes(1, 2) @ dout
    da = dout @ v.swapaxes(1, 2)
    dscores = a * (da - (da * a).sum(axis=2, keepdims=True))
    dq = dscores @ k * scale
    dk = dscores.swapaxes(1, 2) @ q * scale
    return dq, dk, dv


def _rnn_parts(dout, x, h0, Wx, Wh, b):
    """Return what the first and the last step contribute to the gradients of the shared weights."""
    names = {"Wx": 2, "Wh": 3, "b": 4}
    parts: dict = {name: {} for name in names}
    for label, hidden in (("the last step", 0), ("the first step", x.shape[1] - 1)):
        for name, i in names.items():
            parts[name][label] = _step_gradients(dout, x, h0, Wx, Wh, b, x.shape[1] - 1 - hidden)[i]
    return {name: {"parts": p} for name, p in parts.items()}


def _step_gradients(dout, x, h0, Wx, Wh, b, only):
    """Return the gradients of rnn_backward if the weights were shared by the step ``only`` alone."""
    states = [h0, *np.swapaxes(rnn(x, h0, Wx, Wh, b), 0, 1)]
    dh = np.zeros_like(h0)
    for t in reversed(range(only, x.shape[1])):
        dz = (dh + dout[:, t]) * (1 - states[t + 1] ** 2)
        dh = dz @ Wh.T
    return None, None, x[:, only].T @ dz, states[only].T @ dz, dz.sum(axis=0)


RNN = Task(
    name="rnn",
    title="A recurrent cell through time",
    level=3,
    formula="h[t] = tanh(x[t] Wx + h[t−1] Wh + b) for t = 0, 1, …;  the output holds every h[t]",
    forward=rnn,
    backward=rnn_backward,
    inputs=lambda rng, n: {
        "x": rng.normal(size=(n, 4, 2)),
        "h0": rng.normal(size=(n, 3)),
        "Wx": rng.normal(size=(2, 3)),
        "Wh": rng.normal(size=(3, 3)),
        "b": rng.normal(size=3),
    },
    wrt=("x", "h0", "Wx", "Wh", "b"),
    hints=(
        "Compute all states first, then go through time backwards, from the last step to the first.",
        "h[t] acts in two ways: as an output (dout[:, t]) and in the next step. The weights act in all steps.",
        "dh = dout[:, t] + dz_next Whᵀ;  dz = dh·(1 − h[t]²);  add up x[t]ᵀ dz, h[t−1]ᵀ dz, dz over the rows.",
    ),
    bugs=(
        Bug("dh = dh + dout[:, t]", "dh = dout[:, t]", "h[t] also goes into the next step"),
        Bug(
            "dWx += x[:, t].T @ dz",
            "dWx = x[:, t].T @ dz",
            "Wx acts in every step: these effects add up",
            "contribution of the first step alone",
        ),
        Bug("dWh += states[t].T @ dz", "dWh += states[t + 1].T @ dz", "Wh is multiplied by the state before, h[t−1]"),
        Bug(
            "dz = dh * (1 - states[t + 1] ** 2)",
            "dz = dh * (1 - states[t] ** 2)",
            "the derivative of tanh belongs to the state that the step gave, h[t]",
        ),
        Bug(
            "db += dz.sum(axis=0)",
            "db = dz.sum(axis=0)",
            "b acts in every step: these effects add up",
            "contribution of the first step alone",
        ),
    ),
    known=_rnn_parts,
)

ATTENTION = Task(
    name="attention",
    title="Scaled dot-product attention",
    level=3,
    formula="y = softmax(q kᵀ / √d) v, for every sample; d: the length of a query",
    forward=attention,
    backward=attention_backward,
    inputs=lambda rng, n: {
        "q": rng.normal(size=(n - 2, 4, 6)),
        "k": rng.normal(size=(n - 2, 5, 6)),
        "v": rng.normal(size=(n - 2, 5, 2)),
    },
    wrt=("q", "k", "v"),
    hints=(
        "With a = softmax(scores) the output is the matrix product a v: that gives dv and da.",
        "Then the backward of softmax, row by row; then q kᵀ is a matrix product again, times 1/√d.",
        "dscores = a·(da − Σ da·a along the last axis);  dq = dscores k / √d;  dk = dscoresᵀ q / √d.",
    ),
    bugs=(
        Bug(
            "dq = dscores @ k * scale",
            "dq = dscores @ k",
            "the factor 1/√d of the scores is missing",
            "1/√6",
        ),
        Bug(
            "dscores = a * (da - (da * a).sum(axis=2, keepdims=True))",
            "dscores = a * (1 - a) * da",
            "that is the diagonal of the softmax only",
        ),
        Bug(
            "dscores = a * (da - (da * a).sum(axis=2, keepdims=True))",
            "dscores = a * (da - (da * a).sum(axis=1, keepdims=True))",
            "the sum in the backward of softmax runs along the axis of the softmax, the last",
        ),
        Bug(
            "dv = a.swapaxes(1, 2) @ dout",
            "dv = scores.swapaxes(1, 2) @ dout",
            "v is multiplied by a, not by the scores",
        ),
        Bug(
            "dk = dscores.swapaxes(1, 2) @ q * scale",
            "dk = -dscores.swapaxes(1, 2) @ q * scale",
            "there is no minus",
            "wrong sign",
        ),
    ),
)
