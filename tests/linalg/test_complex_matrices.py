"""Complex matrices on the way from real numbers to real ones: derivatives of first and second order."""

import numpy as np
import pytest

from tests.ops.derivatives import check_derivatives

SIZES = np.array([1.0, 2.0, 4.0, 7.0])


def spread(a):
    return a + 3 * np.eye(*a.shape[-2:]) * SIZES[: a.shape[-1]]


def positive(a):
    return a @ np.conj(a).mT + np.eye(a.shape[-1])


def both(*parts):
    """Return the real and the imaginary parts of all."""
    return np.concatenate([f(part).reshape(-1) for part in parts for f in (np.real, np.imag)])


def sizes(*parts):
    """Return what no phase changes."""
    return np.concatenate([(np.abs(part) ** 2).reshape(-1) for part in parts])


def from_svd(a, **form):
    u, s, vh = np.linalg.svd(a, **form)
    k = s.shape[-1]
    u, v = u[..., :k], vh[..., :k, :]
    return np.concatenate([both((u * np.cos(s)[..., None, :]) @ v), sizes(u, v), s.reshape(-1)])


def from_eigh(a, **form):
    w, v = np.linalg.eigh(a, **form)
    return np.concatenate([both((v * np.cos(w)[..., None, :]) @ np.conj(v).mT), sizes(v), w.reshape(-1)])


ONE = {
    "inv": (lambda a: both(np.linalg.inv(spread(a))), (2, 3, 3)),
    "det": (lambda a: both(np.linalg.det(a)), (2, 3, 3)),
    "slogdet": (lambda a: np.concatenate([both(np.linalg.slogdet(a).sign), np.linalg.slogdet(a)[1]]), (2, 3, 3)),
    "pinv": (lambda a: both(np.linalg.pinv(a)), (4, 2)),
    "cholesky": (lambda a: both(np.linalg.cholesky(positive(a))), (3, 3)),
    "cholesky upper": (lambda a: both(np.linalg.cholesky(positive(a), upper=True)), (3, 3)),
    "qr": (lambda a: both(*np.linalg.qr(spread(a))), (3, 3)),
    "qr tall": (lambda a: both(*np.linalg.qr(spread(a))), (4, 2)),
    "qr wide": (lambda a: both(*np.linalg.qr(spread(a))), (2, 4)),
    "eigh": (lambda a: from_eigh(spread(a)), (2, 3, 3)),
    "eigh upper": (lambda a: from_eigh(spread(a), UPLO="U"), (3, 3)),
    "eigvalsh": (lambda a: np.linalg.eigvalsh(spread(a)), (3, 3)),
    "eig": (lambda a: np.concatenate([both(np.linalg.eig(a)[0]), sizes(np.linalg.eig(a)[1])]), (3, 3)),
    "svd": (lambda a: from_svd(spread(a)), (2, 3, 3)),
    "svd tall": (lambda a: from_svd(spread(a)), (4, 2)),
    "svd wide": (lambda a: from_svd(spread(a), full_matrices=False), (2, 4)),
    "svdvals": (lambda a: np.linalg.svdvals(spread(a)), (3, 4)),
    "matrix_power": (lambda a: both(np.linalg.matrix_power(a, 3)), (3, 3)),
    "norm": (np.linalg.norm, (2, 3)),
    "norm 3": (lambda a: np.linalg.norm(a, 3, axis=1), (2, 3)),
    "norm inf": (lambda a: np.linalg.norm(a, np.inf), (2, 3)),
    "norm nuc": (lambda a: np.linalg.norm(a, "nuc"), (2, 3)),
    "cond": (np.linalg.cond, (3, 3)),
    "trace": (lambda a: both(np.linalg.trace(a)), (2, 3, 3)),
    "fft": (lambda a: sizes(np.fft.fft2(a)) * 1.5, (3, 4)),
    "irfft": (lambda a: np.fft.irfft(a, 5), (3, 4)),
    "absolute": (np.abs, (3,)),
}
TWO = {
    "matmul": (lambda a, b: both(a @ b), (2, 3), (3, 2)),
    "vdot": (lambda a, b: both(np.vdot(a, b)), (2, 3), (2, 3)),
    "vecdot": (lambda a, b: both(np.vecdot(a, b)), (2, 3), (3,)),
    "inner": (lambda a, b: both(np.inner(a, b)), (2, 3), (4, 3)),
    "outer": (lambda a, b: both(np.outer(a, b)), (2,), (3,)),
    "kron": (lambda a, b: both(np.kron(a, b)), (2, 2), (1, 3)),
    "cross": (lambda a, b: both(np.cross(a, b)), (2, 3), (3,)),
    "einsum": (lambda a, b: both(np.einsum("ij,kj->ik", a, b)), (2, 3), (2, 3)),
    "solve": (lambda a, b: both(np.linalg.solve(spread(a), b)), (3, 3), (3,)),
    "lstsq": (lambda a, b: both(np.linalg.lstsq(a, b)[0]), (4, 2), (4, 2)),
    "residuals": (lambda a, b: np.linalg.lstsq(a, b)[1], (4, 2), (4, 2)),
}
if hasattr(np, "vecmat"):
    TWO["vecmat"] = (lambda a, b: both(np.vecmat(a, b)), (2,), (2, 3))
    TWO["matvec"] = (lambda a, b: both(np.matvec(a, b)), (3, 2), (2,))


@pytest.mark.parametrize("name", ONE)
def test_of_one_matrix(name):
    f, shape = ONE[name]
    check_derivatives(lambda x, y: f(x + 1j * y), shape, shape)


@pytest.mark.parametrize("name", TWO)
def test_of_two(name):
    f, a, b = TWO[name]
    check_derivatives(lambda x, y, p, q: f(x + 1j * y, p + 1j * q), a, a, b, b)
