"""Samples for tensorgrad/ops/reduce.py."""

from . import Sample

ONE_AXIS = [
    Sample(((),)),
    Sample(((3,),)),
    Sample(((2, 3),)),
    Sample(((2, 3),), {"axis": 0}),
    Sample(((2, 3),), {"axis": -1, "keepdims": True}),
    Sample(((2, 3),), {"keepdims": True}),
    Sample(((2, 3, 4),), {"axis": 1}),
    Sample(((0, 3),), {"axis": 1}),
]
AXES = [
    *ONE_AXIS,
    Sample(((2, 3, 4),), {"axis": (0, 2)}),
    Sample(((2, 3, 4),), {"axis": (-1, 0), "keepdims": True}),
]
TO_NOTHING = [Sample(((0, 3),), {"axis": 0}), Sample(((0,),)), Sample(((2, 3),), {"axis": ()})]
DDOF = [Sample(((2, 3),), {"axis": 1, "ddof": 1}), Sample(((2, 3),), {"axis": 0, "correction": 1})]
ZEROS = [[2.0, 0.0, 3.0], [0.0, 5.0, 0.0], [0.5, 0.25, 4.0]]
ALONG = [
    Sample(((),)),
    Sample(((5,),)),
    Sample(((2, 3),)),
    Sample(((2, 3),), {"axis": 0}),
    Sample(((2, 3, 4),), {"axis": -2}),
    Sample(((0, 3),), {"axis": 0}),
    Sample(((2, 1),), {"axis": 1}),
]
LOGIC = [*AXES, Sample(([True, False],)), Sample(([[0, 1], [0, 0]],), {"axis": 1})]

SAMPLES = {
    "sum": [*AXES, *TO_NOTHING],
    "mean": AXES,
    "var": [*AXES, *DDOF],
    "std": [*AXES[1:], *DDOF],  # one number has no spread, which is a kink
    "prod": [*AXES, *TO_NOTHING, Sample((ZEROS,)), Sample((ZEROS,), {"axis": 1}), Sample((ZEROS,), {"axis": 0})],
    "max": [*AXES, *[Sample(s.inputs, {**s.settings, "ties": "first"}) for s in AXES]],
    "min": [*AXES, *[Sample(s.inputs, {**s.settings, "ties": "first"}) for s in AXES]],
    "argmax": ONE_AXIS,
    "argmin": ONE_AXIS,
    "all": LOGIC,
    "any": LOGIC,
    "count_nonzero": LOGIC,
    "cumsum": ALONG,
    "cumprod": [*ALONG, Sample((ZEROS,)), Sample((ZEROS,), {"axis": 1}), Sample((ZEROS,), {"axis": 0})],
}
