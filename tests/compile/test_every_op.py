"""Every op with every sample of it, forward and backward: the replay on new values is the eager call, bit for bit."""

import numpy as np
import pytest
from op_samples import arrays

import tensorgrad as tg
from tensorgrad.backward import gradients
from tensorgrad.compile import compile
from tests.heavy import first_of_each, heavy
from tests.ops.test_ops import CASES

#: These answer with a bool of Python's, or with real or complex numbers, as the values are.
REFUSED = {"allclose", "array_equal", "eig"}


def both(case, tensors):
    """Return a function that gives the op's result, and the gradients of it for a cotangent."""

    def run(g):
        y = case.call(tensors)
        if not y.requires_grad:
            return [y]
        return [y, *[gx for _, gx in gradients(y, g)]]

    return run


def same(a, b):
    a, b = (np.asarray(x.data if isinstance(x, tg.Tensor) else x) for x in (a, b))
    assert (a.dtype, a.shape) == (b.dtype, b.shape)
    assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize("dtype", ["float64", *heavy("float32")])
@pytest.mark.parametrize("case", first_of_each(CASES, lambda case: (case.op, str(case.sample.settings))), ids=repr)
def test_a_replay_on_new_values_is_the_eager_call(case, dtype):
    tensors = case.tensors(dtype)
    run = both(case, tensors)
    g = np.ones_like(case.call(tensors).data)
    g = g * np.arange(1, g.size + 1, dtype=g.dtype).reshape(g.shape) if g.dtype.kind == "f" else g
    step = compile(run)
    if case.op.name in REFUSED:
        with pytest.raises(tg.errors.TraceError):
            step(g)
        return
    for a, b in zip(step(g), run(g), strict=True):
        same(a, b)
    for t, x in zip(tensors, arrays(case.op, case.sample, seed=1), strict=True):
        if isinstance(t, tg.Tensor) and t.dtype.kind == "f":
            t.data[...] = x
    other = g * 2 if g.dtype.kind == "f" else g
    expected = run(other)
    for a, b in zip(step(other), expected, strict=True):
        same(a, b)
    assert step.cache_info()[:2] == (1, 1)
