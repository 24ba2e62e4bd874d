"""The block of a large parameter: symmetric, from end to end, and small enough."""

import numpy as np
import pytest

from tensorgrad.check.numeric.sampling import sample_block


@pytest.mark.parametrize("shape", [(), (0,), (7,), (5000,), (60, 50), (3, 3, 64, 32), (2, 5000)])
def test_a_block_is_symmetric_and_small_enough(shape):
    places = sample_block(shape)
    assert places.size <= 1000
    assert places.ndim == len(shape)
    if places.size:
        assert places.flat[0] == 0
        assert places.flat[-1] == np.prod(shape) - 1
        assert (np.sort(np.prod(shape) - 1 - places, axis=None) == np.sort(places, axis=None)).all()
