"""Callbacks, under Keras's names: what runs between the steps and epochs of a training."""

from .base import Callback, LambdaCallback
from .calls import CallbackList
from .history import History
from .progress_bar import ProgbarLogger

__all__ = ["Callback", "CallbackList", "History", "LambdaCallback", "ProgbarLogger"]
