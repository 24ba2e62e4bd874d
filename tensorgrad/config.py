"""Settings of the whole library, under Keras's names: the default float dtype and the fuzz factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import OptionError
from .tracking import note_change

if TYPE_CHECKING:
    from typing import TypedDict

    class _Settings(TypedDict):
        floatx: str
        epsilon: float


__all__ = ["epsilon", "floatx", "set_epsilon", "set_floatx"]

_settings: _Settings = {"floatx": "float32", "epsilon": 1e-7}


def floatx() -> str:
    """Return the dtype in which layers make their weights and ``fit`` trains: ``'float32'`` unless set.

    >>> floatx()
    'float32'
    """
    return _settings["floatx"]


def set_floatx(dtype: str) -> None:
    """Set the default float dtype: ``'float16'``, ``'float32'`` or ``'float64'``."""
    if dtype not in ("float16", "float32", "float64"):
        raise OptionError(f"set_floatx: dtype must be 'float16', 'float32' or 'float64', got {dtype!r}")
    _settings["floatx"] = dtype
    note_change()


def epsilon() -> float:
    """Return the fuzz factor that keeps logarithms and quotients finite: 1e-7 unless set.

    >>> epsilon()
    1e-07
    """
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Set the fuzz factor."""
    if not 0 < value < 1:
        raise OptionError(f"set_epsilon: value must lie in (0, 1), got {value!r}")
    _settings["epsilon"] = float(value)
    note_change()
