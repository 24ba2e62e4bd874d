"""Scripts that are examined: their lines are known, so a test can compare the line that is named."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.debug import trace_numerics, why_no_grad
from tensorgrad.debug.diagnosis import REASONS
from tests.planted import train


def weight(values=(0.5, 1.0)):
    return tg.Parameter(np.array(values), name="w")


def diagnosis_of(body, w=None, **names):
    """Return the Diagnosis for a script whose ``loss()`` has this body, the first line of which is line 2."""
    w = weight() if w is None else w
    lines = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
    scope = train(f"def loss():\n{lines}\n", w=w, **names)
    before = w.data, w.data.copy()
    found = why_no_grad(scope["loss"], w)
    assert type(w) in (tg.Parameter, tg.Tensor)
    assert w.data is before[0]
    np.testing.assert_array_equal(w.data, before[1])
    assert found.reason is None or found.reason in REASONS
    return found


def numerics_error(source, **names):
    """Return the NumericsError that a script raises while it is traced."""
    with pytest.raises(tg.NumericsError) as caught, trace_numerics():
        train(source, **names)
    return caught.value
