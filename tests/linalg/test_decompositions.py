"""``np.linalg`` of Tensors: derivatives of first and second order of everything that does not depend on a choice."""

import numpy as np
import pytest

import tensorgrad as tg
from tests.ops.derivatives import check_derivatives

SIZES = np.array([1.0, 2.0, 4.0, 7.0])


def spread(a):
    """Return ``a`` with enough on the diagonal to be regular, with eigenvalues and singular values apart."""
    return a + 3 * np.eye(*a.shape[-2:]) * SIZES[: a.shape[-1]]


def positive(a):
    return a @ a.mT + np.eye(a.shape[-1])


def product(parts):
    """Return every part once, so that all cotangents meet: of vectors their squares, which have no sign."""
    return np.concatenate([(part * part).reshape(-1) for part in parts])


def invariant_svd(a, **form):
    """Return what does not depend on signs, nor on the basis of what is beyond the first columns."""
    u, s, vh = np.linalg.svd(a, **form)
    k = s.shape[-1]
    first = (u[..., :k] * np.cos(s)[..., None, :]) @ vh[..., :k, :]
    return np.concatenate([first.reshape(-1), *[(x @ x.mT).reshape(-1) for x in (u[..., k:], vh[..., k:, :].mT)]])


def rotation_part(a):
    """Return what depends on complex eigenvalues and on their vectors, but on no phase."""
    w, v = np.linalg.eig(a)
    lengths = np.abs(v * v) @ np.abs(w)[..., None]
    return np.concatenate([np.real(w**3), np.imag(w) ** 2, lengths[..., 0]], axis=-1)


CALLS = {
    "cholesky": (lambda a: np.linalg.cholesky(positive(a)), (2, 3, 3)),
    "cholesky upper": (lambda a: np.linalg.cholesky(positive(a), upper=True), (3, 3)),
    "qr": (lambda a: np.concatenate(np.linalg.qr(spread(a)), axis=-1), (2, 3, 3)),
    "qr tall": (lambda a: product(np.linalg.qr(spread(a))), (4, 2)),
    "qr wide": (lambda a: product(np.linalg.qr(spread(a))), (2, 3)),
    "qr r": (lambda a: np.linalg.qr(spread(a), mode="r"), (4, 2)),
    "qr complete": (
        lambda a: product([np.linalg.qr(spread(a), "complete").R, *np.linalg.qr(spread(a), "complete").Q.T[:2]]),
        (4, 2),
    ),
    "qr complete, the rest": (
        lambda a: np.linalg.qr(spread(a), "complete").Q[:, 2:] @ np.linalg.qr(spread(a), "complete").Q[:, 2:].T,
        (4, 2),
    ),
    "qr complete wide": (lambda a: product(np.linalg.qr(spread(a), "complete")), (2, 3)),
    "eigh": (lambda a: product(np.linalg.eigh(spread(a + a.mT))), (2, 3, 3)),
    "eigh upper": (lambda a: product(np.linalg.eigh(spread(a), UPLO="u")), (3, 3)),
    "eigvalsh": (lambda a: np.linalg.eigvalsh(spread(a)), (2, 3, 3)),
    "eigvalsh upper": (lambda a: np.linalg.eigvalsh(spread(a), "U"), (3, 3)),
    "eig": (lambda a: product(np.linalg.eig(spread(a) * [[1, 0.1, 0.1]])), (3, 3)),
    "eig complex": (lambda a: rotation_part(a - a.mT + np.diag(SIZES[:3]) / 9), (3, 3)),
    "eig complex batch": (lambda a: rotation_part(a - a.mT + np.diag(SIZES[:3]) / 9), (2, 3, 3)),
    "eigvals": (lambda a: np.real(np.linalg.eigvals(a - a.mT + np.eye(3)) ** 2), (3, 3)),
    "svd": (lambda a: product(np.linalg.svd(spread(a))), (2, 3, 3)),
    "svd reduced tall": (lambda a: product(np.linalg.svd(spread(a), full_matrices=False)), (4, 3)),
    "svd reduced wide": (lambda a: product(np.linalg.svd(spread(a), False)), (2, 2, 4)),
    "svd tall": (lambda a: invariant_svd(spread(a)), (4, 2)),
    "svd wide": (lambda a: invariant_svd(spread(a)), (2, 4)),
    "svd values": (lambda a: np.linalg.svd(spread(a), compute_uv=False), (2, 4, 3)),
    "svdvals": (np.linalg.svdvals, (3, 4)),
    "svd hermitian": (lambda a: product(np.linalg.svd(spread(a) - 5 * np.eye(3), hermitian=True)), (3, 3)),
    "svd hermitian values": (
        lambda a: np.linalg.svd(spread(a) - 5 * np.eye(3), compute_uv=False, hermitian=True),
        (3, 3),
    ),
    "pinv": (lambda a: np.linalg.pinv(spread(a)), (2, 3, 2)),
    "pinv wide": (lambda a: np.linalg.pinv(a, rcond=1e-10), (2, 4)),
    "pinv of rank 1": (lambda a, b: np.linalg.pinv(a @ b, rtol=1e-10), (4, 1), (1, 3)),
    "pinv hermitian": (lambda a: np.linalg.pinv(spread(a), hermitian=True), (3, 3)),
    "lstsq": (lambda a, b: product(np.linalg.lstsq(a, b)[:2]), (4, 2), (4,)),
    "lstsq columns": (lambda a, b: np.linalg.lstsq(a, b)[0], (4, 2), (4, 3)),
    "lstsq values": (lambda a, b: np.linalg.lstsq(a, b)[3], (4, 2), (4,)),
    "lstsq wide": (lambda a, b: np.linalg.lstsq(a, b, rcond=-1)[0], (2, 4), (2,)),
    "lstsq of rank 1": (lambda a, b, c: np.linalg.lstsq(a @ b, c, 1e-10)[0], (4, 1), (1, 2), (4,)),
    "det": (np.linalg.det, (2, 3, 3)),
    "det of rank 2": (lambda a, b: np.linalg.det(a @ b), (3, 2), (2, 3)),
    "slogdet": (lambda a: np.linalg.slogdet(spread(a)).logabsdet, (2, 3, 3)),
    "tensorsolve": (lambda a, b: np.linalg.tensorsolve(a, b), (2, 3, 6), (2, 3)),
    "tensorsolve axes": (lambda a, b: np.linalg.tensorsolve(a, b, axes=(0, 2)), (2, 6, 3), (6,)),
    "tensorinv": (np.linalg.tensorinv, (2, 3, 3, 2)),
    "tensorinv ind": (lambda a: np.linalg.tensorinv(a, ind=1), (6, 2, 3)),
    "matrix_power": (lambda a: np.linalg.matrix_power(a, 5), (2, 3, 3)),
    "matrix_power 3": (lambda a: np.linalg.matrix_power(a, 3), (3, 3)),
    "matrix_power -2": (lambda a: np.linalg.matrix_power(spread(a), -2), (3, 3)),
    "matrix_power 0": (lambda a: np.linalg.matrix_power(a, 0) * a, (3, 3)),
    "multi_dot": (lambda *x: np.linalg.multi_dot(x), (2, 3), (3, 4), (4, 2), (2, 5)),
    "multi_dot of two": (lambda *x: np.linalg.multi_dot(x), (2, 3), (3, 4)),
    "multi_dot from vectors": (lambda *x: np.linalg.multi_dot(x), (3,), (3, 4), (4,)),
    "multi_dot to a vector": (lambda *x: np.linalg.multi_dot(x), (2, 3), (3, 4), (4,)),
    "cross": (np.cross, (2, 3), (3,)),
    "cross axes": (lambda a, b: np.cross(a, b, axisa=0, axisb=1, axisc=0), (3, 2), (2, 3)),
    "cross axis": (lambda a, b: np.cross(a, b, axis=0), (3, 2), (3, 2)),
    "linalg.cross": (lambda a, b: np.linalg.cross(a, b, axis=0), (3, 2), (3, 2)),
    "linalg.diagonal": (lambda a: np.linalg.diagonal(a, offset=1), (2, 3, 3)),
    "linalg.trace": (lambda a: np.linalg.trace(a, offset=-1), (2, 3, 3)),
    "vecdot axis": (lambda a, b: np.linalg.vecdot(a, b, axis=0), (3, 2), (3, 2)),
    "vecdot keepdims": (lambda a, b: np.vecdot(a, b, keepdims=True), (2, 3), (3,)),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_function_and_its_two_derivatives(name):
    f, *shapes = CALLS[name]
    check_derivatives(f, *shapes)


#: Those whose shapes or dtypes depend on values.
EAGER = (
    "eig",
    "eig complex",
    "eig complex batch",
    "eigvals",
    "lstsq",
    "lstsq columns",
    "lstsq values",
    "lstsq of rank 1",
)


@pytest.mark.parametrize("name", [name for name in CALLS if name not in EAGER])
def test_a_compiled_gradient_is_the_eager_one(name):
    f, *shapes = CALLS[name]

    def gradient(*arrays):
        leaves = [tg.Tensor(x, requires_grad=True) for x in arrays]
        f(*leaves).sum().backward()
        return [x.grad for x in leaves]

    rng = np.random.default_rng(1)
    step = tg.compile(gradient)
    for _ in range(3):
        arrays = [rng.normal(size=s) for s in shapes]
        for a, b in zip(step(*arrays), gradient(*arrays), strict=True):
            assert a.data.tobytes() == b.data.tobytes()


def test_results_are_numpys_tuples():
    a = tg.Tensor(spread(np.ones((2, 3, 3))), requires_grad=True)
    for f in np.linalg.qr, np.linalg.svd, np.linalg.eigh, np.linalg.eig, np.linalg.slogdet:
        ours, theirs = f(a), f(a.data)
        assert type(ours) is type(theirs)
        for x, y in zip(ours, theirs, strict=True):
            assert isinstance(x, tg.Tensor)
            assert (x.dtype, x.shape) == (y.dtype, y.shape)
            assert x.data.tobytes() == np.ascontiguousarray(y).tobytes()


NAMES = {
    "cholesky", "cond", "det", "eig", "eigh", "eigvals", "eigvalsh", "inv", "matrix_norm", "matrix_rank", "norm",
    "pinv", "qr", "slogdet", "svd", "svdvals", "trace", "diagonal", "vector_norm", "matrix_transpose",
}  # fmt: skip


@pytest.mark.parametrize("dtype", ["float64", "float32", "int32", "uint8", "bool"])
@pytest.mark.parametrize("name", sorted(NAMES))
def test_dtypes_and_values_are_numpys(name, dtype):
    a = np.array([[4, 1, 0], [1, 3, 1], [0, 1, 2]]).astype(dtype)
    a = np.eye(3, dtype=bool) if dtype == "bool" else a
    ours, theirs = getattr(tg.linalg, name)(tg.Tensor(a)), getattr(np.linalg, name)(a)
    plain = getattr(tg.linalg, name)(a)
    several = isinstance(theirs, tuple)
    for x, y, z in zip(ours, theirs, plain, strict=True) if several else [(ours, theirs, plain)]:
        assert (x.dtype, x.shape) == (np.asarray(y).dtype, np.shape(y))
        np.testing.assert_allclose(x.data, y, rtol=1e-5 if dtype == "float32" else 1e-13, atol=1e-6)
        assert not isinstance(z, tg.Tensor)
        assert np.asarray(z).tobytes() == x.data.tobytes()


@pytest.mark.parametrize("f", [np.linalg.eigh, np.linalg.inv, np.linalg.svd, np.linalg.cholesky, np.linalg.det])
def test_float16_is_refused_as_numpy_refuses_it(f):
    with pytest.raises(TypeError, match="float16 is unsupported in linalg"):
        f(tg.Tensor(np.eye(2, dtype="float16"), requires_grad=True))


@pytest.mark.parametrize("shape", [(0, 2, 2), (2, 0, 0), (0, 0)])
def test_empty_arrays(shape):
    for name in sorted(NAMES - {"cond", "matrix_rank", "eigvals", "eig"}):
        a = tg.Tensor(np.zeros(shape), requires_grad=True)
        ours, theirs = getattr(np.linalg, name)(a), getattr(np.linalg, name)(a.data)
        several = isinstance(theirs, tuple)
        for x, y in zip(ours, theirs, strict=True) if several else [(ours, theirs)]:
            assert (x.shape, x.dtype) == (np.shape(y), np.asarray(y).dtype)
            if x.requires_grad:
                x.sum().backward()
        assert a.grad is None or a.grad.shape == shape


def test_the_namespace_is_numpys():
    theirs = {name for name in dir(np.linalg) if not name.startswith("_") and callable(getattr(np.linalg, name))}
    assert set(tg.linalg.__all__) == theirs - {"test"}
    for name in tg.linalg.__all__:
        assert getattr(tg.linalg, name).__doc__


def test_arguments_by_name():
    a, b = tg.Tensor(spread(np.ones((2, 2))), requires_grad=True), np.array([1.0, 2.0])
    for ours, theirs in (
        (np.linalg.solve(a=a, b=b), np.linalg.solve(a.data, b)),
        (np.linalg.inv(a=a), np.linalg.inv(a.data)),
        (np.linalg.solve(a, b=b), np.linalg.solve(a.data, b)),
        (np.linalg.norm(x=a, ord=np.float32(3), axis=0), np.linalg.norm(a.data, 3, 0)),
        (np.linalg.pinv(a=a, hermitian=True), np.linalg.pinv(a.data, hermitian=True)),
    ):
        assert ours.data.tobytes() == theirs.tobytes()


def test_the_rank_is_a_constant():
    a = tg.Tensor(np.diag([1.0, 1e-3, 0.0]), requires_grad=True)
    rank = np.linalg.matrix_rank(a)
    assert (rank.item(), rank.dtype, rank.requires_grad) == (2, np.int64, False)
    assert np.linalg.matrix_rank(a, 0.1).item() == np.linalg.matrix_rank(a, rtol=0.1).item() == 1
    _, residuals, rank, s = np.linalg.lstsq(a, np.ones(3))
    assert (type(rank), rank, residuals.shape, s.requires_grad) == (np.int32, 2, (0,), True)


def test_what_a_compiled_function_cannot_know():
    a = tg.Tensor(np.diag([1.0, 2.0]) + 0.1, requires_grad=True)
    with pytest.raises(tg.errors.TraceError, match=r"np.eig\(\) needs the value of .*; cast it to complex"):
        tg.compile(lambda: np.linalg.eig(a).eigenvalues)()


ERRORS = [
    (lambda t: np.linalg.inv(t), ValueError, r"^inv\(a\): a must be square in its last two axes; got a float64\[2,"),
    (lambda t: np.linalg.cholesky(t), ValueError, r"^cholesky\(a\): a must be square.*got a float64\[2, 3\]$"),
    (lambda t: np.linalg.eigh(t), ValueError, r"^eigh\(a\): a must be square"),
    (lambda t: np.linalg.eigh(t @ t.T, "X"), ValueError, r"^eigh\(a\): UPLO must be 'L' or 'U', the triangle to read"),
    (lambda t: np.linalg.eig(t), ValueError, r"^eig\(a\): a must be square"),
    (lambda t: np.linalg.svd(t[0]), ValueError, r"^svd\(a\): a must have two axes or more; got a float64\[3\]$"),
    (lambda t: np.linalg.svdvals(t[0]), ValueError, r"^svdvals\(a\): a must have two axes or more"),
    (lambda t: np.linalg.qr(t[0]), ValueError, r"^qr\(a\): a must have two axes or more"),
    (lambda t: np.linalg.qr(t, "thin"), ValueError, r"^qr\(a\): mode must be 'reduced', 'complete', 'r' or 'raw', got"),
    (lambda t: np.linalg.qr(t, "raw"), TypeError, r"^qr\(a\): mode='raw' has no derivative rule, and its result would"),
    (lambda t: np.linalg.slogdet(t), ValueError, r"^slogdet\(a\): a must be square"),
    (lambda t: np.linalg.pinv(t[0]), ValueError, r"^pinv\(a\): a must have two axes or more"),
    (lambda t: np.linalg.cholesky(-t @ t.T), np.linalg.LinAlgError, r"^cholesky\(a\): Matrix is not positive"),
    (lambda t: np.linalg.inv(np.ones((2, 1)) @ t[:1, :2]), np.linalg.LinAlgError, r"^inv\(a\): Singular matrix;"),
    (lambda t: np.linalg.solve(t @ t.T, t.T), ValueError, r"^solve\(a, b\): a has 2 equations but b has 3 rows; got a"),
    (lambda t: np.linalg.tensorinv(t, 1), ValueError, r"^tensorinv\(a\): the first 1 axes of a have 2 entries and the"),
    (lambda t: np.linalg.tensorinv(t, 0), ValueError, r"^tensorinv\(a\): ind must be positive, how many axes of a are"),
    (lambda t: np.linalg.tensorsolve(t, t[:, 0]), ValueError, r"^tensorsolve\(a, b\): the first 1 axes of a must have"),
    (lambda t: np.linalg.matrix_power(t, 2), ValueError, r"^matrix_power\(a\): a must be square"),
    (lambda t: np.linalg.matrix_power(t @ t.T, 0.5), TypeError, r"^matrix_power\(a\): the exponent n must be an"),
    (lambda t: np.linalg.multi_dot([t]), ValueError, r"^multi_dot\(arrays\): two arrays or more have a product, got 1"),
    (lambda t: np.linalg.multi_dot([t, t[0], t]), ValueError, r"^multi_dot\(arrays\): all must be matrices, but for"),
    (lambda t: np.linalg.multi_dot([t, t]), ValueError, r"^dot\(a, b\): axis 1 of a has length 3 but axis 0 of b has"),
    (lambda t: np.dot(t, t), ValueError, r"^dot\(a, b\): axis 1 of a has length 3 but axis 0 of b has 2; got a"),
    (lambda t: np.inner(t, t.T), ValueError, r"^inner\(a, b\): axis 1 of a has length 3 but axis 1 of b has 2; got a"),
    (lambda t: np.vdot(t, t[0]), ValueError, r"^vdot\(a, b\): axis 0 of a has length 6 but axis 0 of b has 3; got a"),
    (lambda t: np.vecdot(t, t.T), ValueError, r"^vecdot\(a, b\): axis 1 of a has length 3 but axis 1 of b has 2; got"),
    (lambda t: np.vecdot(t[0, 0], t), ValueError, r"^vecdot\(a, b\): a must have one axis or more, got a float64\[\]$"),
    (lambda t: np.vecdot(np.stack([t] * 3), np.stack([t] * 2)), ValueError, r"^vecdot\(a, b\): .*got a float64\[3, 2,"),
    (lambda t: np.cross(np.stack([t] * 3), np.stack([t] * 2)), ValueError, r"^cross\(a, b\): the leading \(batch\)"),
    (lambda t: np.cross(t[:, :1], t), ValueError, r"^cross\(a, b\): vectors must have 3 entries, or 2, got a float64"),
    (lambda t: np.linalg.cross(t[:, :2], t), ValueError, r"^cross\(x1, x2\): vectors must have 3 entries, got x1"),
    (lambda t: np.linalg.outer(t, t), ValueError, r"^outer\(x1, x2\): both must be vectors, got x1 float64\[2, 3\]"),
    (lambda t: np.dot(t, t.T, out=np.ones((2, 2))), TypeError, r"^dot\(..., out=array\) cannot write a Tensor's"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "message"), ERRORS, ids=[str(i) for i in range(len(ERRORS))])
def test_errors_name_function_and_argument(call, kind, message):
    with pytest.raises(kind, match=message):
        call(tg.Tensor(np.ones((2, 3)), requires_grad=True))
