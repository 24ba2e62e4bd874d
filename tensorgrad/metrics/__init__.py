"""Metrics: what is reported with the loss. Each is a class that gathers batches, most are the mean of a function."""

from typing import TYPE_CHECKING

from ..losses import binary_crossentropy as binary_crossentropy
from ..losses import categorical_crossentropy as categorical_crossentropy
from ..losses import mean_absolute_error as mean_absolute_error
from ..losses import mean_squared_error as mean_squared_error
from ..losses import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from ..options import public_names as _public_names
from .accuracy import Accuracy as Accuracy
from .accuracy import BinaryAccuracy as BinaryAccuracy
from .accuracy import CategoricalAccuracy as CategoricalAccuracy
from .accuracy import SparseCategoricalAccuracy as SparseCategoricalAccuracy
from .accuracy import SparseTopKCategoricalAccuracy as SparseTopKCategoricalAccuracy
from .accuracy import TopKCategoricalAccuracy as TopKCategoricalAccuracy
from .accuracy import accuracy as accuracy
from .accuracy import binary_accuracy as binary_accuracy
from .accuracy import categorical_accuracy as categorical_accuracy
from .accuracy import sparse_categorical_accuracy as sparse_categorical_accuracy
from .accuracy import sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy
from .accuracy import top_k_categorical_accuracy as top_k_categorical_accuracy
from .base import Mean as Mean
from .base import MeanMetricWrapper as MeanMetricWrapper
from .base import Metric as Metric
from .base import Sum as Sum
from .crossentropy_metrics import BinaryCrossentropy as BinaryCrossentropy
from .crossentropy_metrics import CategoricalCrossentropy as CategoricalCrossentropy
from .crossentropy_metrics import SparseCategoricalCrossentropy as SparseCategoricalCrossentropy
from .metric_lookup import get as get
from .regression_metrics import MeanAbsoluteError as MeanAbsoluteError
from .regression_metrics import MeanSquaredError as MeanSquaredError
from .regression_metrics import RootMeanSquaredError as RootMeanSquaredError

if not TYPE_CHECKING:  # type checkers see the re-exports
    __all__ = _public_names(globals())
