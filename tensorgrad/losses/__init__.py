"""Losses: each a function ``(y_true, y_pred)`` with one value per sample, and the class of the same name.

The class reduces the values to the number that training makes small: ``MeanSquaredError()(y_true, y_pred)``.
"""

from typing import TYPE_CHECKING

from ..options import public_names as _public_names
from .base import Loss as Loss
from .base import LossFunctionWrapper as LossFunctionWrapper
from .crossentropies import BinaryCrossentropy as BinaryCrossentropy
from .crossentropies import CategoricalCrossentropy as CategoricalCrossentropy
from .crossentropies import SparseCategoricalCrossentropy as SparseCategoricalCrossentropy
from .crossentropies import binary_crossentropy as binary_crossentropy
from .crossentropies import categorical_crossentropy as categorical_crossentropy
from .crossentropies import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from .loss_lookup import get as get
from .regression_losses import MeanAbsoluteError as MeanAbsoluteError
from .regression_losses import MeanSquaredError as MeanSquaredError
from .regression_losses import mean_absolute_error as mean_absolute_error
from .regression_losses import mean_squared_error as mean_squared_error

if not TYPE_CHECKING:  # type checkers see the re-exports
    __all__ = _public_names(globals())
