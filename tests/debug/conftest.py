"""Every test of debug leaves the engine as it was: no observer, no other sweep, NumPy's warnings on."""

import numpy as np
import pytest

import tensorgrad as tg
import tensorgrad.backward as engine
from tensorgrad.core.modes import is_compile_off

SLOTS, SWEEP = dict(tg.Tensor.__dict__), engine.sweep


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    assert dict(tg.Tensor.__dict__) == SLOTS
    assert engine.sweep is SWEEP
    assert not is_compile_off()
    assert np.geterr()["divide"] == "warn"
