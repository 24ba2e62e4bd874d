"""Samples of ops/linalg.py and ops/einsum.py."""

from . import Sample

SAMPLES = {
    "matmul": [
        Sample(((2, 3), (3, 4))),
        Sample(((3,), (3,))),
        Sample(((2, 3), (3,))),
        Sample(((3,), (3, 4))),
        Sample(((5, 2, 3), (3,))),
        Sample(((3,), (5, 3, 4))),
        Sample(((5, 2, 3), (3, 4))),
        Sample(((2, 3), (5, 3, 4))),
        Sample(((5, 2, 3), (5, 3, 4))),
        Sample(((1, 2, 3), (5, 3, 4))),
        Sample(((6, 1, 2, 3), (5, 3, 4))),
        Sample(((2, 0), (0, 3))),
        Sample(((0, 2), (2, 3))),
        Sample(((4, 2, 0), (0, 3))),
        Sample(((0, 2, 3), (3, 4))),
    ],
    "tensordot": [
        Sample(((2, 3), (3, 4)), {"axes": ((1,), (0,))}),
        Sample(((2, 3, 4), (4, 5, 3)), {"axes": ((1, 2), (2, 0))}),
        Sample(((3, 2, 4), (4, 3)), {"axes": ((2, 0), (0, 1))}),
        Sample(((2, 3), (4,)), {"axes": ((), ())}),
        Sample(((2, 3), (2, 3)), {"axes": ((0, 1), (0, 1))}),
        Sample(((2, 0), (0, 3)), {"axes": ((1,), (0,))}),
        Sample(((), (2,)), {"axes": ((), ())}),
    ],
    "norm2": [
        Sample(((3,),)),
        Sample(((2, 3),), {"axis": 1}),
        Sample(((2, 3, 4),), {"axis": (0, -1), "keepdims": True}),
        Sample(((),)),
        Sample(((2, 3),), {"axis": 0, "keepdims": True}),
    ],
    "einsum": [
        Sample(((2, 3), (3, 4)), {"subscripts": "ij,jk->ik"}),
        Sample(((2, 3), (3, 4)), {"subscripts": "ij,jk->ki", "optimize": True}),
        Sample(((2, 3),), {"subscripts": "ij->ji"}),
        Sample(((2, 3),), {"subscripts": "ij->"}),
        Sample(((2, 3, 4),), {"subscripts": "ijk->j"}),
        Sample(((2, 3), (4,)), {"subscripts": "ij,k->j"}),
        Sample(((2, 3), (3, 4), (4, 2)), {"subscripts": "ij,jk,ki->i", "optimize": True}),
        Sample(((2, 1), (2, 3)), {"subscripts": "ij,ij->j"}),
        Sample(((1, 3), (2, 3)), {"subscripts": "ij,ij->j"}),
        Sample(((), (2,)), {"subscripts": ",i->i"}),
        Sample(((0, 3), (3, 2)), {"subscripts": "ij,jk->ik"}),
    ],
}
