"""Rules of complex numbers, at the level of arrays: ``Re Σ g J(t)`` is ``Re Σ rule(g) t``, J measured by differences.

The phases of singular vectors and eigenvectors are a choice of LAPACK's, and so is the basis beyond the first columns:
those of a moved input are turned back to those of the input, which is what the rules assume.
"""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.forward import pushforward
from tensorgrad.ops.matrices import adjoint, pack, unpack

RNG = np.random.default_rng(2)


def number(*shape):
    return RNG.normal(size=shape) + 1j * RNG.normal(size=shape)


def spread(*shape):
    return number(*shape) + 3 * np.eye(*shape[-2:]) * np.arange(1, shape[-1] + 1)


def positive(*shape):
    a = number(*shape)
    return a @ adjoint(a) + np.eye(shape[-1])


HALF = [{"n": n, "norm": norm} for n in (None, 5, 4, 9) for norm in (None, "ortho", "forward")]

#: Name of the row -> inputs and settings, several times.
CALLS = {
    "conjugate": [((number(3),), {})],
    "real": [((number(3),), {})],
    "imag": [((number(3),), {})],
    "absolute": [((number(3),), {})],
    "matmul": [((number(2, 2, 3), number(3, 2)), {}), ((number(3), number(2, 3, 2)), {})],
    "vecdot": [((number(2, 3), number(3)), {}), ((number(3), number(2, 3)), {})],
    "cross": [((number(2, 3), number(3)), {})],
    "tensordot": [((number(2, 3), number(3, 2)), {"axes": ((1,), (0,))})],
    "einsum": [((number(2, 3), number(3, 2)), {"subscripts": "ij,jk->ki"})],
    "norm2": [((number(2, 3),), {"axis": 1}), ((number(2, 3),), {})],
    "norm_p": [((number(2, 3),), {"axis": 1, "ord": 2.5}), ((number(2, 3),), {"ord": 0.5})],
    "inv": [((spread(2, 3, 3),), {})],
    "solve": [((spread(2, 3, 3), number(3)), {}), ((spread(3, 3), number(2, 3, 2)), {})],
    "pinv": [
        ((number(2, 3, 2),), {}),
        ((number(2, 4),), {}),
        ((number(4, 1) @ number(1, 3),), {"rcond": 1e-8}),
        ((spread(3, 3),), {"hermitian": True}),
    ],
    "lstsq": [((number(4, 2), number(4)), {}), ((number(4, 2), number(4, 2)), {}), ((number(2, 4), number(2, 1)), {})],
    "det": [((number(2, 3, 3),), {}), ((number(3, 2) @ number(2, 3),), {})],
    "cofactor": [((number(2, 3, 3),), {})],
    "cofactor_slope": [((number(3, 3), number(3, 3)), {})],
    "slogdet": [((number(2, 3, 3),), {})],
    "cholesky": [((positive(2, 3, 3),), {}), ((positive(3, 3),), {"upper": True})],
    "qr": [
        ((number(2, 3, 3),), {}),
        ((number(4, 2),), {}),
        ((number(2, 4),), {}),
        ((number(4, 2),), {"mode": "complete"}),
        ((RNG.normal(size=(4, 2)),), {"mode": "complete"}),
    ],
    "eigh": [((spread(2, 3, 3),), {}), ((spread(3, 3),), {"UPLO": "U"})],
    "eigvalsh": [((spread(2, 3, 3),), {}), ((spread(3, 3),), {"UPLO": "U"})],
    "eig": [((number(2, 3, 3),), {}), ((RNG.normal(size=(4, 4)),), {})],
    "svd": [
        ((spread(2, 3, 3),), {}),
        ((number(4, 2),), {}),
        ((number(2, 2, 4),), {}),
        ((number(4, 2),), {"full_matrices": False}),
        ((number(2, 4),), {"full_matrices": False}),
        ((RNG.normal(size=(5, 2)),), {}),
        ((RNG.normal(size=(2, 5)),), {}),
    ],
    "svdvals": [((number(2, 3, 4),), {})],
    "fft": [((number(2, 5),), form) for form in HALF],
    "ifft": [((number(2, 5),), form) for form in HALF],
    "irfft": [((number(2, 5),), form) for form in HALF],
    "hfft": [((number(2, 5),), form) for form in HALF],
    "rfft": [((RNG.normal(size=(2, 5)),), form) for form in HALF],
    "ihfft": [((RNG.normal(size=(2, 5)),), form) for form in HALF],
}
CASES = [(name, *call) for name, calls in CALLS.items() for call in calls]


def phase(x):
    """Return the numbers of size 1 that the diagonal of ``x`` has for phases, as a row."""
    d = np.diagonal(x, 0, -2, -1)
    return (d / np.abs(d))[..., None, :]


def align(new, old, k):
    """Return a unitary matrix, those columns behind the first k turned so that they lie as the old ones do."""
    u, _, vh = np.linalg.svd(adjoint(new[..., k:]) @ old[..., k:])
    return np.concatenate([new[..., :k], new[..., k:] @ (u @ vh)], axis=-1)


def turn_back(name, x, y, old, settings):
    """Return ``y`` for the input ``x`` with what is arbitrary in it as in ``old``."""
    if name not in ("qr", "eigh", "eig", "svd"):
        return y
    batch, (m, n) = x.ndim - 2, x.shape[-2:]
    k = min(m, n)
    if name in ("eigh", "eig"):
        (w, v), (_, v0) = unpack(y, (n,), (n, n)), unpack(old, (n,), (n, n))
        order = np.argmin(np.abs(w[..., None, :] - unpack(old, (n,), (n, n))[0][..., :, None]), axis=-1)
        w, v = np.take_along_axis(w, order, -1), np.take_along_axis(v, order[..., None, :], -1)
        return pack(batch, w, v / phase(adjoint(v0) @ v))
    if name == "qr":
        shapes = ((m, m), (m, n)) if settings.get("mode") == "complete" else ((m, k), (k, n))
        (q, r), (q0, _) = unpack(y, *shapes), unpack(old, *shapes)
        return pack(batch, align(q, q0, k) if q.shape[-1] > k else q, r)
    full = settings.get("full_matrices", True)
    shapes = ((m, m), (k,), (n, n)) if full else ((m, k), (k,), (k, n))
    (u, s, vh), (u0, _, vh0) = unpack(y, *shapes), unpack(old, *shapes)
    v, v0 = adjoint(vh), adjoint(vh0)
    both = phase(adjoint(u0[..., :k]) @ u[..., :k]) * phase(adjoint(v0[..., :k]) @ v[..., :k])
    root = np.sqrt(both)
    root = root * np.sign(np.real(phase(adjoint(u0[..., :k]) @ u[..., :k]) / root))
    u, v = (np.concatenate([part[..., :k] / root, part[..., k:]], axis=-1) for part in (u, v))
    u, v = (align(a, b, k) if a.shape[-1] > k else a for a, b in ((u, u0), (v, v0)))
    return pack(batch, u, s, adjoint(v))


def slope_along(name, inputs, settings, i, x):
    """Return a change of the ``i``-th input, ``x``, and what it changes the result by."""
    op = tg.REGISTRY[name]
    t = number(*x.shape) if np.iscomplexobj(x) else RNG.normal(size=x.shape)
    if name == "pinv" and settings["rcond"]:
        t = x @ np.linalg.pinv(x) @ t + t @ np.linalg.pinv(x) @ x  # the rank stays
    y = np.asarray(op.kernel(*inputs, **settings))

    def moved(h):
        arrays = [*inputs[:i], x + h * t, *inputs[i + 1 :]]
        return turn_back(name, x, np.asarray(op.kernel(*arrays, **settings)), y, settings)

    h = 1e-4
    return t, (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)


@pytest.mark.parametrize(("name", "inputs", "settings"), CASES, ids=[f"{i}-{c[0]}" for i, c in enumerate(CASES)])
def test_forward_mode_is_the_difference(name, inputs, settings):
    op = tg.REGISTRY[name]
    settings = {**op.defaults, **settings}
    y = np.asarray(op.kernel(*inputs, **settings))
    for i, x in enumerate(inputs):
        t, slope = slope_along(name, inputs, settings, i, x)
        pushed = pushforward(op, [t if k == i else None for k in range(len(inputs))], y, inputs, settings)
        assert pushed.dtype == y.dtype
        if name == "lstsq":
            pushed, slope = pushed[:-1], slope[:-1]  # the rank has no derivative
        np.testing.assert_allclose(pushed, slope, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("name", "inputs", "settings"), CASES, ids=[f"{i}-{c[0]}" for i, c in enumerate(CASES)])
def test_a_rule_is_the_transpose_of_differences(name, inputs, settings):
    op = tg.REGISTRY[name]
    settings = {**op.defaults, **settings}
    y = np.asarray(op.kernel(*inputs, **settings))
    g = number(*y.shape) if np.iscomplexobj(y) else RNG.normal(size=y.shape)
    if name in ("eigh", "svd", "slogdet", "lstsq") and np.iscomplexobj(y):
        g = without_imaginary(name, inputs, settings, g)
    for i, x in enumerate(inputs):
        t, slope = slope_along(name, inputs, settings, i, x)
        wrt = {"wrt": i} if op.variadic else {}
        gx = op.rule(i)(g, y, *inputs, **settings, **wrt)
        pulled = np.sum(gx * t).real
        assert abs(np.sum(g * slope).real - pulled) <= 1e-7 * (1 + np.sum(np.abs(g * slope)))


def without_imaginary(name, inputs, settings, g):
    """Return a cotangent that is real where a packed result is real: of singular values, eigenvalues, a logarithm."""
    a, g = inputs[0], g.copy()
    k = min(a.shape[-2:])
    if name == "slogdet":
        g[..., 1] = g[..., 1].real
    else:
        start = {"eigh": 0, "lstsq": np.prod(a.shape[1:] + inputs[-1].shape[1:], dtype=int) if inputs[1:] else 0}.get(
            name
        )
        if start is None:
            start = a.shape[-2] * (a.shape[-2] if settings["full_matrices"] else k)
        g[..., start : start + k] = g[..., start : start + k].real
        if name == "lstsq":
            g[..., -1] = 0  # the rank has no derivative
    return g
