"""Inverses, solutions and determinants through NumPy's names."""

import numpy as np
import pytest

import tensorgrad as tg
from tests.ops.derivatives import check_derivatives


def regular(a):
    """Return ``a`` plus enough of the identity to be far from singular."""
    return a + 5 * np.eye(a.shape[-1])


CALLS = {
    "inv": (lambda a: np.linalg.inv(regular(a)), (2, 3, 3)),
    "det": (lambda a: np.linalg.det(regular(a)), (3, 3)),
    "solve a vector": (lambda a, b: np.linalg.solve(regular(a), b), (3, 3), (3,)),
    "solve a batch": (lambda a, b: np.linalg.solve(regular(a), b), (2, 3, 3), (3, 2)),
    "solve a batch for a vector": (lambda a, b: np.linalg.solve(regular(a), b), (2, 3, 3), (3,)),
    "slogdet": (lambda a: np.linalg.slogdet(-regular(a))[1], (2, 3, 3)),
    "Gaussian log-density": (
        lambda a, x: (
            -0.5 * (x @ np.linalg.solve(regular(a @ a.mT), x) + np.linalg.slogdet(regular(a @ a.mT)).logabsdet)
        ),
        (3, 3),
        (3,),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_function_and_its_two_derivatives(name):
    f, *shapes = CALLS[name]
    check_derivatives(f, *shapes)


def test_the_sign_of_a_determinant_is_constant():
    sign, logarithm = np.linalg.slogdet(tg.Tensor(-np.eye(3), requires_grad=True))
    assert (sign, logarithm.item(), logarithm.requires_grad) == (-1, 0, True)


ERRORS = [
    (lambda t: np.linalg.inv(t), ValueError, "inv(a): a must be square in its last two axes; got a float64[2, 3]"),
    (
        lambda t: np.linalg.solve(t @ t.T, t.T),
        ValueError,
        "solve(a, b): a has 2 equations but b has 3 rows; got a float64[2, 2], b float64[3, 2]",
    ),
    (
        lambda t: np.linalg.inv(t @ t.T),
        np.linalg.LinAlgError,
        "inv(a): Singular matrix; np.linalg.pinv and np.linalg.lstsq take such a one, or add a little to its diagonal; "
        "got a float64[2, 2]",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), ERRORS, ids=["shape", "rows", "singular"])
def test_errors(call, kind, message):
    with pytest.raises(kind) as error:
        call(tg.Tensor(np.ones((2, 3)), requires_grad=True))
    assert str(error.value) == message
