"""Random functions whose gradients are right: all families of ops, kinks, ties, float32, tiny and huge scales."""

import numpy as np

import tensorgrad as tg

#: Functions of one Tensor of any shape that keep it of order one.
STEPS = {
    "exp": lambda x: tg.exp(tg.tanh(x)),
    "log": lambda x: tg.log(x * x + 0.5),
    "sin": lambda x: np.sin(2.0 * x),
    "cos": np.cos,
    "tanh": np.tanh,
    "sigmoid": tg.sigmoid,
    "relu": tg.relu,
    "leaky": lambda x: np.where(x > 0, x, 0.1 * x),
    "absolute": abs,
    "square": lambda x: x * x / 2.0,
    "sqrt": lambda x: np.sqrt(x * x + 1.0),
    "softplus": tg.softplus,
    "elu": tg.elu,
    "erf": tg.erf,
    "softmax": tg.softmax,
    "log_softmax": lambda x: tg.log_softmax(x, axis=0) / 3.0,
    "cumsum": lambda x: np.cumsum(x, axis=-1) / 3.0,
    "cumprod": lambda x: np.cumprod(np.tanh(x), axis=0),
    "sort": lambda x: np.sort(x, axis=-1),
    "clip": lambda x: np.clip(x, -0.5, 0.5),
    "maximum": lambda x: np.maximum(x, 0.5),
    "minimum": lambda x: np.minimum(x, x.mean()),
    "max": lambda x: x - x.max(axis=-1, keepdims=True),
    "var": lambda x: (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.1),
    "norm": lambda x: x / (tg.norm(x) + 1.0),
    "flip": lambda x: np.flip(x, 0) * 0.5 + x,
    "roll": lambda x: np.roll(x, 1, axis=-1) * x,
    "transpose": lambda x: x.reshape(x.T.shape).T,
    "getitem": lambda x: tg.concatenate([x[1:], x[:1] * 2.0]),
    "pad": lambda x: np.pad(x, ((0, 0), (1, 0)))[:, :-1] + x,
    "power": lambda x: (x * x + 0.3) ** 0.7,
    "arctan": np.arctan,
    "logaddexp": lambda x: np.logaddexp(x, -x),
    "hypot": lambda x: np.hypot(x, 1.0),
    "cbrt": lambda x: np.cbrt(x * x + 1.0),
}

ENDS = {
    "sum": lambda y: y.sum(),
    "mean": lambda y: y.mean(axis=0),
    "max": lambda y: y.max(),
    "logsumexp": lambda y: tg.logsumexp(y, axis=-1),
    "itself": lambda y: y,
    "a large sum": lambda y: y.sum() * 1e6 + 1e6,
    "a tiny sum": lambda y: y.sum() * 1e-9,
    "norm": lambda y: tg.norm(y + 3.0),
}

SCALES = (1e-8, 1e-3, 1.0, 1.0, 1.0, 1e3, 1e8)


def random_function(seed):
    """Return ``(f, inputs, words)`` for a seed: two to five steps, a second input, an end, and what is special."""
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(2, 5)), int(rng.integers(2, 5)))
    names = rng.choice(list(STEPS), int(rng.integers(2, 6)))
    end, way = rng.choice(list(ENDS)), rng.choice(["times", "plus", "matmul"])
    scale, scale2 = rng.choice(SCALES), rng.choice(SCALES)
    x, w = rng.normal(size=shape), rng.normal(size=(shape[1], 3) if way == "matmul" else shape[1:])
    if rng.random() < 0.4:
        x, w = np.round(2 * x) / 2, np.round(2 * w) / 2  # zeros, ties and bounds that are met exactly
    dtype = rng.choice(["float64", "float32"])

    def f(x, w):
        y = x / scale
        for name in names:
            y = STEPS[name](y)
        y = y @ (w / scale2) if way == "matmul" else y * (w / scale2) if way == "times" else y + w / scale2
        return ENDS[end](y)

    words = f"{' → '.join(names)} → {way} → {end}, scales {scale:g} and {scale2:g}, {dtype}"
    return f, ((x * scale).astype(dtype), (w * scale2).astype(dtype)), words
