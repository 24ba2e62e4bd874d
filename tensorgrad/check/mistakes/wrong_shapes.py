"""Gradients whose shape is not that of the input: a sum is missing or too many, or the layout is another."""

from itertools import combinations

from .context import agrees, axes_text


def missing_sum(a, n, context):
    """The input was broadcast, and its gradient was not summed back."""
    for count in range(1, a.ndim + 1):
        for axes in combinations(range(a.ndim), count):
            for how, total in (("sum", a.sum(axis=axes)), ("mean", a.mean(axis=axes))):
                if total.size == n.size and agrees(total.reshape(n.shape), n):
                    return f"lacks the {how} over {axes_text(axes)}, along which {context.name} was broadcast"
    return ""


def extra_sum(a, n, context):
    """It is summed over an axis that the input has."""
    for count in range(1, n.ndim + 1):
        for axes in combinations(range(n.ndim), count):
            total = n.sum(axis=axes)
            if total.size == a.size and agrees(total.reshape(a.shape), a):
                return f"was summed over {axes_text(axes)}, which {context.name} has itself"
    return ""


def transposed_shape(a, n, context):
    """A transpose is missing."""
    return "is transposed: a .T is missing or too many" if agrees(a.T, n) else ""


def other_layout(a, n, context):
    """The numbers are right, their arrangement is not."""
    if a.size == n.size and agrees(a.reshape(n.shape), n):
        return f"holds the right numbers in the shape {list(a.shape)}: reshape it, or sum with keepdims=True"
    return ""
