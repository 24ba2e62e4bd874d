"""Small helpers for training, under Keras's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .core.tensor import Tensor
from .errors import DataError, describe
from .seeding import set_random_seed

if TYPE_CHECKING:
    from typing import Literal

    from numpy.typing import NDArray

    from .draw.picture import Picture
    from .models.sequential import Sequential


__all__ = ["plot_model", "set_random_seed", "to_categorical"]  # plot_model is imported at first use, below


if TYPE_CHECKING:

    def plot_model(
        model: Sequential,
        to_file: Any = "model.png",
        show_shapes: bool = False,
        show_dtype: bool = False,
        show_layer_names: bool = False,
        rankdir: Literal["TB", "LR"] = "TB",
        expand_nested: bool = False,
        dpi: int = 200,
        show_layer_activations: bool = False,
        show_trainable: bool = False,
        splines: str = "ortho",
    ) -> Picture: ...


if not TYPE_CHECKING:  # type checkers would accept every name

    def __getattr__(name: str) -> Any:
        if name == "plot_model":
            from .models.plot import plot_model  # imports the drawing code, which few programs need

            return plot_model
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def to_categorical(x: Any, num_classes: int | None = None) -> NDArray[Any]:
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
