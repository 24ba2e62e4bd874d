"""The crossentropies as metrics."""

from ..losses.crossentropies import binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy
from .base import metric_class

BinaryCrossentropy = metric_class("BinaryCrossentropy", binary_crossentropy, without=("axis",), aliases=("bce", "BCE"))
CategoricalCrossentropy = metric_class("CategoricalCrossentropy", categorical_crossentropy)
SparseCategoricalCrossentropy = metric_class("SparseCategoricalCrossentropy", sparse_categorical_crossentropy)
