"""The networks that are trained: their weights and data, the same for every contestant."""

import numpy as np

RATE = 0.01


class Task:
    """A network of dense layers, ``activation`` between them, and data with random labels.

    sizes:  the width of the input, of each hidden layer, and the number of classes
    x:      float32[batch * batches, sizes[0]]
    labels: int64[batch * batches]
    """

    def __init__(self, name, sizes, activation, batch, batches=1):
        self.name, self.sizes, self.activation, self.batch = name, sizes, activation, batch
        rng = np.random.default_rng(0)
        self.x = rng.standard_normal((batch * batches, sizes[0]), dtype=np.float32)
        self.labels = rng.integers(sizes[-1], size=batch * batches)

    def __str__(self):
        return f"{self.name}, b{self.batch}"

    @property
    def one_hot(self):
        return np.eye(self.sizes[-1], dtype=np.float32)[self.labels]

    def weights(self):
        """Return new arrays ``[kernel, bias, kernel, bias, ...]``, Glorot uniform and small numbers."""
        rng = np.random.default_rng(1)
        made = []
        for shape in zip(self.sizes, self.sizes[1:], strict=False):
            limit = (6 / sum(shape)) ** 0.5
            made += [rng.uniform(-limit, limit, shape), rng.uniform(-0.1, 0.1, shape[1])]
        return [w.astype(np.float32) for w in made]


WORKLOADS = (
    ("10-32-64-10", (10, 32, 64, 10), "relu", 32),
    ("784-128-10", (784, 128, 10), "relu", 32),
    ("784-512-512-10", (784, 512, 512, 10), "relu", 128),
    ("12×64-tanh", (64, *[64] * 12, 10), "tanh", 64),
)


def tasks(only=None, batches=1):
    """Yield the tasks, or those named in ``only``."""
    unknown = set(only or ()) - {name for name, *_ in WORKLOADS}
    if unknown:
        raise SystemExit(f"no workload named {unknown.pop()!r}; there are {', '.join(row[0] for row in WORKLOADS)}")
    for row in WORKLOADS:
        if not only or row[0] in only:
            yield Task(*row, batches)
