"""What a layer is called on: made Tensors of, told in errors, tried as zeros for the shape of the output."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.modes import no_grad
from ..core.tensor import Tensor, as_numeric_array, make_leaf
from ..errors import describe
from ..graph.code import trial
from ..pytree import is_numbers, items_of, leaves_of, map_leaves
from .weights import Weights


def as_input(layer: Any, x: Any) -> Any:
    """Return what a user passes to ``layer`` as Tensors: a list or dict of arrays item by item."""
    if type(x) is np.ndarray and x.dtype == layer.dtype and layer.autocast:
        return make_leaf(x)  # as below, in a third of the time
    if isinstance(x, Tensor):
        return x
    if items_of(x) is not None and not is_numbers(x):
        return map_leaves(lambda item: as_input(layer, item), x, is_numbers)
    if x is None or isinstance(x, (str, Weights)):
        what = x.label() if isinstance(x, Weights) else repr(x)
        raise TypeError(f"{layer.label()} is called on arrays or Tensors, got {what}; "
                        "layers in sequence go into a list: Sequential([Input((4,)), Dense(3)])")  # fmt: skip
    array = as_numeric_array(x)
    return make_leaf(array.astype(layer.dtype, copy=False) if layer.autocast and array.dtype.kind != "c" else array)


def input_shape_of(x: Any) -> Any:
    """Return the shape of a Tensor, or of each in a structure of them."""
    return x.shape if isinstance(x, Tensor) else map_leaves(lambda t: t.shape, x)


def batch_shape(x: Any) -> Any:
    """Return the shape of a Tensor, or of each in a structure of them, with None in place of the number of rows."""
    return map_leaves(lambda t: (None, *t.shape[1:])[: t.ndim], x)


def input_text(x: Any) -> str:
    """Return how errors describe an input: dtype and shape, in brackets for a structure."""
    leaves = leaves_of(x)
    return describe(x) if len(leaves) == 1 else "[" + ", ".join(map(describe, leaves)) + "]"


def output_shape_of(layer: Any, input_shape: tuple[Any, ...]) -> tuple[int | None, ...]:
    """Return the shape of the output of ``layer``, found by calls on zeros: None where two batch sizes differ in it."""
    two, three = call_on_zeros(layer, input_shape, 2).shape, call_on_zeros(layer, input_shape, 3).shape
    return tuple(a if a == b else None for a, b in zip(two, three, strict=True))


@trial
def call_on_zeros(layer: Any, input_shape: Any, size: int) -> Any:
    """Return the output of ``layer`` for zeros of ``input_shape``, with ``size`` in place of each None."""
    sizes = tuple(size if n is None else n for n in input_shape)
    with no_grad(), np.errstate(all="ignore"):
        y = layer(make_leaf(np.zeros(sizes, layer.dtype)), training=False)
    if not hasattr(y, "shape"):
        raise TypeError(f"{layer.label()} returned {describe(y)}; call(self, x) must return one Tensor")
    return y
