"""What fit's arguments may be: a table of values that pass and values that do not."""

import numpy as np
import pytest

from tensorgrad.errors import OptionError
from tensorgrad.training.arguments import (
    check_run,
    frequency,
    non_negative_int,
    optional_int,
    run_checks,
    shuffle_mode,
    verbosity,
)

GOOD = {
    optional_int: [None, 1, np.int64(3)],
    verbosity: ["auto", 0, 1, 2],
    non_negative_int: [0, 5, np.int32(1)],
    frequency: [1, [1, 3], (2,), {1}, range(1, 4)],
    shuffle_mode: [True, False, "batch"],
}
BAD = {
    optional_int: [0, -1, 1.5, True, "1"],
    verbosity: [3, -1, "loud", None],
    non_negative_int: [-1, 0.5, True, None],
    frequency: [0, [0], [1.5], "often", None],
    shuffle_mode: [1, 0, "rows", None],
}


@pytest.mark.parametrize(("check", "value"), [(check, value) for check, values in GOOD.items() for value in values])
def test_a_good_value_passes(check, value):
    assert check(value) is None


@pytest.mark.parametrize(("check", "value"), [(check, value) for check, values in BAD.items() for value in values])
def test_a_bad_value_is_told_what_it_must_be(check, value):
    with pytest.raises(OptionError, match=r"^fit: setting must be .*, got "):
        run_checks("fit", setting=(value, check))


def test_the_first_bad_argument_is_named():
    with pytest.raises(OptionError, match=r"^predict: batch_size must be a positive int or None, got 0$"):
        check_run("predict", 0, "loud", None)
    check_run("predict", None, "auto", 3)
