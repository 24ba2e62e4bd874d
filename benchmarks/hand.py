"""The training step written by hand in NumPy.

``HandWritten`` is the thing to beat: every array is made once and written with ``out=``. ``textbook`` is what courses
write: a new array for every intermediate result.
"""

import numpy as np

from .networks import RATE


class HandWritten:
    """Dense layers, softmax cross-entropy, SGD. ``gradients`` leaves them in ``grads``; ``step`` also uses them."""

    def __init__(self, task):
        self.x, self.labels = task.x, task.labels
        self.weights = task.weights()
        self.grads = [np.empty_like(w) for w in self.weights]
        n = len(task.x)
        self.outputs = [np.empty((n, width), np.float32) for width in task.sizes[1:]]
        self.errors = [np.empty_like(h) for h in self.outputs[:-1]]
        self.masks = [np.empty(h.shape, bool) for h in self.outputs[:-1]]
        self.column, self.rows = np.empty((n, 1), np.float32), np.arange(n)
        self.activate, self.chain = (relu, relu_chain) if task.activation == "relu" else (tanh, tanh_chain)

    def forward(self):
        h = self.x
        for i, z in enumerate(self.outputs):
            np.dot(h, self.weights[2 * i], out=z)
            z += self.weights[2 * i + 1]
            if i < len(self.errors):
                self.activate(z)
            h = z
        return h

    def loss(self, z):
        """Return the mean cross-entropy of the logits ``z``, which become its gradient."""
        column, rows = self.column, self.rows
        np.maximum.reduce(z, axis=1, keepdims=True, out=column)
        z -= column
        chosen = z[rows, self.labels]
        np.exp(z, out=z)
        np.add.reduce(z, axis=1, keepdims=True, out=column)
        z /= column
        z[rows, self.labels] -= 1
        z *= 1 / len(rows)
        np.log(column, out=column)
        return (column.sum() - chosen.sum()).item() / len(rows)

    def gradients(self):
        loss = self.loss(self.forward())
        g = self.outputs[-1]
        for i in range(len(self.errors), 0, -1):
            h, error = self.outputs[i - 1], self.errors[i - 1]
            np.dot(h.T, g, out=self.grads[2 * i])
            np.add.reduce(g, axis=0, out=self.grads[2 * i + 1])
            np.dot(g, self.weights[2 * i].T, out=error)
            self.chain(error, h, self.masks[i - 1])
            g = error
        np.dot(self.x.T, g, out=self.grads[0])
        np.add.reduce(g, axis=0, out=self.grads[1])
        return loss

    def step(self):
        loss = self.gradients()
        for w, g in zip(self.weights, self.grads, strict=True):
            g *= RATE
            w -= g
        return loss


def relu(z):
    np.maximum(z, 0, out=z)


def relu_chain(g, h, mask):
    np.greater(h, 0, out=mask)
    g *= mask


def tanh(z):
    np.tanh(z, out=z)


def tanh_chain(g, h, mask):
    """Multiply ``g`` by ``1 - h²``; ``h`` has served and is overwritten."""
    np.multiply(h, h, out=h)
    np.subtract(1, h, out=h)
    g *= h


def textbook(task):
    x, labels, weights = task.x, task.labels, task.weights()
    layers, rows = len(weights) // 2, np.arange(len(x))
    activate, slope = {
        "relu": (lambda z: np.maximum(z, 0), lambda h: h > 0),
        "tanh": (np.tanh, lambda h: 1 - h**2),
    }[task.activation]

    def step():
        hidden = [x]
        for i in range(layers - 1):
            hidden.append(activate(hidden[-1] @ weights[2 * i] + weights[2 * i + 1]))
        z = hidden[-1] @ weights[-2] + weights[-1]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        loss = -np.log(p[rows, labels]).mean()
        p[rows, labels] -= 1
        g = p / len(x)
        for i in reversed(range(layers)):
            error = (g @ weights[2 * i].T) * slope(hidden[i]) if i else None
            weights[2 * i] -= RATE * (hidden[i].T @ g)
            weights[2 * i + 1] -= RATE * g.sum(axis=0)
            g = error
        return loss.item()

    return step
