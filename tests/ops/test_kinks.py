"""Where a derivative jumps, ties or is infinite: what is taken there, and what is left of it under a mask."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import UnknownNameError

INF = np.inf


def gradient(f, *points):
    """Return the gradients of ``f(*points).sum()``, the engine's and, recorded, those of ``create_graph``."""
    found = []
    for create_graph in (False, True):
        xs = [tg.Tensor(np.array(x, float), requires_grad=True) for x in points]
        with np.errstate(divide="ignore", invalid="ignore"):
            np.sum(f(*xs)).backward(create_graph=create_graph)
        found.append([x.grad.tolist() for x in xs])
    assert repr(found[0]) == repr(found[1])
    return found[0]


KINKS = [
    ("maximum(x, 0) at the tie", lambda x: np.maximum(x, 0.0), [0.0], [0.5]),
    ("minimum(x, 0) at the tie", lambda x: np.minimum(x, 0.0), [0.0], [0.5]),
    ("fmax(x, 0) at the tie", lambda x: np.fmax(x, 0.0), [0.0], [0.5]),
    ("fmax(x, nan)", lambda x: np.fmax(x, np.nan), [3.0], [1.0]),
    ("fmin(nan, x)", lambda x: np.fmin(np.nan, x), [3.0], [1.0]),
    ("maximum(inf, inf)", lambda x: np.maximum(x, INF), [INF], [0.5]),
    ("|x| at 0", np.abs, [-2.0, 0.0, -0.0, 2.0], [-1.0, 0.0, 0.0, 1.0]),
    ("max of two equal", np.max, [1.0, 1.0], [0.5, 0.5]),
    ("max of three, two equal", np.max, [3.0, 1.0, 3.0], [0.5, 0.0, 0.5]),
    ("min along an axis", lambda x: np.min(x, axis=1), [[1.0, 1.0], [2.0, 3.0]], [[0.5, 0.5], [1.0, 0.0]]),
    ("max, ties to the first", lambda x: tg.max(x, ties="first"), [[1.0, 3.0], [3.0, 3.0]], [[0.0, 1.0], [0.0, 0.0]]),
    ("max along 0, ties to the first", lambda x: tg.max(x, axis=0, ties="first"), [[1.0, 3.0], [1.0, 3.0]],
     [[1.0, 1.0], [0.0, 0.0]]),
    ("min, ties to the first", lambda x: tg.min(x, axis=1, ties="first"), [[2.0, 1.0, 1.0]], [[0.0, 1.0, 0.0]]),
    ("clip at its bounds", lambda x: np.clip(x, 0, 1), [-0.5, 0.0, 0.5, 1.0, 1.5], [0.0, 1.0, 1.0, 1.0, 0.0]),
    ("clip from below only", lambda x: np.clip(x, 0, None), [-1.0, 0.0, 9.0], [0.0, 1.0, 1.0]),
    ("clip from above only", lambda x: np.clip(x, None, 1), [-9.0, 1.0, 2.0], [1.0, 1.0, 0.0]),
    ("√x at 0", np.sqrt, [0.0, 4.0], [INF, 0.25]),
    ("∛x at 0", np.cbrt, [0.0, 8.0], [INF, 1 / 12]),
    ("x², x¹, x⁰ at 0", lambda x: x ** np.array([2, 1, 0]), [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
    ("x ** 2 at 0", lambda x: x**2, [0.0], [0.0]),
    ("x ** 1 at 0", lambda x: x**1, [0.0], [1.0]),
    ("x ** 0 at 0", lambda x: x**0, [0.0, 3.0], [0.0, 0.0]),
    ("x ** 0.5 at 0", lambda x: x**0.5, [0.0], [INF]),
    ("x ** 3 and below 0", lambda x: x**3, [-2.0, 0.0], [12.0, 0.0]),
    ("x ** -1 below 0", lambda x: x**-1, [-2.0], [-0.25]),
    ("0 ** b", lambda b: 0.0**b, [0.0, 1.0, 2.5], [0.0, 0.0, 0.0]),
    ("log x at 0", np.log, [0.0], [INF]),
    ("‖x‖ at 0", np.linalg.norm, [0.0, 0.0], [0.0, 0.0]),
    ("‖rows‖ with a row of 0", lambda x: np.linalg.norm(x, axis=1), [[0.0, 0.0], [3.0, 4.0]], [[0.0, 0.0], [0.6, 0.8]]),
    ("hypot at 0", lambda x: np.hypot(x, 0.0), [0.0], [0.0]),
    ("std without spread", np.std, [2.0, 2.0, 2.0], [0.0, 0.0, 0.0]),
    ("std of one number", np.std, [2.0], [0.0]),
    ("var without spread", np.var, [2.0, 2.0], [0.0, 0.0]),
    ("prod with a zero", np.prod, [2.0, 0.0, 3.0], [0.0, 6.0, 0.0]),
    ("prod with two zeros", np.prod, [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
    ("cumprod with a zero", np.cumprod, [2.0, 0.0, 3.0], [1.0, 8.0, 0.0]),
    ("arctan2 at the origin", lambda x: np.arctan2(x, 0.0), [0.0], [0.0]),
    ("logsumexp of -inf", tg.logsumexp, [-INF, -INF], [0.0, 0.0]),
    ("logsumexp with -inf", tg.logsumexp, [-INF, 0.0], [0.0, 1.0]),
    ("logaddexp of -inf", lambda x: np.logaddexp(x, -INF), [-INF], [0.0]),
]  # fmt: skip


@pytest.mark.parametrize(("f", "point", "expected"), [k[1:] for k in KINKS], ids=[k[0] for k in KINKS])
def test_kink(f, point, expected):
    assert gradient(f, point) == [pytest.approx(expected, rel=1e-15) if np.ndim(expected) == 1 else expected]


#: Functions that are infinite, or not defined, where the mask is False: the masked entry gets 0, and no nan.
MASKED = [
    ("√x", np.sqrt, 0.0),
    ("√x below 0", np.sqrt, -1.0),
    ("∛x", np.cbrt, 0.0),
    ("log", np.log, 0.0),
    ("log below 0", np.log, -1.0),
    ("log2", np.log2, 0.0),
    ("log10", np.log10, 0.0),
    ("log1p", np.log1p, -1.0),
    ("1 / x", lambda x: 1 / x, 0.0),
    ("(x + 1) / x", lambda x: (x + 1) / x, 0.0),
    ("reciprocal", np.reciprocal, 0.0),
    ("x ** 0.5", lambda x: x**0.5, 0.0),
    ("x ** -1", lambda x: x**-1, 0.0),
    ("x ** 1.5 below 0", lambda x: x**1.5, -1.0),
    ("x ** x", lambda x: x**x, 0.0),
    ("x ** x below 0", lambda x: x**x, -0.5),
    ("2 ** (1 / x)", lambda x: 2.0 ** (1 / x), 0.0),
    ("norm of the row", lambda x: np.linalg.norm(x[:, None], axis=1), 0.0),
    ("arcsin", np.arcsin, 1.0),
    ("arccos", np.arccos, -1.0),
    ("arccosh", np.arccosh, 1.0),
    ("arctanh", np.arctanh, 1.0),
    ("log(√x)", lambda x: np.log(np.sqrt(x)), 0.0),
]


@pytest.mark.parametrize(("f", "point"), [m[1:] for m in MASKED], ids=[m[0] for m in MASKED])
def test_masked_branch_passes_on_nothing(f, point):
    def masked(x):
        return np.where(np.array([False, True]), f(x), 0.0)

    good = 2.0 if f is np.arccosh else 0.25
    ours = gradient(masked, [point, good])[0]
    assert ours[0] == 0
    assert ours[1] == gradient(f, [good])[0][0] != 0


def test_masked_branch_passes_on_nothing_to_the_second_derivative_either():
    x = tg.Tensor([0.0, 4.0], requires_grad=True)
    np.where(x > 0, np.sqrt(x), 0).sum().backward(create_graph=True)
    first, x.grad = x.grad, None
    assert first.tolist() == [0.0, 0.25]
    first.sum().backward()
    assert x.grad.tolist() == [0.0, -1 / 32]


def test_both_sides_of_a_tie_share_it():
    for f in (np.maximum, np.minimum, np.fmax, np.fmin):
        assert gradient(f, [1.0, 2.0], [1.0, 2.0]) == [[0.5, 0.5], [0.5, 0.5]]


def test_bounds_of_clip_take_the_gradient_where_they_hold():
    assert gradient(np.clip, [-1.0, 0.5, 3.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]) == [
        [0.0, 1.0, 0.0],
        [1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0],
    ]


def test_powers_of_0_have_all_their_derivatives():
    x = tg.Tensor(0.0, requires_grad=True)
    y = x**3 + x**2 + np.power(x, np.array(2.0))
    seen = []
    for _ in range(3):
        y.backward(create_graph=True)
        y, x.grad = x.grad, None
        seen.append(y.item())
    assert seen == [0.0, 4.0, 6.0]


def test_products_with_zeros_have_second_derivatives():
    x = tg.Tensor([2.0, 0.0, 3.0, 0.0], requires_grad=True)
    np.prod(x).backward(create_graph=True)
    first, x.grad = x.grad, None
    first[1].backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.0, 6.0]


def test_unknown_ties():
    with pytest.raises(UnknownNameError, match="unknown ties 'fist'; did you mean 'first'"):
        tg.max(tg.Tensor([1.0]), ties="fist")
