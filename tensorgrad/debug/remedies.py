"""What to do about an op that made nan or inf: one sentence, or '' if no remedy is known."""

import numpy as np

from ..core.tensor import every_example

LOGARITHMS = {"log", "log2", "log10", "log1p"}
EXPONENTIALS = {"exp", "exp2", "expm1", "sinh", "cosh"}
QUOTIENTS = {"divide", "reciprocal", "remainder", "fmod", "ratio"}
#: op -> its domain
BOUNDED = {"arcsin": "[-1, 1]", "arccos": "[-1, 1]", "arctanh": "(-1, 1)", "arccosh": "[1, inf)"}
MEANS = {"mean", "var", "std"}
SUMS = {"add", "subtract", "sum", "mean", "matmul", "einsum", "dot", "cumsum", "var", "std"}


def forward_remedy(name, arrays, y):
    """Return what to do about the op ``name``, which made ``y`` of ``arrays``."""
    x = arrays[0] if arrays else y
    if name in LOGARITHMS:
        return logarithm_remedy(name, x)
    if name in EXPONENTIALS:
        return exponential_remedy(name, y)
    if name in QUOTIENTS:
        return quotient_remedy(arrays)
    if name == "sqrt":
        return "the root of a negative number is nan: np.sqrt(np.maximum(x, 0))"
    if name == "power":
        return power_remedy(*arrays)
    if name in BOUNDED:
        return f"{name} is defined on {BOUNDED[name]}: np.clip its input to it"
    if name == "astype":
        return f"{y.dtype} ends at {dtype_limit(y.dtype)}: scale the values, or keep {x.dtype}"
    if any(any_entry(a, np.isinf) for a in arrays) and any_entry(y, np.isnan):
        return infinite_input_remedy(name, arrays)
    if name in MEANS and any_entry(y, np.isnan):
        return "a mean of no entries is nan, and a variance of no more than ddof: is a batch, or a mask, empty?"
    if name in ("inv", "solve"):
        return "the matrix is nearly singular: add a little to its diagonal, a + 1e-6 * np.eye(n)"
    if name in SUMS or name in ("multiply", "square", "prod", "cumprod"):
        return (
            f"{y.dtype} overflows above {dtype_limit(y.dtype)}: scale the inputs or the initial weights down; in "
            "training, a smaller learning rate or clipnorm=1.0 keeps the weights small"
        )
    return ""


def backward_remedy(name, arrays, y, g):
    """Return what to do about the rule of the op ``name``, which made nan or inf of the gradient ``g``."""
    x = arrays[0]
    if any_entry(y, np.isnan):
        return forward_remedy(name, arrays, y)
    if name in EXPONENTIALS and not np.any(np.isinf(y) & (g == 0)):
        return exponential_remedy(name, y)
    if name in EXPONENTIALS:
        return (
            "0 · inf: a branch that np.where did not take overflowed; choose the input as well as the result, "
            f"np.where(ok, np.{name}(np.where(ok, x, 0)), other)"
        )
    if name == "sqrt" and any_entry(x, is_zero):
        return "the derivative of √x is infinite at 0: np.sqrt(x + 1e-12), or np.linalg.norm, whose gradient at 0 is 0"
    if name == "cbrt" and any_entry(x, is_zero):
        return "the derivative of ∛x is infinite at 0: keep x away from it"
    if name == "power" and any_entry(x, is_zero):
        return "the derivative of xᵇ is infinite at 0 for b < 1: np.maximum(x, 1e-7) ** b"
    if name in LOGARITHMS:
        return (
            logarithm_remedy(name, x)
            if any_entry(x, lambda v: v <= (name == "log1p") * -1)
            else small_logarithm_remedy(name)
        )
    if name in QUOTIENTS:
        return quotient_remedy(arrays)
    if name in BOUNDED:
        return f"the derivative of {name} is infinite at the ends of {BOUNDED[name]}: np.clip its input inside"
    if any(any_entry(a, np.isinf) for a in (*arrays, y)):
        return "0 · inf: mask the infinite values before the op, not after it"
    return f"{y.dtype} overflows above {dtype_limit(y.dtype)}: scale the loss or the inputs down"


def given_remedy(kind):
    """Return what to do about an input, a ``"parameter"`` or data, that had nan or inf before any op."""
    if kind == "parameter":
        return (
            "the weight itself is not finite: the last update, or what it was set to, made it so; if it was training, "
            "take a smaller learning rate or clipnorm=1.0"
        )
    return "the data are not finite, no op made them so: look at x[~np.isfinite(x)] before training"


def logarithm_remedy(name, x):
    edge = -1 if name == "log1p" else 0
    if any_entry(x, lambda v: v < edge):
        return f"the logarithm of a negative number is nan: make its argument positive, np.{name}(tg.softplus(x))"
    if name == "log1p":
        return "ln(1 + x) is -inf at -1: np.log1p(np.maximum(x, -1 + 1e-7))"
    return (
        f"{name} of 0 is -inf: np.{name}(np.maximum(x, 1e-7)), or for probabilities a loss that takes logits, with "
        "from_logits=True"
    )


def small_logarithm_remedy(name):
    return f"the derivative of {name}, 1/x, overflows so near to 0: np.{name}(np.maximum(x, 1e-7))"


def exponential_remedy(name, y):
    top = {"exp2": np.log2, "expm1": np.log, "exp": np.log}.get(name, lambda v: np.log(v) + np.log(2))(
        np.finfo(y.dtype).max.astype(float)
    )
    return (
        f"{name} overflows above {top:.4g} in {y.dtype}: subtract the maximum first, as tg.softmax, log_softmax, "
        "logsumexp and sigmoid do"
    )


def quotient_remedy(arrays):
    below = every_example(arrays[-1])
    n = int(np.sum(np.asarray(below) == 0))
    if n:
        of = f" ({n} of {np.size(below)} divisors)" if np.size(below) > 1 else ""
        return f"division by zero{of}: divide by np.maximum(b, 1e-7), or by b + 1e-7"
    if any(any_entry(a, np.isinf) for a in arrays):
        return "inf / inf is nan: for a softmax by hand, use tg.softmax, which never overflows"
    return "the divisor is too small: divide by np.maximum(b, 1e-7)"


def power_remedy(a, b):
    if any_entry(a, is_zero) and any_entry(b, lambda v: v < 0):
        return "0 to a negative power is inf: np.maximum(x, 1e-7) ** b"
    if any_entry(a, lambda v: v < 0) and any_entry(b, lambda v: v % 1 != 0):
        return "a negative number to a fractional power is nan: np.maximum(x, 0) ** b, or np.abs(x) ** b"
    return "the power overflows: scale the inputs down, or work with logarithms"


def infinite_input_remedy(name, arrays):
    if name == "multiply":
        return "0 · inf is nan: choose with np.where(mask, x, 0) instead of multiplying by a mask"
    if name == "subtract" or name in SUMS:
        return "inf - inf is nan: keep the inputs finite; mask with a large number such as -1e9 instead of -inf"
    if "softmax" in name and not any_entry(arrays[0], np.isposinf):
        return "a softmax over nothing but -inf is nan: leave at least one entry unmasked"
    return "an input is infinite: keep the inputs finite, or mask them with np.where before the op"


def dtype_limit(dtype):
    return f"{np.finfo(dtype).max:.3g}"


def is_zero(v):
    return v == 0


def any_entry(x, test):
    """Return whether any entry passes ``test``."""
    return bool(np.any(test(np.asarray(every_example(x)))))
