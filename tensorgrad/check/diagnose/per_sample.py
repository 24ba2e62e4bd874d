"""Check one sample at a time: the gradient of a weight is a sum over samples, which hides mistakes in each.

For one sample x the gradient of W in z = x W + b is the outer product of x and the gradient of z. A projection
gives the gradient of z back; element by element, it shows a missing derivative of tanh, or a mask.
"""

import numpy as np

from ..mistakes.catalogue import SLOPES, mistake
from ..numeric.sampling import FULL
from ..subject.numpy_loss import NumpyLoss
from ..subject.parameters import match_gradients

#: The number of samples that are examined.
SAMPLES = 4


def add_sample_hints(report, loss_fn, grads, params, data):
    """Return the report with hints for weights whose mistake shows only in single samples.

    ``grads`` must be a function, because it is called again for each sample.
    """
    unexplained = [r.name for r in report.inputs if r.wrong and not r.hint and r.index is not None]
    samples = list(_samples(data)) if unexplained and callable(grads) else []
    try:
        seen = [_Sample(loss_fn, grads, params, one) for one in samples]
        hints = {name: _sample_hint(name, seen) for name in unexplained} if seen else {}
    except Exception:  # the user's loss may raise anything if it gets fewer samples
        return report
    report.inputs = [r._replace(hint=hints.get(r.name) or r.hint) for r in report.inputs]
    return report


class _Sample:
    """The loss and the claimed gradients for one sample."""

    def __init__(self, loss_fn, grads, params, data):
        self.data, self.loss = data, NumpyLoss(loss_fn, params, data)
        self.claimed = match_gradients(grads(params, *data), params)
        self.measured = {}

    def pair(self, name):
        """Return the claimed and the numeric gradient of a parameter."""
        if name not in self.measured:
            self.measured[name] = self.loss.gradient(name)
        return np.asarray(self.claimed[name], np.float64), self.measured[name]


def _samples(data):
    """Yield the data of single samples: along the axis that all arrays share, the first or the last."""
    arrays = [x for x in data if isinstance(x, np.ndarray) and x.ndim]
    for axis in (0, -1):
        sizes = {x.shape[axis] for x in arrays}
        if len(sizes) == 1 and min(sizes) > 1:
            for i in range(min(SAMPLES, *sizes)):
                yield tuple(x.take([i], axis) if isinstance(x, np.ndarray) and x.ndim else x for x in data)
            return


def _sample_hint(name, samples):
    """Return the mistake in the gradient of ``name`` in single samples; '' if none is recognised."""
    array = samples[0].loss.arrays[name]
    if array.size > FULL:
        return ""
    is_bias = array.size == max(array.shape, default=1)
    for weight, z, back in _first_layers(samples):
        if is_bias and array.size == z.shape[1]:
            said = _sample_mistake([s.pair(name) for s in samples], z + array.reshape(-1))
            formula = f"z = x {weight} + {name}"
        elif name == weight:
            pairs = [[back(s, g) for g in s.pair(name)] for s in samples]
            biases = {k: b.reshape(-1) for k, b in samples[0].loss.arrays.items() if b.size == z.shape[1]}
            found = {k: _sample_mistake(pairs, z + b) for k, b in {**biases, "": 0.0}.items()}
            bias, said = next(((k, words) for k, words in found.items() if words), ("", ""))
            formula = f"z = x {weight}" + (f" + {bias}" if bias else "")
        else:
            continue
        if said:
            return f"in single samples, with {formula}, {said}"
    return ""


def _sample_mistake(pairs, z):
    claimed, numeric = (np.stack([g.reshape(-1) for g in side]) for side in zip(*pairs, strict=True))
    return mistake(claimed, numeric, name="z", context={"value": z}, among=SLOPES)


def _first_layers(samples):
    """Yield the weight, ``z = x W`` with a row per sample, and a function from the gradient of W to that of z.

    Any two-dimensional weight that fits an array of the data may be a first layer.
    """
    for name, W in samples[0].loss.arrays.items():
        for i, x in enumerate(samples[0].data):
            if not (isinstance(x, np.ndarray) and x.ndim == W.ndim == 2 and all(np.any(s.data[i]) for s in samples)):
                continue
            rows, columns = x.shape == (1, W.shape[0]), x.shape == (W.shape[1], 1)
            if rows or columns:
                z = [s.data[i] @ W if rows else (W @ s.data[i]).T for s in samples]
                yield name, np.concatenate(z), lambda s, g, i=i, rows=rows: _project(s.data[i], g, rows)


def _project(x, g, rows):
    """Return the gradient of z = x W (rows) or z = W x from that of W, which is its outer product with x."""
    return (x @ g if rows else (g @ x).T) / np.sum(x * x)
