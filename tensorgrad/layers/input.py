"""Input: the shape of what comes in, as the first entry of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from ..options import option, or_none, positive_int
from .base import Layer
from .checks import sample_shape

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


class InputLayer(Layer):
    """Say which shape the samples have, without the batch axis; passes them on unchanged.

    ``dtype`` is the dtype to which arrays are cast; ``batch_size`` fixes the number of rows, for the summary.

    >>> Input((28, 28)).input_shape
    (None, 28, 28)
    """

    shape: Any = option(check=lambda value: "given" if value is None else sample_shape(value))
    batch_size: Any = option(default=None, check=or_none(positive_int))

    def _value(self, field: Any, given: Any) -> Any:
        if field.name == "input_shape":
            if given.get("input_shape") is not None:
                raise OptionError(f"InputLayer: write shape={given['input_shape']!r} instead of input_shape")
            shape = given.get("shape")
            return (given.get("batch_size"), *super()._value(field, {"input_shape": shape})[1:])
        value = super()._value(field, given)
        return tuple(value if isinstance(value, (tuple, list)) else (value,)) if field.name == "shape" else value

    def call(self, x: Any) -> Any:
        return x

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[int | None, ...]:
        return input_shape


def Input(
    shape: Any = None, batch_size: int | None = None, dtype: DTypeLike | None = None, name: str | None = None
) -> InputLayer:
    """Return an ``InputLayer``: the first entry of a ``Sequential``, so that weights can be made at once.

    >>> Input((10,), name="measurements")
    InputLayer(name='measurements', shape=(10,))
    """
    return InputLayer(shape, batch_size, dtype=dtype, name=name)  # type: ignore[arg-type]  # None: named by its class
