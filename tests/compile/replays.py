"""Programs of functions after some of the passes, and their calls."""

import numpy as np

from tensorgrad.compile.executable import Replay
from tensorgrad.compile.function_trace import trace_function
from tensorgrad.compile.passes.optimize import PASSES, REORDERING


def replay_of(f, *arrays, only=None, without=(), exact=False):
    """Return the Replay of ``f`` after the pass ``only``, or after all but those in ``without``."""
    skipped = [name for name in PASSES if name != only] if only else without
    trace = trace_function(lambda stands: f(*stands), arrays, [f"x{i}" for i in range(len(arrays))])
    return Replay(trace, without=skipped, exact=exact)


def call_names(replay):
    return [getattr(call.function, "__name__", "") for call in replay.program.calls]


def check_bits(f, *arrays, only=None):
    """Return the names of the calls that the pass leaves, or all that keep every bit, after a look at the results."""
    replay = replay_of(f, *arrays, only=only, without=REORDERING)
    for scale in (1, -2):
        given = [np.array(a * scale) for a in arrays]
        found, expected = replay(given), f(*given)
        for a, b in zip(found, expected, strict=True):
            assert a.tobytes() == np.asarray(b).tobytes()
    return call_names(replay)
