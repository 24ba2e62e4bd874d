"""Layers, under Keras's names: ``from tensorgrad.layers import Dense``."""

from ..graph.scopes import layer_scopes
from .activation import Activation
from .base import Layer
from .dense import Dense
from .dropout import Dropout
from .flatten import Flatten
from .input import Input, InputLayer

__all__ = ["Activation", "Dense", "Dropout", "Flatten", "Input", "InputLayer", "Layer", "layer_scopes"]
