"""Name the mistake in a wrong gradient, in one sentence.

Each recogniser is a small pure function ``(a, n, context) -> str`` of the wrong gradient ``a``, the right one ``n`` and
what else is known; it returns the end of a sentence, or '' if it does not recognise its mistake. The first
answer counts, so the table begins with patterns that fix every number and ends with those that leave some free.
"""

import numpy as np

from . import derivatives, factors, orders, places, products, terms
from . import wrong_shapes as shapes
from .context import Context, agrees

__all__ = ["Context", "mistake"]

#: For a gradient of another shape than its input.
SHAPES = (
    shapes.transposed_shape,
    shapes.other_layout,
    shapes.missing_sum,
    shapes.extra_sum,
    terms.other_input,
    terms.known_mistake,
)

#: For a gradient of the right shape, the most specific first.
VALUES = (
    places.nonfinite_gradient,
    places.zero_gradient,
    places.spurious_gradient,
    terms.accumulation,
    terms.other_input,
    terms.missing_upstream,
    factors.wrong_sign,
    terms.missing_part,
    factors.constant_factor,
    orders.transposition,
    orders.reversed_axis,
    orders.index_shift,
    derivatives.activation_derivative,
    derivatives.softmax_diagonal,
    derivatives.known_factor,
    products.matrix_not_transposed,
    products.missing_known_term,
    terms.missing_derivative,
    terms.missing_regularisation,
    terms.low_precision,
    places.upstream_mask,
    places.inverted_mask,
    places.missing_sign,
    places.known_mask,
    places.wrong_branch,
    places.missing_mask,
    places.blocked_entries,
    places.wrong_diagonal,
    places.wrong_label_entry,
    places.wrong_edge,
    terms.reduced_over_axis,
    terms.missing_mean_term,
    terms.missing_variance_term,
    orders.permutation,
    factors.factor_along_axis,
    terms.known_mistake,
    derivatives.missing_slope,
)

#: The recognisers for the derivative of an elementwise function, where single elements can be compared.
SLOPES = (
    derivatives.activation_derivative,
    places.inverted_mask,
    places.missing_sign,
    places.wrong_branch,
    places.missing_mask,
    places.blocked_entries,
    derivatives.missing_slope,
)


def mistake(analytic, numeric, *, name="x", context=None, among=VALUES):
    """Return a sentence on what makes ``analytic`` differ from ``numeric``; '' if it is right or nothing is recognised.

    analytic: the gradient to explain
    numeric:  the right one, of the input's shape, good to 1e-6 of its largest entry or better
    name:     what the gradient is of
    among:    the recognisers to ask, for a gradient of the right shape
    context:  a Context, or a dict of its fields: what else is known, such as the input's values

    >>> import numpy as np
    >>> right = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
    >>> mistake(-right, right, name="W")
    'the gradient of W has the wrong sign everywhere'
    >>> mistake(32 * right, right, name="W", context={"sizes": {"axis 0 of X": 32}})
    'the gradient of W is 32 times too large: the factor 1/32 is missing (32 is axis 0 of X: a mean, not a sum)'
    >>> mistake(right, right)
    ''
    """
    a, n = np.asarray(analytic, np.float64), np.asarray(numeric, np.float64)
    if not n.size or not np.isfinite(n).all():
        return ""
    if a.shape == n.shape and agrees(a, n):
        return ""
    context = (context if isinstance(context, Context) else Context(**(context or {})))._replace(name=name)
    with np.errstate(all="ignore"):  # a recogniser may divide by zero; nan equals nothing
        for recognise in among if a.shape == n.shape else SHAPES:
            words = recognise(a, n, context)
            if words:
                return f"the gradient of {name} {words}"
    return ""
