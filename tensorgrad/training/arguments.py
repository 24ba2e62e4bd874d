"""Checks of the arguments of ``fit`` and its siblings: all of them before anything else happens."""

import numpy as np

from ..errors import OptionError
from ..options import positive_int


def check(where, **arguments):
    """Raise an OptionError for the first ``name=(value, check)`` whose check objects."""
    for name, (value, wrong) in arguments.items():
        wanted = wrong(value)
        if wanted:
            raise OptionError(f"{where}: {name} must be {wanted}, got {value!r}")


def check_run(where, batch_size, verbose, steps):
    """Raise an OptionError for the first argument of ``evaluate`` or ``predict`` that is not what it may be."""
    check(where, batch_size=(batch_size, optional_int), verbose=(verbose, verbosity), steps=(steps, optional_int))


def optional_int(value):
    return None if value is None else positive_int(value) and "a positive int or None"


def verbosity(value):
    return None if value in ("auto", 0, 1, 2) else "0, 1, 2 or 'auto'"


def counting(value):
    return (
        None if hasattr(value, "__index__") and not isinstance(value, bool) and value >= 0 else "an int of at least 0"
    )


def part(value):
    good = isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and 0 <= value < 1
    return None if good else "a number in [0, 1)"


def frequency(value):
    if isinstance(value, (list, tuple, set, range)):
        good = all(positive_int(v) is None for v in value)
    else:
        good = positive_int(value) is None
    return None if good else "a positive int, or a list of epochs counted from 1"


def order(value):
    good = value is True or value is False or (isinstance(value, str) and value == "batch")
    return None if good else "True, False or 'batch'"


def check_fit(batch_size, epochs, verbose, validation_split, shuffle, initial_epoch, steps_per_epoch, validation_steps,
              validation_batch_size, validation_freq):  # fmt: skip
    """Raise an OptionError for the first argument of ``fit`` that is not what it may be."""
    check(
        "fit",
        batch_size=(batch_size, optional_int),
        epochs=(epochs, positive_int),
        verbose=(verbose, verbosity),
        validation_split=(validation_split, part),
        shuffle=(shuffle, order),
        initial_epoch=(initial_epoch, counting),
        steps_per_epoch=(steps_per_epoch, optional_int),
        validation_steps=(validation_steps, optional_int),
        validation_batch_size=(validation_batch_size, optional_int),
        validation_freq=(validation_freq, frequency),
    )
