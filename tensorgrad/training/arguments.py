"""Checks of the arguments of ``fit`` and its siblings: all of them before anything else happens."""

from ..errors import OptionError
from ..options import fraction, positive_int


def run_checks(where, **arguments):
    """Raise an OptionError for the first ``name=(value, check)`` whose check fails."""
    for name, (value, wrong) in arguments.items():
        wanted = wrong(value)
        if wanted:
            raise OptionError(f"{where}: {name} must be {wanted}, got {value!r}")


def check_run(where, batch_size, verbose, steps):
    """Raise an OptionError for the first argument of ``evaluate`` or ``predict`` that is not what it may be."""
    run_checks(where, batch_size=(batch_size, optional_int), verbose=(verbose, verbosity), steps=(steps, optional_int))


def optional_int(value):
    return None if value is None else positive_int(value) and "a positive int or None"


def verbosity(value):
    return None if value in ("auto", 0, 1, 2) else "0, 1, 2 or 'auto'"


def non_negative_int(value):
    return (
        None if hasattr(value, "__index__") and not isinstance(value, bool) and value >= 0 else "an int of at least 0"
    )


def frequency(value):
    if isinstance(value, (list, tuple, set, range)):
        good = all(positive_int(v) is None for v in value)
    else:
        good = positive_int(value) is None
    return None if good else "a positive int, or a list of epochs counted from 1"


def shuffle_mode(value):
    good = value is True or value is False or (isinstance(value, str) and value == "batch")
    return None if good else "True, False or 'batch'"


def check_fit(batch_size, epochs, verbose, validation_split, shuffle, initial_epoch, steps_per_epoch, validation_steps,
              validation_batch_size, validation_freq):  # fmt: skip
    """Raise an OptionError for the first argument of ``fit`` that is not what it may be."""
    run_checks(
        "fit",
        batch_size=(batch_size, optional_int),
        epochs=(epochs, positive_int),
        verbose=(verbose, verbosity),
        validation_split=(validation_split, fraction),
        shuffle=(shuffle, shuffle_mode),
        initial_epoch=(initial_epoch, non_negative_int),
        steps_per_epoch=(steps_per_epoch, optional_int),
        validation_steps=(validation_steps, optional_int),
        validation_batch_size=(validation_batch_size, optional_int),
        validation_freq=(validation_freq, frequency),
    )
