"""The derivative table: every op with its rules, one file per family.

Public names are the ops themselves: ``ops.exp`` is a function, ``ops.exp.op`` its row.
"""

from .arithmetic import add, div, mul, neg, positive, ratio, sub
from .linalg import matmul
from .movement import astype, broadcast_to, reshape
from .reduce import sum

__all__ = ["add", "astype", "broadcast_to", "div", "matmul", "mul", "neg", "positive", "ratio", "reshape", "sub", "sum"]
