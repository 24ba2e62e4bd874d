"""Layers, under Keras's names: ``from tensorgrad.layers import Dense``."""

from typing import TYPE_CHECKING

from ..graph.scopes import layer_scopes as layer_scopes
from ..options import public_names as _public_names
from .base import Layer as Layer
from .dense import Dense as Dense
from .input import Input as Input
from .input import InputLayer as InputLayer
from .nonlinear import Activation as Activation
from .regularization import Dropout as Dropout
from .reshaping import Flatten as Flatten

if not TYPE_CHECKING:  # type checkers see the re-exports
    __all__ = _public_names(globals())
