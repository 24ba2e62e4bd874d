"""Small things around a training, under Keras's names."""

import numpy as np

from .core.tensor import Tensor
from .errors import DataError, describe
from .seeding import set_random_seed

__all__ = ["plot_model", "set_random_seed", "to_categorical"]  # noqa: F822  (plot_model comes at first use, below)


def __getattr__(name):
    if name == "plot_model":
        from .models.plot import plot_model  # with what draws, which few need

        return plot_model
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def to_categorical(x, num_classes=None):
    """Return class ids as one-hot rows of floats: ``x: (n,)`` or ``(n, 1)`` becomes ``(n, num_classes)``.

    num_classes: the largest id plus one unless given

    Raises DataError if an entry is no id in ``0 ... num_classes - 1``.

    >>> to_categorical([0, 2, 1])
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]], dtype=float32)
    """
    ids = x.data if isinstance(x, Tensor) else np.asarray(x)
    if ids.dtype.kind not in "fiub":
        raise DataError(f"to_categorical: class ids are whole numbers, got {describe(ids)}; "
                        "number them first: np.unique(y, return_inverse=True)[1]")  # fmt: skip
    if ids.ndim > 1 and ids.shape[-1] == 1:
        ids = ids[..., 0]
    count = num_classes if num_classes is not None else int(ids.max(initial=-1)) + 1
    wrong = (ids != np.floor(ids)) | (ids < 0) | (ids >= count)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise DataError(
            f"to_categorical: class ids are whole numbers from 0 to {count - 1}, got {ids.flat[place]} at index {place}"
        )
    return np.eye(count, dtype="float32")[ids.astype(np.intp)]
