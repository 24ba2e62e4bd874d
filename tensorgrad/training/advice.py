"""What ``fit`` tells the user once, because it is surprising."""

import warnings

import numpy as np

from ..errors import count_text
from ..losses import BinaryCrossentropy
from .batches import class_ids, is_sorted_by_class, unseen_classes


def give_advice(compiled, measures, data, held, output_shape):
    """Print notes and warnings about common mistakes that raise no error.

    held: the rows that ``validation_split`` cut off, or None
    """
    note_accuracy(compiled, measures, output_shape)
    if held is not None and "crossentropy" in type(measures.loss).__name__.lower():
        warn_of_split(data, held)


def note_accuracy(compiled, measures, output_shape):
    """Print a note if multi-label outputs get categorical accuracy, which compares only the largest entry."""
    if not isinstance(measures.loss, BinaryCrossentropy) or (output_shape[-1] or 1) < 2:
        return
    for identifier, metric in zip(compiled.metrics, measures.plain, strict=True):
        if identifier in ("accuracy", "acc"):
            print(
                f"note: {identifier!r} is {type(metric).__name__} here, as in Keras, because the output has "
                f"{output_shape[-1]} columns; for several labels a row, write metrics=['binary_accuracy']"
            )


def warn_of_split(data, held):
    """Warn if ``validation_split`` cut off classes that the training rows lack, as it does with sorted labels."""
    y = data.y
    if (y.ndim > 1 and y.shape[-1] > 1 and (y.sum(axis=-1) != 1).any()) or (y != np.round(y)).any():
        return  # several labels a row, or probabilities
    lost = unseen_classes(y, held.y)
    if len(lost):
        trouble = f"they hold classes that the training rows lack ({class_list_text(lost)}): the data seem sorted"
    elif is_sorted_by_class(y, held.y):
        trouble = f"the rows are sorted by class, so they hold only {class_list_text(np.unique(class_ids(held.y)))}"
    else:
        return
    warnings.warn(
        f"validation_split takes the last {count_text(len(held), 'row')}, before shuffling, and {trouble}; "
        "shuffle x and y together first",
        stacklevel=4,
    )


def class_list_text(classes):
    return ", ".join(f"{c:g}" for c in classes[:5]) + (", ..." if len(classes) > 5 else "")
