"""Special functions under SciPy's names, differentiable to any order, of Tensors and of arrays; without SciPy.

Gamma function     gamma, gammaln, digamma (psi), polygamma, beta, betaln
Normal distribution     erf, erfc, erfcx, erfinv, ndtr, log_ndtr, ndtri
Bessel functions     i0, i0e, i1, i1e, spherical_jn
Probabilities     expit, logit, log_expit, xlogy, xlog1py, entr, softmax, log_softmax, logsumexp

They agree with ``scipy.special`` to a few parts in 1e15, except close to a zero of the function.

>>> import tensorgrad as tg
>>> x = tg.Tensor([0.5, 5.0], requires_grad=True)
>>> tg.special.gammaln(x).sum().backward()
>>> x.grad
Tensor([-1.96351003,  1.50611767])
"""

from .ops.activation import log_softmax as log_softmax
from .ops.activation import sigmoid
from .ops.activation import softmax as softmax
from .ops.bessel import i0 as i0
from .ops.bessel import i0e as i0e
from .ops.bessel import i1 as i1
from .ops.bessel import i1e as i1e
from .ops.bessel import sinc as sinc
from .ops.bessel import spherical_jn as spherical_jn
from .ops.entropy import entr as entr
from .ops.entropy import log_expit as log_expit
from .ops.entropy import logit as logit
from .ops.entropy import xlog1py as xlog1py
from .ops.entropy import xlogy as xlogy
from .ops.exponential import logsumexp as logsumexp
from .ops.gamma import beta as beta
from .ops.gamma import betaln as betaln
from .ops.gamma import digamma as digamma
from .ops.gamma import gamma as gamma
from .ops.gamma import gammaln as gammaln
from .ops.gamma import polygamma as polygamma
from .ops.normal import erf as erf
from .ops.normal import erfc as erfc
from .ops.normal import erfcx as erfcx
from .ops.normal import erfinv as erfinv
from .ops.normal import log_ndtr as log_ndtr
from .ops.normal import ndtr as ndtr
from .ops.normal import ndtri as ndtri

expit, psi = sigmoid, digamma

__all__ = [
    "beta", "betaln", "digamma", "entr", "erf", "erfc", "erfcx", "erfinv", "expit", "gamma", "gammaln", "i0", "i0e",
    "i1", "i1e", "log_expit", "log_ndtr", "log_softmax", "logit", "logsumexp", "ndtr", "ndtri", "polygamma", "psi",
    "sinc", "softmax", "spherical_jn", "xlog1py", "xlogy",
]  # fmt: skip
