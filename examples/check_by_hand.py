"""A backward written by hand in NumPy, with two mistakes in it: checked, corrected, checked again.

The network and the mistakes are those of the gradient checking exercise that most courses have: three layers, columns
are samples, ``dW2`` is doubled and ``db1`` has 4/m where 1/m belongs. Run it: ``python examples/check_by_hand.py``.
"""

import numpy as np

import tensorgrad as tg

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(4, 30)), rng.integers(0, 2, (1, 30)).astype(float)
parameters = {
    "W1": rng.normal(size=(5, 4)), "b1": rng.normal(size=(5, 1)),
    "W2": rng.normal(size=(3, 5)), "b2": rng.normal(size=(3, 1)),
    "W3": rng.normal(size=(1, 3)), "b3": rng.normal(size=(1, 1)),
}  # fmt: skip


def relu(Z):
    return np.maximum(Z, 0)


def cost(p, X, Y):
    A2 = relu(p["W2"] @ relu(p["W1"] @ X + p["b1"]) + p["b2"])
    A3 = 1 / (1 + np.exp(-(p["W3"] @ A2 + p["b3"])))
    return -np.mean(Y * np.log(A3) + (1 - Y) * np.log(1 - A3))


def backward(p, X, Y, mistakes):
    m = X.shape[1]
    A1 = relu(p["W1"] @ X + p["b1"])
    A2 = relu(p["W2"] @ A1 + p["b2"])
    A3 = 1 / (1 + np.exp(-(p["W3"] @ A2 + p["b3"])))
    dZ3 = (A3 - Y) / m
    dZ2 = p["W3"].T @ dZ3 * (A2 > 0)
    dZ1 = p["W2"].T @ dZ2 * (A1 > 0)
    return {
        "dW3": dZ3 @ A2.T,
        "db3": dZ3.sum(axis=1, keepdims=True),
        "dW2": dZ2 @ A1.T * (2 if mistakes else 1),
        "db2": dZ2.sum(axis=1, keepdims=True),
        "dW1": dZ1 @ X.T,
        "db1": dZ1.sum(axis=1, keepdims=True) * (4 if mistakes else 1),
    }


for mistakes in (True, False):
    report = tg.check_gradients(cost, backward(parameters, X, Y, mistakes), parameters, X, Y)
    print(report)
    print(f"difference = {report.difference:.2e}\n")

tg.exercises.show()
