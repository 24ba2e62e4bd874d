"""Ten networks whose backward is written by hand in NumPy, as courses and blogs write them, and faults for each.

A network is a loss, a backward and a point; a fault replaces one piece of the backward's source by another.
"""

from typing import Any, NamedTuple

import numpy as np

from tensorgrad.exercises.source import compile_function, function_source


class Fault(NamedTuple):
    """A fault: ``old`` becomes ``new``; ``says`` is what the report must say, '' where no recogniser can know."""

    old: str
    new: str
    says: str


class Network(NamedTuple):
    """A loss ``(params, *data)``, its backward, the point, and faults by name."""

    loss: Any
    backward: Any
    params: dict
    data: tuple
    faults: dict

    def faulty(self, name):
        """Return the backward with a fault planted."""
        source, fault = function_source(self.backward), self.faults[name]
        assert source.count(fault.old) == 1, f"{fault.old!r} is {source.count(fault.old)} times in the backward"
        return compile_function(source.replace(fault.old, fault.new), f"<{name}>")


RNG = np.random.default_rng(7)


def normal(*shape):
    return RNG.normal(size=shape)


# -- logistic regression, columns are samples (Coursera's first) -------------------------------------------------------


def logistic(params, X, Y):
    A = 1 / (1 + np.exp(-(params["w"].T @ X + params["b"])))
    return -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))


def logistic_backward(params, X, Y):
    m = X.shape[1]
    A = 1 / (1 + np.exp(-(params["w"].T @ X + params["b"])))
    dZ = A - Y
    dw = X @ dZ.T / m
    db = np.sum(dZ) / m
    return {"dw": dw, "db": db}


LOGISTIC = Network(
    logistic,
    logistic_backward,
    {"w": normal(4, 1), "b": 0.3},
    (normal(4, 9), RNG.integers(0, 2, (1, 9)) * 1.0),
    {
        "no mean": Fault("X @ dZ.T / m", "X @ dZ.T", "the factor 1/9 is missing (9 is axis 1 of X"),
        "labels first": Fault("dZ = A - Y", "dZ = Y - A", "has the wrong sign everywhere"),
        "db not averaged": Fault("np.sum(dZ) / m", "np.sum(dZ)", "the factor 1/9 is missing"),
    },
)


# -- three layers of relu, columns are samples: the network of Coursera's gradient checking exercise ------------------


def three_layers(params, X, Y):
    A1 = np.maximum(params["W1"] @ X + params["b1"], 0)
    A2 = np.maximum(params["W2"] @ A1 + params["b2"], 0)
    A3 = 1 / (1 + np.exp(-(params["W3"] @ A2 + params["b3"])))
    return float(1 / X.shape[1] * np.sum(-np.log(A3) * Y - np.log(1 - A3) * (1 - Y)))


def three_layers_backward(params, X, Y):
    m = X.shape[1]
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.maximum(Z1, 0)
    Z2 = params["W2"] @ A1 + params["b2"]
    A2 = np.maximum(Z2, 0)
    A3 = 1 / (1 + np.exp(-(params["W3"] @ A2 + params["b3"])))
    dZ3 = A3 - Y
    dW3 = 1.0 / m * np.dot(dZ3, A2.T)
    db3 = 1.0 / m * np.sum(dZ3, axis=1, keepdims=True)
    dA2 = np.dot(params["W3"].T, dZ3)
    dZ2 = np.multiply(dA2, np.int64(A2 > 0))
    dW2 = 1.0 / m * np.dot(dZ2, A1.T)
    db2 = 1.0 / m * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = np.dot(params["W2"].T, dZ2)
    dZ1 = np.multiply(dA1, np.int64(A1 > 0))
    dW1 = 1.0 / m * np.dot(dZ1, X.T)
    db1 = 1.0 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2, "dA1": dA1,
            "dZ1": dZ1, "dW1": dW1, "db1": db1}  # fmt: skip


THREE_LAYERS = Network(
    three_layers,
    three_layers_backward,
    {
        "W1": normal(5, 4),
        "b1": normal(5, 1),
        "W2": normal(3, 5),
        "b2": normal(3, 1),
        "W3": normal(1, 3),
        "b3": normal(1, 1),
    },
    (normal(4, 7), RNG.integers(0, 2, (1, 7)) * 1.0),
    {
        "Coursera's dW2 * 2": Fault(
            "np.dot(dZ2, A1.T)", "np.dot(dZ2, A1.T) * 2", "W2 is 2 times too large: a stray factor 2"
        ),
        "Coursera's db1 = 4 / m": Fault("db1 = 1.0 / m", "db1 = 4.0 / m", "4 times too large: "),
        "a bias without keepdims": Fault(
            "np.sum(dZ2, axis=1, keepdims=True)", "np.sum(dZ2, axis=1)", "holds the right numbers in the shape [3]"
        ),
        "a bias not summed": Fault(
            "db1 = 1.0 / m * np.sum(dZ1, axis=1, keepdims=True)", "db1 = 1.0 / m * dZ1", "lacks the sum over axis 1"
        ),
        "relu not differentiated": Fault("np.multiply(dA1, np.int64(A1 > 0))", "dA1", "should be zero where z < 0"),
    },
)


# -- tanh with weight decay, rows are samples --------------------------------------------------------------------------


def decayed(params, X, Y, lambd):
    h = np.tanh(X @ params["W1"] + params["b1"])
    penalty = np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2)
    return np.mean((h @ params["W2"] + params["b2"] - Y) ** 2) + lambd / (2 * len(X)) * penalty


def decayed_backward(params, X, Y, lambd):
    m = len(X)
    h = np.tanh(X @ params["W1"] + params["b1"])
    dout = 2 * (h @ params["W2"] + params["b2"] - Y) / Y.size
    dW2 = h.T @ dout + lambd / m * params["W2"]
    db2 = dout.sum(0)
    dh = dout @ params["W2"].T
    dz = dh * (1 - h**2)
    dW1 = X.T @ dz + lambd / m * params["W1"]
    db1 = dz.sum(0)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


DECAYED = Network(
    decayed,
    decayed_backward,
    {"W1": normal(3, 6), "b1": normal(6), "W2": normal(6, 2), "b2": normal(2)},
    (normal(8, 3), normal(8, 2), 0.7),
    {
        "no weight decay": Fault(
            'dW1 = X.T @ dz + lambd / m * params["W1"]', "dW1 = X.T @ dz", "times W1: the regularisation (weight decay)"
        ),
        "weight decay not averaged": Fault(
            'lambd / m * params["W2"]', 'lambd * params["W2"]', "times W2 too many: the regularisation"
        ),
        "tanh of the input": Fault("1 - h**2", "1 - h", "lacks a square: the derivative of tanh"),
    },
)


# -- softmax cross-entropy, three classes ------------------------------------------------------------------------------


def softmax_net(params, X, y):
    h = np.maximum(X @ params["W1"] + params["b1"], 0)
    z = h @ params["W2"] + params["b2"]
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y]).mean()


def softmax_net_backward(params, X, y):
    n = len(y)
    h = np.maximum(X @ params["W1"] + params["b1"], 0)
    z = h @ params["W2"] + params["b2"]
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    dz = p.copy()
    dz[np.arange(n), y] -= 1
    dz /= n
    dW2 = h.T @ dz
    db2 = dz.sum(axis=0)
    dh = dz @ params["W2"].T
    dh[h <= 0] = 0
    dW1 = X.T @ dh
    db1 = dh.sum(axis=0)
    return dW1, db1, dW2, db2


SOFTMAX = Network(
    softmax_net,
    softmax_net_backward,
    {"W1": normal(4, 5), "b1": normal(5), "W2": normal(5, 3), "b2": normal(3)},
    (normal(11, 4), RNG.integers(0, 3, 11)),
    {
        "no mean": Fault("dz /= n", "dz /= 1", "the factor 1/11 is missing (11 is axis 0 of X and axis 0 of y: a mean"),
        "a mean over all": Fault("dz /= n", "dz /= p.size", "3 times too small"),
        "a bias averaged": Fault("db2 = dz.sum(axis=0)", "db2 = dz.mean(axis=0)", "a factor 1/11 too many"),
        "an output bias forgotten": Fault(
            "return dW1, db1, dW2, db2", "return dW1, db1, dW2, 0 * db2", "zero everywhere"
        ),
    },
)


# -- batch normalisation between two layers ----------------------------------------------------------------------------


def normalised(params, X, Y):
    z = X @ params["W1"]
    z_hat = (z - z.mean(axis=0)) / np.sqrt(((z - z.mean(axis=0)) ** 2).mean(axis=0) + 1e-5)
    h = np.tanh(params["gamma"] * z_hat + params["beta"])
    return np.sum((h @ params["W2"] - Y) ** 2)


def normalised_backward(params, X, Y):
    z = X @ params["W1"]
    std = np.sqrt(z.var(axis=0) + 1e-5)
    z_hat = (z - z.mean(axis=0)) / std
    h = np.tanh(params["gamma"] * z_hat + params["beta"])
    dout = 2 * (h @ params["W2"] - Y)
    dW2 = h.T @ dout
    da = dout @ params["W2"].T * (1 - h**2)
    dgamma = (da * z_hat).sum(axis=0)
    dbeta = da.sum(axis=0)
    dz_hat = da * params["gamma"]
    dz = (dz_hat - dz_hat.mean(axis=0) - z_hat * (dz_hat * z_hat).mean(axis=0)) / std
    dW1 = X.T @ dz
    return {"dW1": dW1, "dgamma": dgamma, "dbeta": dbeta, "dW2": dW2}


NORMALISED = Network(
    normalised,
    normalised_backward,
    {"W1": normal(4, 5), "gamma": RNG.uniform(0.5, 2, 5), "beta": normal(5), "W2": normal(5, 2)},
    (normal(10, 4), normal(10, 2)),
    {
        "gamma averaged": Fault("(da * z_hat).sum(axis=0)", "(da * z_hat).mean(axis=0)", "a factor 1/10 too many"),
        "gamma and beta mixed up": Fault("dbeta = da.sum(axis=0)", "dbeta = dgamma", "beta is the gradient of gamma"),
        "no scale by gamma": Fault(
            'dz_hat = da * params["gamma"]', "dz_hat = da", "off by one factor for each index of axis 1"
        ),
        "no std": Fault(
            "(dz_hat * z_hat).mean(axis=0)) / std",
            "(dz_hat * z_hat).mean(axis=0))",
            "off by one factor for each index of axis 1",
        ),
    },
)


# -- a convolution, relu, and a dense layer ----------------------------------------------------------------------------


def convolved(params, X, Y):
    K, size = params["K"], params["K"].shape[0]
    steps = X.shape[1] - size + 1
    z = sum(X[:, i : i + steps, j : j + steps] * K[i, j] for i in range(size) for j in range(size))
    return np.mean((np.maximum(z, 0).reshape(len(X), -1) @ params["W"] + params["b"] - Y) ** 2)


def convolved_backward(params, X, Y):
    K, size = params["K"], params["K"].shape[0]
    steps = X.shape[1] - size + 1
    z = sum(X[:, i : i + steps, j : j + steps] * K[i, j] for i in range(size) for j in range(size))
    h = np.maximum(z, 0).reshape(len(X), -1)
    dout = 2 * (h @ params["W"] + params["b"] - Y) / Y.size
    dz = (dout @ params["W"].T).reshape(z.shape) * (z > 0)
    dK = np.zeros_like(K)
    for i in range(size):
        for j in range(size):
            dK[i, j] = np.sum(X[:, i : i + steps, j : j + steps] * dz)
    return {"dK": dK, "dW": h.T @ dout, "db": dout.sum(axis=0)}


CONVOLVED = Network(
    convolved,
    convolved_backward,
    {"K": normal(3, 3), "W": normal(16, 2), "b": normal(2)},
    (normal(5, 6, 6), normal(5, 2)),
    {
        "the kernel turned round": Fault(
            "dK[i, j] = np.sum", "dK[-1 - i, -1 - j] = np.sum", "K is reversed along the axes 0, 1"
        ),
        "rows and columns": Fault("dK[i, j] = np.sum", "dK[j, i] = np.sum", "K is transposed"),
        "the loop ends early": Fault(
            "for j in range(size):\n            dK",
            "for j in range(size - 1):\n            dK",
            "at the last index of axis 1: part of the gradient is not passed on",
        ),
        "off by one": Fault("dK[i, j] = np.sum", "dK[i, (j + 1) % size] = np.sum", "K is shifted by 1 along axis 1"),
    },
)


# -- a recurrent network, its last state is the output -----------------------------------------------------------------


def recurrent(params, X, Y):
    h = np.zeros_like(X[:, 0] @ params["Wx"])
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ params["Wx"] + h @ params["Wh"] + params["b"])
    return np.sum((h @ params["Wy"] - Y) ** 2) / len(X)


def recurrent_backward(params, X, Y):
    Wx, Wh, b, Wy = (params[k] for k in ("Wx", "Wh", "b", "Wy"))
    states = [np.zeros((len(X), len(b)))]
    for t in range(X.shape[1]):
        states.append(np.tanh(X[:, t] @ Wx + states[-1] @ Wh + b))
    dy = 2 * (states[-1] @ Wy - Y) / len(X)
    dWy = states[-1].T @ dy
    dh = dy @ Wy.T
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    for t in reversed(range(X.shape[1])):
        dz = dh * (1 - states[t + 1] ** 2)
        dWx += X[:, t].T @ dz
        dWh += states[t].T @ dz
        db += dz.sum(axis=0)
        dh = dz @ Wh.T
    return {"dWx": dWx, "dWh": dWh, "db": db, "dWy": dWy}


RECURRENT = Network(
    recurrent,
    recurrent_backward,
    {"Wx": normal(2, 4), "Wh": normal(4, 4), "b": normal(4), "Wy": normal(4, 1)},
    (normal(6, 3, 2), normal(6, 1)),
    {
        "a transposed gradient": Fault("dWh += states[t].T @ dz", "dWh += dz.T @ states[t]", "Wh is transposed"),
        "a bias in one place": Fault("db += dz.sum(axis=0)", "db += dz.mean(axis=0)", "a factor 1/6 too many"),
        "no mean in the output": Fault(
            "dWy = states[-1].T @ dy", "dWy = states[-1].T @ dy * len(X)", "the factor 1/6 is missing"
        ),
        "the last step alone": Fault("dWx += X[:, t].T @ dz", "dWx = X[:, t].T @ dz", ""),
    },
)


# -- attention over four vectors, summed -------------------------------------------------------------------------------


def attentive(params, X, Y):
    q, k, v = X @ params["Wq"], X @ params["Wk"], X @ params["Wv"]
    scores = np.einsum("nid,njd->nij", q, k) / np.sqrt(q.shape[2])
    a = np.exp(scores) / np.exp(scores).sum(axis=2, keepdims=True)
    return np.mean((np.einsum("nij,njd->nid", a, v) - Y) ** 2)


def attentive_backward(params, X, Y):
    Wq, Wk, Wv = params["Wq"], params["Wk"], params["Wv"]
    q, k, v = X @ Wq, X @ Wk, X @ Wv
    root = np.sqrt(q.shape[2])
    scores = np.einsum("nid,njd->nij", q, k) / root
    a = np.exp(scores) / np.exp(scores).sum(axis=2, keepdims=True)
    dout = 2 * (a @ v - Y) / Y.size
    dv = a.transpose(0, 2, 1) @ dout
    da = dout @ v.transpose(0, 2, 1)
    ds = a * (da - (da * a).sum(axis=2, keepdims=True))
    dq = ds @ k / root
    dk = ds.transpose(0, 2, 1) @ q / root
    dWq = np.einsum("nic,nid->cd", X, dq)
    dWk = np.einsum("nic,nid->cd", X, dk)
    dWv = np.einsum("nic,nid->cd", X, dv)
    return {"dWq": dWq, "dWk": dWk, "dWv": dWv}


ATTENTIVE = Network(
    attentive,
    attentive_backward,
    {"Wq": normal(3, 5), "Wk": normal(3, 5), "Wv": normal(3, 3)},
    (normal(6, 4, 3), normal(6, 4, 3)),
    {
        "no square root": Fault("dq = ds @ k / root", "dq = ds @ k", "Wq is 2.236 times too large"),
        "queries and keys mixed up": Fault(
            '"dWq": dWq, "dWk": dWk', '"dWq": dWk, "dWk": dWq', "Wq is the gradient of Wk"
        ),
        "values transposed": Fault('"dWv": dWv', '"dWv": dWv.T', "Wv is transposed"),
    },
)


# -- dropout with a fixed mask -----------------------------------------------------------------------------------------


def dropped(params, X, Y, mask, keep_prob):
    h = np.tanh(X @ params["W1"]) * mask / keep_prob
    return np.mean((h @ params["W2"] - Y) ** 2)


def dropped_backward(params, X, Y, mask, keep_prob):
    a = np.tanh(X @ params["W1"])
    h = a * mask / keep_prob
    dout = 2 * (h @ params["W2"] - Y) / Y.size
    dh = dout @ params["W2"].T
    da = dh * mask / keep_prob
    return {"dW1": X.T @ (da * (1 - a**2)), "dW2": h.T @ dout}


DROPPED = Network(
    dropped,
    dropped_backward,
    {"W1": normal(3, 5), "W2": normal(5, 2)},
    (normal(8, 3), normal(8, 2), (RNG.random((8, 5)) < 0.6) * 1.0, 0.6),
    {
        "not scaled": Fault("da = dh * mask / keep_prob", "da = dh * mask", "a stray factor 0.6 (keep_prob)"),
        "scaled the wrong way": Fault("da = dh * mask / keep_prob", "da = dh * mask * keep_prob", "keep_prob = 0.6"),
        "the undropped activations": Fault('"dW2": h.T @ dout', '"dW2": a.T @ dout', ""),
    },
)


# -- an autoencoder with tied weights ----------------------------------------------------------------------------------


def tied(params, X):
    h = np.tanh(X @ params["W"] + params["b"])
    return np.sum((h @ params["W"].T + params["c"] - X) ** 2) / 2


def tied_backward(params, X):
    W = params["W"]
    h = np.tanh(X @ W + params["b"])
    dout = h @ W.T + params["c"] - X
    dz = dout @ W * (1 - h**2)
    return {"dW": X.T @ dz + dout.T @ h, "db": dz.sum(axis=0), "dc": dout.sum(axis=0)}


TIED = Network(
    tied,
    tied_backward,
    {"W": normal(4, 3), "b": normal(3), "c": normal(4)},
    (normal(7, 4),),
    {
        "twice the error": Fault(
            'dout = h @ W.T + params["c"] - X', 'dout = 2 * (h @ W.T + params["c"] - X)', "a stray factor 2"
        ),
        "an output bias with the wrong sign": Fault("dout.sum(axis=0)", "-dout.sum(axis=0)", "c has the wrong sign"),
        "a hidden bias not summed": Fault("dz.sum(axis=0)", "dz", "lacks the sum over axis 0"),
    },
)

NETWORKS = {
    "logistic regression": LOGISTIC,
    "three relu layers": THREE_LAYERS,
    "tanh with weight decay": DECAYED,
    "softmax cross-entropy": SOFTMAX,
    "batch normalisation": NORMALISED,
    "convolution": CONVOLVED,
    "recurrent": RECURRENT,
    "attention": ATTENTIVE,
    "dropout": DROPPED,
    "autoencoder": TIED,
}
