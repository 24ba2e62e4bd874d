"""Every recogniser names its own planted fault, exactly; right gradients and unknown faults get no sentence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tensorgrad.check.mistakes.catalogue import SHAPES, VALUES, Context, mistake

RNG = np.random.default_rng(5)
G = RNG.normal(size=(4, 3))
SQUARE = RNG.normal(size=(3, 3))
M, Y = np.random.default_rng(6).normal(size=(3, 3)), np.random.default_rng(7).normal(size=(4, 3))
X = RNG.normal(size=(4, 3))
MASK = (X > 0.3) * 1.25
ROWS = RNG.normal(size=(5, 4, 3))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)


def changed(array, where, value):
    array = array.copy()
    array[where] = value
    return array


S = softmax(X)
SOFTMAX = S * (G - (G * S).sum(axis=-1, keepdims=True))
CENTRED = X - X.mean(axis=0)

#: analytic, numeric, context, and what must be said after "the gradient of x".
PLANTED = {
    "nan": (changed(G, (1, 2), np.nan), G, {}, "is nan at [1, 2]: a division by zero, a log or "
            "a power at 0, or an overflow"),
    "infinite": (np.where(G > 0, np.inf, G), G, {}, f"is inf at {[int(i) for i in np.argwhere(G > 0)[0]]}, the first "
                 f"of {(G > 0).sum()} places: a division by zero, a log or a power at 0, or an overflow"),
    "slopes per unit": (G * [4.5, 5.0, 9.0], G, {}, "is off by one factor for each index of axis 1 (4.5, 5, 9): a "
                        "scale there is missing or wrong, perhaps the derivative of a sigmoid, which is at most 1/4"),
    "zero": (0 * G, G, {}, "is zero everywhere: the incoming gradient is not passed on to it"),
    "should be zero": (G, 0 * G, {}, "should be zero everywhere: the output does not depend on x"),
    "accumulated": (G + X, G, {"previous": X}, "is the gradient plus what stood there before: it was accumulated, "
                    "not replaced; start from zero"),
    "swapped": (X, G, {"others": {"W2": X}}, "is the gradient of W2: the two are mixed up"),
    "doubled": (X, G, {"doubled": X}, "does not change when the incoming gradient is doubled: multiply by the "
                "incoming gradient (chain rule)"),
    "upstream ignored": (X, G * X, {"upstream": G}, "lacks the incoming gradient as a factor (chain rule)"),
    "multiplied, not divided": (G * X, G / X, {"arrays": {"b": X}}, "is multiplied by b instead of divided"),
    "divided, not multiplied": (G / X, G * X, {"arrays": {"b": X}}, "is divided by b instead of multiplied"),
    "wrong sign where positive": (np.where(X > 0, -G, G), G, {"value": X}, "has the wrong sign where x > 0"),
    "a far factor": (1e7 * G, G, {"sizes": {"axis 0 of X": 4}}, "is 1e+07 times too large: a constant factor is "
                     "wrong"),
    "matrix for its transpose": (SQUARE @ M, SQUARE @ M.T, {"upstream": SQUARE, "arrays": {"W": M}}, "multiplies by W "
                                 "where W.T belongs: it is g @ W.T"),
    "factors in the wrong order": (M.T @ SQUARE, SQUARE @ M.T, {"upstream": SQUARE, "arrays": {"W": M}}, "has the "
                                   "factors in the wrong order: it is g @ W.T"),
    "a term missing": (G * np.exp(X), G * (np.exp(X) - Y), {"upstream": G, "arrays": {"targets": Y}}, "lacks the term "
                       "−targets times the incoming gradient"),
    "sign": (-G, G, {}, "has the wrong sign everywhere"),
    "branch missing": (G - X, G, {"parts": {"the skip connection": X}}, "lacks the contribution of the skip "
                       "connection: add up all ways in which x acts on the output"),
    "branch alone": (X, G, {"parts": {"the last step": X}}, "is the contribution of the last step alone: the others "
                     "were overwritten or left out; add them up"),
    "branch twice": (G + X, G, {"parts": {"the first step": X}}, "counts the contribution of the first step twice"),
    "stray 2": (2 * G, G, {}, "is 2 times too large: a stray factor 2 or it was added twice"),
    "half": (G / 2, G, {}, "is half of what it should be: the factor 2 of a square is missing or one of two "
             "equal branches is missing"),
    "mean against sum": (5 * G, G, {"sizes": {"axis 0 of X": 5}}, "is 5 times too large: the factor 1/5 is missing "
                         "(5 is axis 0 of X: a mean, not a sum)"),
    "sum against mean": (G / 4, G, {}, "is 4 times too small: a stray factor 1/4 or a factor 1/4 too many (4 is "
                         "axis 0 of x: a sum, not a mean)"),
    "2/n": (G * 2 / 7, G, {"sizes": {"axis 0 of X": 7, "axis 0 of y": 7}}, "is 3.5 times too small: a factor 2/7 too "
            "many (7 is axis 0 of X and axis 0 of y)"),
    "n − 1": (G * 7 / 6, G, {"sizes": {"axis 0 of X": 7}}, "is 1.167 times too large: 7 − 1 instead of 7 "
              "(axis 0 of X)"),
    "stray 4": (4 * SQUARE, SQUARE, {}, "is 4 times too large: a stray factor 4"),
    "a third": (SQUARE / 5, SQUARE, {}, "is 5 times too small: a stray factor 1/5"),
    "keep_prob": (G * 0.8, G, {"sizes": {"keep_prob": 0.8}}, "is 1.25 times too small: a stray factor 0.8 (keep_prob)"),
    "no keep_prob": (G / 0.8, G, {"sizes": {"keep_prob": 0.8}}, "is 1.25 times too large: the factor 0.8 (keep_prob) "
                     "is missing"),
    "sign and factor": (-2 * G, G, {}, "has the wrong sign and is 2 times too large: a stray factor 2 or it was "
                        "added twice"),
    "unknown factor": (1.37 * G, G, {}, "is 1.37 times too large: a constant factor is wrong"),
    "transpose": (SQUARE.T, SQUARE, {}, "is transposed: a .T is missing or too many"),
    "transposed axes": (np.swapaxes(np.stack([SQUARE, 2 * SQUARE]), 1, 2), np.stack([SQUARE, 2 * SQUARE]), {},
                        "is transposed: the axes belong in the order [0, 2, 1]"),
    "reversed": (G[::-1], G, {}, "is reversed along axis 0: flip it, as a convolution differs from a correlation"),
    "rotated": (G[::-1, ::-1], G, {}, "is reversed along the axes 0, 1: flip it, as a convolution differs from a "
                "correlation"),
    "rolled": (np.roll(G, 1, 1), G, {}, "is shifted by 1 along axis 1: an index is off by one"),
    "rolled by 2": (np.roll(X.reshape(-1), 2), X.reshape(-1), {}, "is shifted by 2 along axis 0: an index is off by 2"),
    "shifted": (np.concatenate([np.zeros((1, 3)), G[:-1]]), G, {}, "is shifted by 1 along axis 0: an index is off by "
                "one"),
    "tanh at the input": (G * (1 - X * X), G * (1 - np.tanh(X) ** 2), {"value": X}, "takes the derivative of tanh at "
                          "x: it is 1 − tanh(x)², not 1 − x²"),
    "tanh twice": (G * (1 - np.tanh(np.tanh(X)) ** 2), G * (1 - np.tanh(X) ** 2), {"value": X}, "applies tanh twice: "
                   "with a = tanh(x) the derivative is 1 − a²"),
    "no tanh": (G, G * (1 - np.tanh(X) ** 2), {"value": X}, "lacks the derivative of tanh: multiply by 1 − tanh(x)²"),
    "sigmoid at the input": (G * X * (1 - X), G * sigmoid(X) * sigmoid(-X), {"value": X}, "takes the derivative of "
                             "sigmoid at x: it is s·(1 − s) with s = sigmoid(x)"),
    "no sigmoid": (G, G * sigmoid(X) * sigmoid(-X), {"value": X}, "lacks the derivative of sigmoid: multiply by "
                   "s·(1 − s), s = sigmoid(x)"),
    "half a sigmoid": (G * sigmoid(X), G * sigmoid(X) * sigmoid(-X), {"value": X}, "lacks a factor: the derivative of "
                       "sigmoid is s·(1 − s), not s"),
    "sine": (G * np.sin(X), G * np.cos(X), {"value": X}, "has the sine where the cosine belongs: the derivative of "
             "sin(x) is cos(x)"),
    "power": (G * X, G * X * X, {"value": X}, "lacks the factor x"),
    "softmax diagonal": (G * S * (1 - S), SOFTMAX, {"value": X, "upstream": G}, "is s·(1 − s) times the incoming "
                         "gradient, the diagonal only: softmax also has −sᵢsⱼ off the diagonal"),
    "softmax without the sum": (G * S, SOFTMAX, {"value": X, "upstream": G}, "lacks the term −s·Σ g·s of softmax: "
                                "every output depends on every input"),
    "no gamma": (G, G * [2.0, 3.0, 0.5], {"arrays": {"gamma": np.array([2.0, 3.0, 0.5])}}, "lacks the factor gamma"),
    "gamma twice": (G * [4.0, 9.0, 0.25], G * [2.0, 3.0, 0.5], {"arrays": {"gamma": np.array([2.0, 3.0, 0.5])}},
                    "has the factor gamma once too often"),
    "unchanged": (G, SOFTMAX, {"upstream": G}, "is the incoming gradient, passed on unchanged: the derivative of the "
                  "function itself is missing"),
    "no weight decay": (G, G + 0.05 * X, {"value": X}, "lacks the term 0.05 times x: the "
                        "regularisation (weight decay), or its sign or factor is wrong"),
    "half a weight decay": (G + 0.05 * X, G + 0.1 * X, {"value": X, "sizes": {"lambd": 0.1}}, "lacks the "
                            "term ½·lambd = 0.05 times x: the regularisation (weight decay), or its sign or factor "
                            "is wrong"),
    "weight decay twice": (G + 0.2 * X, G + 0.1 * X, {"value": X}, "has the term 0.1 times x too many: the "
                           "regularisation is counted twice or with a wrong factor"),
    "mask of the gradient": (np.maximum(G, 0), G * (X > 0), {"value": X, "upstream": G}, "is zero where the incoming "
                             "gradient is negative: the mask comes from x, not from it"),
    "one per row": (changed(G, (np.arange(4), [0, 2, 1, 2]), 7.0), G, {}, "is wrong in exactly one element along axis "
                    "1 each: the one that the label, or an index, picks"),
    "a slope missing": (G, G * (0.3 + 0.05 * np.arange(12).reshape(4, 3)), {}, "is too large everywhere, by factors "
                       "from 1.18 to 3.33: the derivative of an activation (tanh or sigmoid) may be missing"),
    "an epsilon": (G * (1 + 1e-4 * X), G, {}, "is right to 3 digits only: a small constant (an epsilon) is missing, or "
                   "float32 is used somewhere"),
    "tanh for its derivative": (G * np.tanh(X), G * (1 - np.tanh(X) ** 2), {"value": X}, "has tanh(x) where its "
                                "derivative belongs: 1 − tanh(x)²"),
    "divided by another size": (G * 5 / 7, G, {"sizes": {"axis 0 of X": 7, "axis 1 of X": 5}}, "is 1.4 times too "
                                "small: divided by 7 (axis 0 of X) where 5 (axis 1 of X) belongs"),
    "mixed up and misshapen": (X, G[0], {"others": {"W2": X}}, "is the gradient of W2: the two are mixed up"),
    "a constant for weight decay": (G + 0.1, G + 0.2 * X, {"value": X}, None),
    "a known mistake": (
        X,
        G,
        {"known_mistakes": {"W must be transposed": X}},
        "has a known mistake: W must be transposed",
    ),
    "keep_prob the wrong way round": (G * 0.64, G, {"sizes": {"keep_prob": 0.8}}, "is 1.562 times too small: a product "
                                      "with keep_prob = 0.8 where a quotient belongs"),
    "no square root": (G * 13**0.5, G, {"sizes": {"axis 2 of q": 13}}, "is 3.606 times too large: the factor 1/√13 is "
                       "missing (13 is axis 2 of q)"),
    "x for relu": (G * X, G * (X > 0), {"value": X}, "has the factor x where relu has 1 or 0: multiply by the mask "
                   "x > 0"),
    "inverted mask": (G * (X <= 0), G * (X > 0), {"value": X}, "is zero exactly where it should not be: the mask is "
                      "inverted"),
    "no sign": (G, G * np.sign(X), {"value": X}, "has the wrong sign where x < 0: the factor sign(x) is missing"),
    "no relu": (G, G * (X > 0), {"value": X}, "should be zero where x < 0, and right elsewhere: look at the mask or "
                "branch for x < 0"),
    "negative branch": (G, np.where(X > 0, G, 0.1 * G), {"value": X}, "is wrong where x < 0, and right elsewhere: "
                        "look at the mask or branch for x < 0"),
    "negative branch cut": (G * (X > 0), np.where(X > 0, G, 0.1 * G), {"value": X}, "is zero where x < 0, and right "
                            "elsewhere: look at the mask or branch for x < 0"),
    "clip": (G, np.where(X > 0.3, 0.2 * G, G), {"value": X}, "is wrong exactly where x >= "
             f"{X[X > 0.3].min():.3g}: look at the branch for large x"),
    "known mask": (G, np.where(MASK > 0, G, 0.0), {"arrays": {"mask": MASK}}, "is wrong exactly where mask is 0: apply "
                   "mask as the forward does"),
    "mask missing": (G, G * (MASK > 0), {}, f"should be zero in {(MASK == 0).sum()} places and is right elsewhere: a "
                     "mask is missing (relu, dropout, maximum)"),
    "blocked": (G * (MASK > 0), G, {}, f"is zero in {(MASK == 0).sum()} places and right elsewhere: part of the "
                "gradient is not passed on"),
    "blocked at an end": (changed(G, (3, slice(None)), 0.0), G, {}, "is zero in 3 places and right elsewhere at the "
                          "last index of axis 0: part of the gradient is not passed on"),
    "diagonal": (changed(SQUARE, np.eye(3, dtype=bool), 7.0), SQUARE, {}, "is wrong on the diagonal only: look at the "
                 "terms or the mask there"),
    "causal": (changed(SQUARE, np.triu(np.ones((3, 3), bool), 1), 7.0), SQUARE, {}, "is wrong above the diagonal "
               "only: look at the terms or the mask there"),
    "edge": (changed(G, 0, [7.0, 8.0, 9.0]), G, {}, "is right everywhere else, but wrong at the first index of axis 0: "
             "look at the ends of the loop or slice"),
    "summed back": (np.broadcast_to(G.sum(0), G.shape), G, {}, "is the sum over axis 0, the same for every index: do "
                    "not reduce over axis 0 here"),
    "mean term": (G, G - G.mean(axis=0), {}, "is off by an amount that is the same all along axis 0: a term summed or "
                  "averaged over axis 0 is missing (as through the mean in a normalisation)"),
    "variance term": (G, G - 0.3 * CENTRED * [1, 2, 3], {"value": X}, "lacks the term through the variance along "
                      "axis 0: every element of x there moves it"),
    "both terms": (G, G - 0.3 * CENTRED * [1, 2, 3] + [1, 2, 3], {"value": X}, "lacks the term through the mean and "
                   "through the variance along axis 0: every element of x there moves it"),
    "permuted": (G[[2, 0, 3, 1]], G, {}, "holds the right numbers in another order along axis 0: [1, 3, 0, 2] instead "
                 "of 0 … 3"),
    "scale per column": (G * [2.0, 3.0, 0.5], G, {}, "is off by one factor for each index of axis 1 (2, 3, 0.5): a "
                         "scale there is missing or wrong"),
    "transposed shape": (G.T, G, {}, "is transposed: a .T is missing or too many"),
    "row for a vector": (G[:1], G[0], {}, "holds the right numbers in the shape [1, 3]: reshape it, or sum with "
                         "keepdims=True"),
    "not summed": (G, G.sum(axis=0), {}, "lacks the sum over axis 0, along which x was broadcast"),
    "not averaged": (G, G.mean(axis=1, keepdims=True), {}, "lacks the mean over axis 1, along which x was broadcast"),
    "two axes": (ROWS, ROWS.sum(axis=(0, 1)), {}, "lacks the sum over the axes 0, 1, along which x was broadcast"),
    "summed": (G.sum(axis=1), G, {}, "was summed over axis 1, which x has itself"),
}  # fmt: skip


def noisy(array):
    """The numeric gradient as differences measure it: good to seven digits of the largest entry."""
    return array + 1e-7 * np.max(np.abs(array), initial=0) * np.random.default_rng(1).uniform(-1, 1, array.shape)


@pytest.mark.parametrize(("analytic", "numeric", "context", "words"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_named(analytic, numeric, context, words):
    assert mistake(analytic, numeric, context=context) == (f"the gradient of x {words}" if words else "")
    if numeric.any() and words:
        assert mistake(analytic, noisy(numeric), context=context) == f"the gradient of x {words}"


@pytest.mark.parametrize("scale", [1e-12, 1e9])
@pytest.mark.parametrize("fault", ["sign", "transpose", "mean against sum", "rolled", "no relu", "mean term"])
def test_the_scale_of_a_gradient_does_not_matter(fault, scale):
    analytic, numeric, context, words = PLANTED[fault]
    assert mistake(scale * analytic, scale * numeric, context=context) == f"the gradient of x {words}"


def test_every_recogniser_has_a_planted_fault():
    speaking = set()
    for analytic, numeric, context, words in PLANTED.values():
        if words is None:
            continue
        rows = VALUES if analytic.shape == numeric.shape else SHAPES
        with np.errstate(all="ignore"):
            speaking.add(next(r for r in rows if r(analytic, numeric, Context(**context))))
    assert {r.__name__ for r in VALUES + SHAPES} == {r.__name__ for r in speaking}


def test_facts_that_do_not_fit_give_no_sentence():
    """Two signs of twelve are wrong, without a pattern; a constant array, an empty part and a number are known."""
    context = {"arrays": {"two": np.full(G.shape, 2.0)}, "parts": {"none": 0 * G}, "value": X, "sizes": {"rate": 0.7}}
    wrong = G.copy()
    wrong[[1, 2], [0, 2]] *= -1
    assert (X[1, 0] > 0) != (X[2, 2] > 0)
    assert mistake(wrong, G, context=context) == ""
    assert (
        mistake(6.3 * G, G, context=context) == "the gradient of x is 6.3 times too large: a constant factor is wrong"
    )


def test_the_name_stands_in_the_sentence():
    assert mistake(-G, G, name="W1") == "the gradient of W1 has the wrong sign everywhere"
    assert mistake(G, G.sum(axis=0), name="b", context=Context()).endswith("along which b was broadcast")


ARRAYS = hnp.arrays(
    np.float64, hnp.array_shapes(max_dims=3, max_side=5), elements=st.floats(-1e3, 1e3, allow_subnormal=False)
)


@settings(deadline=None, max_examples=200)
@given(array=ARRAYS, seed=st.integers(0, 99))
def test_a_right_gradient_gets_no_sentence(array, seed):
    r = np.random.default_rng(seed)
    error = 1e-6 * np.max(np.abs(array)) * r.uniform(-1, 1, array.shape)
    context = Context(value=r.normal(size=array.shape), upstream=array, doubled=array, previous=array,
                      sizes={"n": 2}, arrays={"m": r.normal(size=array.shape)}, others={"o": array})  # fmt: skip
    assert mistake(array + error, array, context=context) == ""


@settings(deadline=None, max_examples=200)
@given(shape=hnp.array_shapes(min_dims=1, max_dims=3, min_side=3, max_side=5), seed=st.integers(0, 10_000))
def test_an_unknown_fault_gets_no_sentence(shape, seed):
    r = np.random.default_rng(seed)
    context = {name: r.normal(size=shape) for name in ("value", "upstream", "doubled", "previous")}
    context |= {"sizes": {"axis 0 of X": 32}, "arrays": {"m": r.normal(size=shape)}}
    assert mistake(r.normal(size=shape), r.normal(size=shape), context=context) == ""


@pytest.mark.parametrize("numeric", [np.zeros((0, 3)), np.array([np.nan, 1.0])], ids=["empty", "no numbers"])
def test_without_a_right_gradient_nothing_is_said(numeric):
    assert mistake(np.ones_like(numeric), numeric) == ""


def test_one_number_is_always_some_factor_times_another():
    assert mistake(1.37, 1.0) == ""
    assert mistake(2.0, 1.0) == "the gradient of x is 2 times too large: a stray factor 2 or it was added twice"
