"""Samples of ops/movement.py and ops/joining.py."""

from . import Sample

SAMPLES = {
    "reshape": [
        Sample(((2, 3),), {"shape": (3, 2)}),
        Sample(((2, 3),), {"shape": -1}),
        Sample(((),), {"shape": (1, 1)}),
        Sample(((0, 3),), {"shape": (3, -1)}),
    ],
    "transpose": [
        Sample(((2, 3),)),
        Sample(((2, 3, 4),), {"axes": (1, 2, 0)}),
        Sample(((2, 3, 4),), {"axes": (-1, 0, 1)}),
        Sample(((),)),
        Sample(((2, 0),)),
    ],
    "broadcast_to": [
        Sample(((3,),), {"shape": (2, 3)}),
        Sample(((2, 1, 3),), {"shape": (4, 2, 5, 3)}),
        Sample(((),), {"shape": (2,)}),
        Sample(((1,),), {"shape": (0,)}),
    ],
    "diagonal": [
        Sample(((3, 3),)),
        Sample(((2, 3),), {"offset": 1}),
        Sample(((4, 2, 3),), {"offset": -1}),
        Sample(((2, 0, 3),), {"offset": 0}),
    ],
    "sliding_window_view": [
        Sample(((5,),), {"window_shape": (3,), "axis": None}),
        Sample(((3, 4),), {"window_shape": (2, 2), "axis": None}),
        Sample(((3, 4),), {"window_shape": (2,), "axis": -1}),
        Sample(((0, 4),), {"window_shape": (2,), "axis": 1}),
        Sample(((),), {"window_shape": (), "axis": None}),
    ],
    "flip": [
        Sample(((2, 3),)),
        Sample(((2, 3),), {"axis": -1}),
        Sample(((2, 3, 2),), {"axis": (0, 2)}),
        Sample(((),)),
        Sample(((0, 2),)),
    ],
    "roll": [
        Sample(((2, 3),), {"shift": 2}),
        Sample(((2, 3),), {"shift": -1, "axis": 1}),
        Sample(((4, 3),), {"shift": (3, 1), "axis": (0, 1)}),
        Sample(((4,),), {"shift": (1, 1), "axis": (0, 0)}),
        Sample(((0,),), {"shift": 1}),
    ],
    "tril": [Sample(((3, 3),)), Sample(((2, 3, 4),), {"k": 1}), Sample(((3, 2),), {"k": -1}), Sample(((0, 0),))],
    "triu": [Sample(((3, 3),)), Sample(((2, 3, 4),), {"k": 1}), Sample(((3, 2),), {"k": -1}), Sample(((0, 0),))],
    "astype": [Sample(((2, 3),), {"dtype": "float64"}), Sample(((),), {"dtype": "float64"})],
    "concatenate": [
        Sample(((2, 3), (1, 3))),
        Sample(((2, 3), (2, 0), (2, 1)), {"axis": -1}),
        Sample(((2,),)),
        Sample(((2, 1, 3), (2, 4, 3)), {"axis": 1}),
    ],
    "stack": [
        Sample(((2, 3), (2, 3))),
        Sample(((2, 3), (2, 3), (2, 3)), {"axis": -1}),
        Sample(((2, 3), (2, 3)), {"axis": 1}),
        Sample(((), ())),
        Sample(((0,), (0,))),
    ],
    "pad": [
        Sample(((2, 3),), {"pad_width": ((1, 0), (0, 2))}),
        Sample(((2,),), {"pad_width": ((2, 1),), "constant_values": 5.0}),
        Sample(((2, 0),), {"pad_width": ((0, 0), (1, 1))}),
        Sample(((),), {"pad_width": ()}),
    ],
}
