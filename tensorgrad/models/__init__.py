"""Models, under Keras's names: ``from tensorgrad.models import Sequential``."""

from typing import TYPE_CHECKING

from ..options import public_names as _public_names
from .sequential import Sequential as Sequential

if not TYPE_CHECKING:  # type checkers see the re-exports
    __all__ = _public_names(globals())
