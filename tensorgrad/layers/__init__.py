"""Layers, under Keras's names: ``from tensorgrad.layers import Dense``."""

from ..graph.scopes import layer_scopes
from .base import Layer
from .dense import Dense
from .input import Input, InputLayer
from .nonlinear import Activation
from .regularization import Dropout
from .reshaping import Flatten

__all__ = ["Activation", "Dense", "Dropout", "Flatten", "Input", "InputLayer", "Layer", "layer_scopes"]
