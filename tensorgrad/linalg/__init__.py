"""The namespace ``np.linalg``: linear algebra under NumPy's names, of arrays and Tensors, batched over leading axes.

>>> import numpy as np, tensorgrad as tg
>>> a = tg.Tensor([[3.0, 0.0], [0.0, 4.0]], requires_grad=True)
>>> tg.linalg.norm(a, "nuc").backward()
>>> a.grad
Tensor([[1., 0.],
        [0., 1.]])
"""

from numpy.linalg import LinAlgError

from ..ops.determinant import det, slogdet
from ..ops.eigen import eig, eigh, eigvals, eigvalsh, svd, svdvals
from ..ops.factor import cholesky, qr
from ..ops.linalg import matmul, matrix_power, multi_dot, tensordot, vecdot
from ..ops.linalg import matrix_diagonal as diagonal
from ..ops.linalg import matrix_trace as trace
from ..ops.linalg import vector_outer as outer
from ..ops.linalg import vector_product as cross
from ..ops.movement import matrix_transpose
from ..ops.norm import cond, matrix_norm, matrix_rank, norm, vector_norm
from ..ops.solve import inv, lstsq, pinv, solve, tensorinv, tensorsolve

__all__ = [
    "LinAlgError", "cholesky", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "inv", "lstsq",
    "matmul", "matrix_norm", "matrix_power", "matrix_rank", "matrix_transpose", "multi_dot", "norm", "outer", "pinv",
    "qr", "slogdet", "solve", "svd", "svdvals", "tensordot", "tensorinv", "tensorsolve", "trace", "vecdot",
    "vector_norm",
]  # fmt: skip
