"""Optimizers: they change parameters, one step down the gradient at a time."""

from typing import TYPE_CHECKING

from ..options import public_names as _public_names
from .adam import Adam as Adam
from .base import Optimizer as Optimizer
from .optimizer_lookup import get as get
from .sgd import SGD as SGD

if not TYPE_CHECKING:  # type checkers see the re-exports
    __all__ = _public_names(globals())
