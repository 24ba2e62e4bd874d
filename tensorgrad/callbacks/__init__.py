"""Callbacks, under Keras's names: what runs between the steps and epochs of a training."""

from typing import TYPE_CHECKING

from ..options import public_names as _public_names
from .base import Callback as Callback
from .base import LambdaCallback as LambdaCallback
from .calls import CallbackList as CallbackList
from .history import History as History
from .progress_bar import ProgbarLogger as ProgbarLogger

if not TYPE_CHECKING:  # type checkers see the re-exports
    __all__ = _public_names(globals())
