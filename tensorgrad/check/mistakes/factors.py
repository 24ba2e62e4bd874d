"""Mistakes in a constant factor: the sign, a stray 2, a missing 1/n, a mean instead of a sum."""

import numpy as np

from .context import EVIDENCE, TOLERANCE, agrees, long_axes, nonzero_mask


def wrong_sign(a, n, context):
    """The sign is wrong everywhere."""
    return "has the wrong sign everywhere" if agrees(a, -n) else ""


def constant_factor(a, n, context):
    """It is a constant times the right one."""
    ratio = float(np.sum(a * n) / np.sum(n * n))
    if not agrees(a, ratio * n) or ratio == 0:
        return ""
    why = factor_reasons(abs(ratio), {**(context.sizes or {}), **own_sizes(context.shape or n.shape, context.name)})
    if not why and (np.count_nonzero(nonzero_mask(n)) < EVIDENCE or abs(abs(ratio) - 1) < 1e-3):
        return ""  # one number is always a factor times another; a factor near 1 is another mistake
    sign = "has the wrong sign and " if ratio < 0 else ""
    return f"{sign}is {_ratio_text(abs(ratio))}: {join_alternatives(why) or 'a constant factor is wrong'}"


def join_alternatives(texts):
    """Return ``"a, b or c"``."""
    return " or ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def own_sizes(shape, name):
    """Return the sizes of the axes of an array by name, and how many elements it has."""
    sizes = {f"axis {i} of {name}": size for i, size in enumerate(shape) if size > 1}
    return sizes | ({f"the number of elements of {name}": int(np.prod(shape))} if len(sizes) > 1 else {})


def factor_reasons(ratio, sizes):
    """Return the possible reasons for the factor ``ratio``, the most likely first."""
    named = _names_by_size({name: size for name, size in sizes.items() if size not in (0, 1)})
    why = [text for size, names in named.items() for text in _matching_texts(ratio, _size_factors(size, names))]
    if _is_close(ratio, 2):
        return ["a stray factor 2", "it was added twice"]
    if _is_close(ratio, 0.5):
        return ["the factor 2 of a square is missing", "one of two equal branches is missing"]
    if not why:
        why = [text for size, names in named.items() for text in _matching_texts(ratio, _compound_factors(size, names))]
    if not why:
        why = _wrong_size_reasons(ratio, named)
    if not why or any(_is_close(ratio, x) for x in (3, 4, 1 / 3, 1 / 4)):
        why = _stray_factors(ratio) + why  # so small a number is more often a slip than a size
    return why


def _wrong_size_reasons(ratio, named):
    """Return the reason that the divisor is one size instead of another."""
    pairs = ((wrong, right) for wrong in named for right in named if not isinstance(wrong + right, float))
    return next(([f"divided by {wrong} ({named[wrong]}) where {right} ({named[right]}) belongs"]
                 for wrong, right in pairs if _is_close(ratio, right / wrong)), [])  # fmt: skip


def _stray_factors(ratio):
    """Return the reason that a whole number, or one over it, is a factor without cause."""
    if not 0.01 < ratio < 100:
        return []
    n, part = round(ratio), round(1 / ratio)
    return _matching_texts(ratio, {n: f"a stray factor {n}"}) + _matching_texts(
        1 / ratio, {part: f"a stray factor 1/{part}"}
    )


def _names_by_size(sizes):
    """Return the names of every size, at most two: ``{32: 'axis 0 of X and axis 0 of y'}``."""
    names: dict = {}
    for name, size in sizes.items():
        names.setdefault(size, []).append(name)
    return {size: " and ".join(known[:2]) for size, known in names.items()}


def _size_factors(size, names):
    """Return the meaning of each factor that a size, or another named number, can bring."""
    if isinstance(size, float):
        return {
            size: f"a stray factor {size:g} ({names})",
            1 / size: f"the factor {size:g} ({names}) is missing",
            size * size: f"a product with {names} = {size:g} where a quotient belongs",
            1 / (size * size): f"a quotient by {names} = {size:g} where a product belongs",
        }
    return {
        size: f"the factor 1/{size} is missing ({size} is {names}: a mean, not a sum)",
        1 / size: f"a factor 1/{size} too many ({size} is {names}: a sum, not a mean)",
    }


def _compound_factors(n, names):
    """Return the meaning of each factor made of a size and another number."""
    if isinstance(n, float):
        return {}
    return {
        2 * n: f"the factor 1/(2·{n}) is missing ({n} is {names})",
        n / 2: f"the factor 2/{n} is missing ({n} is {names})",
        2 / n: f"a factor 2/{n} too many ({n} is {names})",
        0.5 / n: f"a factor 1/(2·{n}) too many ({n} is {names})",
        n / (n - 1): f"{n} − 1 instead of {n} ({names})",
        (n - 1) / n: f"{n} instead of {n} − 1 ({names})",
        n**0.5: f"the factor 1/√{n} is missing ({n} is {names})",
        n**-0.5: f"a factor 1/√{n} too many ({n} is {names})",
    }


def _matching_texts(ratio, texts):
    return [text for factor, text in texts.items() if factor != 1 and _is_close(ratio, factor)][:1]


def factor_along_axis(a, n, context):
    """The factor is one number per index of an axis, such as a missing gamma or standard deviation."""
    if len(long_axes(n)) < 2:
        return ""
    for axis in long_axes(n):
        rest = tuple(i for i in range(n.ndim) if i != axis)
        enough = (nonzero_mask(n).sum(axis=rest) >= EVIDENCE).all()
        ratio = np.sum(a * n, axis=rest, keepdims=True) / (np.sum(n * n, axis=rest, keepdims=True) + 1e-300)
        if enough and agrees(a, ratio * n):
            few = ", ".join(f"{r:.3g}" for r in ratio.reshape(-1)[:4]) + (", …" if n.shape[axis] > 4 else "")
            which = f"for each index of axis {axis} ({few})"
            return f"is off by one factor {which}: a scale there is missing or wrong{_slope_text(ratio)}"
    return ""


def _slope_text(ratio):
    """Return a remark if the factors look like a missing derivative of an activation."""
    if ratio.size < EVIDENCE or (ratio <= 1).any():
        return ""
    which = "a sigmoid, which is at most 1/4" if (ratio >= 4).all() else "an activation, which is at most 1"
    return f", perhaps the derivative of {which}"


def _is_close(x, y):
    return abs(x - y) <= 10 * TOLERANCE * abs(y)


def _ratio_text(ratio):
    if _is_close(ratio, 0.5):
        return "half of what it should be"
    return f"{ratio:.4g} times too large" if ratio > 1 else f"{1 / ratio:.4g} times too small"
