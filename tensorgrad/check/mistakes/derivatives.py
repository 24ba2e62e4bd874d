"""Mistakes in a factor that depends on the input, such as the derivative of an activation."""

import numpy as np

from .context import EVIDENCE, agrees, broadcastable_arrays, nonzero_mask


def _sigmoid(x):
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def _softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _tanh_slope(x):
    return 1 - np.tanh(x) ** 2


def _sigmoid_slope(x):
    return _sigmoid(x) * _sigmoid(-x)


#: ``(wrong factor, right factor, sentence)``, the factors as functions of the input x.
SLIPS = (
    (lambda x: 1 - x * x, _tanh_slope, "takes the derivative of tanh at {x}: it is 1 − tanh({x})², not 1 − {x}²"),
    (lambda x: _tanh_slope(np.tanh(x)), _tanh_slope, "applies tanh twice: with a = tanh({x}) the derivative is 1 − a²"),
    (
        lambda x: 1 - np.tanh(x),
        _tanh_slope,
        "lacks a square: the derivative of tanh is 1 − tanh({x})², not 1 − tanh({x})",
    ),
    (np.tanh, _tanh_slope, "has tanh({x}) where its derivative belongs: 1 − tanh({x})²"),
    (np.ones_like, _tanh_slope, "lacks the derivative of tanh: multiply by 1 − tanh({x})²"),
    (
        lambda x: x * (1 - x),
        _sigmoid_slope,
        "takes the derivative of sigmoid at {x}: it is s·(1 − s) with s = sigmoid({x})",
    ),
    (lambda x: _sigmoid_slope(_sigmoid(x)), _sigmoid_slope, "applies sigmoid twice: the derivative is s·(1 − s)"),
    (_sigmoid, _sigmoid_slope, "lacks a factor: the derivative of sigmoid is s·(1 − s), not s"),
    (lambda x: _sigmoid(-x), _sigmoid_slope, "lacks a factor: the derivative of sigmoid is s·(1 − s), not 1 − s"),
    (np.ones_like, _sigmoid_slope, "lacks the derivative of sigmoid: multiply by s·(1 − s), s = sigmoid({x})"),
    (lambda x: x, lambda x: 1.0 * (x > 0), "has the factor {x} where relu has 1 or 0: multiply by the mask {x} > 0"),
    (np.ones_like, lambda x: x, "lacks the factor {x}"),
    (lambda x: x, np.ones_like, "has the factor {x} once too often"),
    (np.ones_like, lambda x: x * x, "lacks the factor {x}²"),
    (lambda x: x * x, np.ones_like, "has the factor {x}² too many"),
    (np.ones_like, np.exp, "lacks the factor exp({x}), the derivative of exp"),
    (np.sin, np.cos, "has the sine where the cosine belongs: the derivative of sin({x}) is cos({x})"),
    (np.cos, lambda x: -np.sin(x), "has the cosine where −sine belongs: the derivative of cos({x}) is −sin({x})"),
)


def activation_derivative(a, n, context):
    """The factor by which it is off is a known function of the input."""
    if context.value is None or np.count_nonzero(nonzero_mask(n)) < EVIDENCE:
        return ""
    x = np.asarray(context.value, np.float64)
    for given, right, words in SLIPS:
        meant = n * given(x)
        if np.isfinite(meant).all() and nonzero_mask(meant).any() and agrees(a * right(x), meant):
            return words.format(x=context.name)
    return ""


def missing_slope(a, n, context):
    """Every element is too large, each by another factor, as if a slope of at most 1 were missing."""
    seen = nonzero_mask(a)
    slopes = n[seen] / a[seen]
    if nonzero_mask(n)[~seen].any() or slopes.size < 8 or (slopes <= 0).any() or (slopes >= 1).any():
        return ""  # eight random slopes all lie between 0 and 1 once in 65,000 cases
    which = "sigmoid" if slopes.max() <= 0.25 else "tanh or sigmoid"
    return (
        f"is too large everywhere, by factors from {1 / slopes.max():.3g} to {1 / slopes.min():.3g}: the derivative of "
        f"an activation ({which}) may be missing"
    )


def softmax_diagonal(a, n, context):
    """The derivative of softmax is s·(1 − s), only the diagonal of its Jacobian."""
    x, g = context.value, context.upstream
    if x is None or g is None or not np.ndim(x):
        return ""
    s = _softmax(np.asarray(x, np.float64))
    if agrees(a, g * s * (1 - s)):
        return "is s·(1 − s) times the incoming gradient, the diagonal only: softmax also has −sᵢsⱼ off the diagonal"
    return "lacks the term −s·Σ g·s of softmax: every output depends on every input" if agrees(a, g * s) else ""


def known_factor(a, n, context):
    """A known array is missing as a factor, or is there once too often."""
    if np.count_nonzero(nonzero_mask(n)) < EVIDENCE:
        return ""
    for name, array in broadcastable_arrays(context.arrays, n.shape):
        if np.ptp(array) == 0:
            continue
        if agrees(a * array, n):
            return f"lacks the factor {name}"
        if agrees(a, n * array):
            return f"has the factor {name} once too often"
        if agrees(a * array * array, n):
            return f"is divided by {name} instead of multiplied"
        if agrees(a, n * array * array):
            return f"is multiplied by {name} instead of divided"
    return ""
