"""Arrays in a few words: in full, as spread and range, as a histogram."""

import numpy as np
import pytest

from tensorgrad.draw.text.array_summary import digest, histogram, histogram_counts, values_of


@pytest.mark.parametrize(
    ("array", "lines"),
    [
        ([1.5, np.nan], ["[1.5, nan]"]),
        (np.arange(24.0), ["11.5 ± 6.9, 0 to 23", "████████████"]),
        (np.r_[np.arange(9.0), np.nan, np.inf, -np.inf], ["4 ± 2.6, 0 to 8, 1 nan, 2 inf", "*"]),
        (np.full(9, np.nan), ["9 nan"]),
        (np.zeros((3, 3)), ["0 ± 0, 0 to 0", "█"]),
        (np.zeros((0, 9)), ["[]"]),
        (np.ones(9, bool), ["9 values"]),
        (np.r_[np.zeros(99), 1.0], ["0.01 ± 0.099, 0 to 1", "█▁▁▁▁▁▁▁▁▁▁▂"]),
    ],
    ids=str,
)
def test_values_as_lines(array, lines):
    found = values_of(np.array(array))
    assert found[0] == lines[0]
    assert len(found) == len(lines)
    assert lines[-1] in ("*", found[-1])


def test_a_histogram_counts():
    assert histogram([10, 0, 5, 20]) == "▅▁▃█"  # of 20, in eighths above none
    assert len(histogram(histogram_counts(np.linspace(-1e300, 1e300, 50)))) == 12


def test_the_largest_numbers_are_summed_up():
    assert values_of(np.full(20, 1.5e308)) == ["1.5e+308 ± 0, 1.5e+308 to 1.5e+308", "█"]
    assert values_of(np.repeat([-1.7e308, 1.7e308], 10))[0] == "0 ± 1.7e+308, -1.7e+308 to 1.7e+308"


def test_counts_are_those_of_numpys_histogram(rng):
    array = rng.normal(size=500)
    assert histogram_counts(array) == np.histogram(array, bins=12)[0].tolist()


def test_a_digest_has_rows_up_to_sixteen_entries_and_statistics_beyond():
    assert digest(np.arange(16.0))["rows"] == [[str(i) for i in range(16)]]
    large = digest(np.arange(17.0))
    assert "rows" not in large
    assert dict(large["stats"]) == {"mean": "8", "std": "4.899", "min": "0", "max": "16", "zeros": "1"}
