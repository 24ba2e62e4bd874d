"""Models, under Keras's names: ``from tensorgrad.models import Sequential``."""

from ..options import public_names as _public_names
from .sequential import Sequential as Sequential

__all__ = _public_names(globals())
