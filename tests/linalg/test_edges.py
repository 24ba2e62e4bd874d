"""Where decompositions have no derivative, or more than one answer: equal values, singular matrices, rank."""

import numpy as np
import pytest

import tensorgrad as tg

RNG = np.random.default_rng(5)
Q = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
W = RNG.normal(size=(4, 4))


def gradient(f, x):
    x = tg.Tensor(x, requires_grad=True)
    f(x).backward()
    return x.grad.data


def hessian_along(f, x, v):
    x = tg.Tensor(x, requires_grad=True)
    f(x).backward(create_graph=True)
    slope, x.grad = (x.grad * v).sum(), None
    slope.backward()
    return x.grad.data


def lower(g):
    """Return a symmetric derivative as what the lower triangle alone has."""
    return np.tril(g + g.T) - np.diag(np.diag(g))


#: Symmetric matrices with equal eigenvalues: exactly, to rounding, all of them, and all of them 0.
EQUAL = {
    "exactly": np.diag([2.0, 2.0, 2.0, 5.0]),
    "to rounding": Q @ np.diag([2.0, 2.0, 2.0, 5.0]) @ Q.T,
    "all": 3 * np.eye(4),
    "all to rounding": Q @ (3 * np.eye(4)) @ Q.T,
    "zero": np.zeros((4, 4)),
}


@pytest.mark.parametrize("name", EQUAL)
def test_a_sum_over_equal_eigenvalues(name):
    a = EQUAL[name]
    found = gradient(lambda a: np.sum(np.linalg.eigh(a).eigenvalues ** 3), a)
    np.testing.assert_allclose(found, lower(3 * a @ a), atol=1e-12)
    found = gradient(lambda a: np.sum(np.exp(np.linalg.eigvalsh(a))), a)
    w, v = np.linalg.eigh(a)
    np.testing.assert_allclose(found, lower(v @ np.diag(np.exp(w)) @ v.T), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", ["exactly", "to rounding"])
def test_the_space_of_equal_eigenvalues(name):
    """The projector on it has a derivative: ``Σ P t v vᵀ / (2 - 5)`` and its transpose."""
    a = EQUAL[name]

    def loss(a):
        v = np.linalg.eigh(a).eigenvectors[:, :3]
        return np.sum((v @ v.T) * W)

    v = np.linalg.eigh(a)[1]
    p, last = v[:, :3] @ v[:, :3].T, v[:, 3:]
    full = p @ (W + W.T) @ last @ last.T / (2 - 5)
    np.testing.assert_allclose(gradient(loss, a), lower((full + full.T) / 2), atol=1e-10)


def squares_of_eigenvalues(a):
    return np.sum(np.linalg.eigvalsh(a) ** 2)


def squares_of_singular_values(a):
    return np.sum(np.linalg.svdvals(a) ** 2)


@pytest.mark.parametrize("v", [np.eye(4), W + W.T], ids=["all alike", "any"])
def test_a_second_derivative_by_equal_values_is_right_or_nan(v):
    """It is that of a matrix function, ``2 a``; but for a matrix of zeros, where nothing tells that."""
    for a in [np.diag([1.0, 2.0, 3.0, 4.0]), *[a for name, a in EQUAL.items() if name != "zero"]]:
        found = hessian_along(squares_of_eigenvalues, a, np.tril(v))
        right = np.allclose(found, lower(2 * v), atol=1e-8)
        assert right or np.isnan(found).any()
        assert right or a[0, 0] != 1  # the first has no equal ones
    for a in W, Q, np.eye(4):
        found = hessian_along(squares_of_singular_values, a, v)
        right = np.allclose(found, 2 * v, atol=1e-8)
        assert right or np.isnan(found).any()
        assert right or a is not W


def test_a_function_of_a_matrix_has_no_derivative_by_equal_eigenvalues_and_says_nan():
    """That of ``√a`` at 1 is t / 2, which the cotangents of values and vectors do not tell."""

    def root(a):
        w, v = np.linalg.eigh(a)
        return np.sum(((v * np.sqrt(w)) @ v.T) * W)

    for a in np.eye(4), Q @ np.eye(4) @ Q.T:
        assert np.isnan(gradient(root, a)).any()
    apart = np.diag([1.0, 1.001, 1.002, 1.003])
    np.testing.assert_allclose(gradient(root, apart), lower((W + W.T) / 4), atol=1e-2)

    def again(a):
        u, s, vh = np.linalg.svd(a)
        return np.sum(((u * s) @ vh) * W)

    assert np.isnan(gradient(again, Q)).any()
    np.testing.assert_allclose(gradient(again, Q @ apart), W, atol=1e-9)


def test_a_basis_of_equal_eigenvalues_keeps_still():
    found = gradient(lambda a: np.linalg.eigh(a).eigenvectors[0, 0], np.eye(2))
    assert found.tolist() == [[0, 0], [0, 0]]


def test_one_of_equal_eigenvalues_has_one_of_their_vectors():
    found = gradient(lambda a: np.linalg.eigvalsh(a)[-1], np.eye(2))
    assert found.tolist() in ([[1, 0], [0, 0]], [[0, 0], [0, 1]])


SINGULAR = {
    "orthogonal": Q,
    "identity": np.eye(4),
    "of rank 2": W[:, :2] @ W[:2],
    "zero": np.zeros((4, 4)),
    "tall": np.eye(4)[:, :3],
}


@pytest.mark.parametrize("name", SINGULAR)
def test_sums_over_equal_singular_values(name):
    a = SINGULAR[name]
    np.testing.assert_allclose(gradient(lambda a: np.sum(np.linalg.svd(a).S ** 2), a), 2 * a, atol=1e-12)
    np.testing.assert_allclose(gradient(lambda a: np.sum(np.linalg.svdvals(a) ** 4), a), 4 * a @ a.T @ a, atol=1e-12)


@pytest.mark.parametrize("name", ["orthogonal", "identity"])
def test_the_rotation_next_to_a_rotation(name):
    """``U Vᴴ`` of ``q + t`` moves by ``q (qᵀt - tᵀq) / 2``, though all singular values are 1."""
    q = SINGULAR[name]

    def loss(a):
        u, _, vh = np.linalg.svd(a)
        return np.sum((u @ vh) * W)

    np.testing.assert_allclose(gradient(loss, q), (W - q @ W.T @ q) / 2, atol=1e-12)


def test_norms_at_equal_singular_values():
    np.testing.assert_allclose(gradient(lambda a: np.linalg.norm(a, "nuc"), 2 * np.eye(3)), np.eye(3), atol=1e-15)
    found = gradient(lambda a: np.linalg.norm(a, 2), 2 * np.eye(3))
    assert np.trace(found) == pytest.approx(1)


def minors(a):
    """Return the matrix of cofactors from the determinants of the minors."""
    n = len(a)
    keep = [[j for j in range(n) if j != i] for i in range(n)]
    return np.array(
        [[(-1) ** (i + j) * np.linalg.det(a[np.ix_(keep[i], keep[j])]) for j in range(n)] for i in range(n)]
    )


RANKS = {
    "regular": W,
    "of rank 3": W[:, :3] @ W[:3],
    "of rank 2": W[:, :2] @ W[:2],
    "of rank 1": W[:, :1] @ W[:1],
    "zero": np.zeros((4, 4)),
    "a zero row": W * [[1], [0], [1], [1]],
    "2 by 2 zero": np.zeros((2, 2)),
    "1 by 1 zero": np.zeros((1, 1)),
}


@pytest.mark.parametrize("name", RANKS)
def test_the_derivatives_of_a_determinant_need_no_inverse(name):
    a = RANKS[name]
    np.testing.assert_allclose(gradient(np.linalg.det, a), minors(a), atol=1e-12)
    v, h = RNG.normal(size=a.shape), 1e-4
    change = (minors(a + h * v) - minors(a - h * v)) / (2 * h) if len(a) > 1 else np.zeros((1, 1))
    np.testing.assert_allclose(hessian_along(np.linalg.det, a, v), change, atol=1e-6)


def test_a_determinant_far_out_of_range():
    a = np.diag([1e200, 1e200, 1e-200, 1e-200])
    np.testing.assert_allclose(gradient(np.linalg.det, a), np.diag([1e-200, 1e-200, 1e200, 1e200]), rtol=1e-12)


def test_the_third_derivative_of_a_determinant():
    x = tg.Tensor(W[:3, :3], requires_grad=True)
    v = RNG.normal(size=(3, 3))
    y = np.linalg.det(x)
    for _ in range(3):
        y.backward(create_graph=True)
        y, x.grad = (x.grad * v).sum(), None
    assert y.item() == pytest.approx(6 * np.linalg.det(v))  # det(x + s v) has det(v) before s³


def test_a_batch_with_a_singular_matrix():
    a = np.stack([W[:3, :3], np.zeros((3, 3)), np.diag([1.0, 2.0, 0.0])])
    found = gradient(lambda a: np.sum(np.linalg.det(a)), a)
    np.testing.assert_allclose(found, [minors(x) for x in a], atol=1e-12)


def test_only_the_triangle_that_is_read_has_a_derivative():
    a = W @ W.T + 4 * np.eye(4)
    for upper in False, True:
        found = gradient(lambda a, upper=upper: np.sum(np.linalg.cholesky(a, upper=upper) ** 3), a)
        outside = np.tril(found, -1) if upper else np.triu(found, 1)
        assert (outside == 0).all()
        assert np.count_nonzero(found) == 10
    lower_one = gradient(lambda a: np.sum(np.linalg.eigh(a).eigenvalues[:2] ** 3), a)
    upper_one = gradient(lambda a: np.sum(np.linalg.eigh(a, "U").eigenvalues[:2] ** 3), a)
    np.testing.assert_allclose(lower_one, upper_one.T)


def test_a_matrix_without_enough_eigenvectors_has_no_bound():
    found = gradient(lambda a: np.linalg.eig(a).eigenvalues[0], np.array([[1.0, 1.0], [0.0, 1.0]]))
    assert np.abs(found).max() > 1e12
    assert found[0, 0] != 0


@pytest.mark.parametrize("f", [lambda a: np.linalg.slogdet(a)[1], lambda a: np.linalg.qr(a).R.sum()])
def test_what_has_a_value_and_no_derivative_says_where(f):
    y = f(tg.Tensor(np.zeros((2, 2)), requires_grad=True))
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix") as error:
        y.backward()
    assert error.value.__notes__[0].startswith("in the derivative of ")
    assert error.value.__notes__[0].endswith(": float64[2, 2]")


def test_inputs_that_are_not_numbers():
    a = np.full((2, 2), np.nan)
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.svd(tg.Tensor(a, requires_grad=True))
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.eig(tg.Tensor(a, requires_grad=True))


def test_a_long_row_of_matrices_is_multiplied_in_the_best_order():
    shapes = [(2, 50), (50, 3), (3, 40), (40, 2), (2, 30)]
    arrays = [RNG.normal(size=s) for s in shapes]
    found = np.linalg.multi_dot([tg.Tensor(x) for x in arrays]).data
    np.testing.assert_allclose(found, np.linalg.multi_dot(arrays), rtol=1e-12)
    from tensorgrad.ops.linalg import chain_splits

    lengths = [s[0] for s in shapes] + [30]

    def cheapest(i, j):
        if i == j:
            return 0
        return min(
            cheapest(i, k) + cheapest(k + 1, j) + lengths[i] * lengths[k + 1] * lengths[j + 1] for k in range(i, j)
        )

    def cost(i, j, splits):
        if i == j:
            return 0
        k = splits[i, j]
        return cost(i, k, splits) + cost(k + 1, j, splits) + lengths[i] * lengths[k + 1] * lengths[j + 1]

    assert cost(0, 4, chain_splits(tuple(lengths))) == cheapest(0, 4)
