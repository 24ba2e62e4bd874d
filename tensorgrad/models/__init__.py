"""Models, under Keras's names: ``from tensorgrad.models import Sequential``."""

from .sequential import Sequential

__all__ = ["Sequential"]
