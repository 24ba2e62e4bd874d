"""Gradients of another shape than the input: not summed, summed too much, transposed, a row for a column."""

from itertools import combinations

from .context import same


def not_summed(a, n, context):
    """The input was broadcast, and its gradient was not summed back."""
    for count in range(1, a.ndim + 1):
        for axes in combinations(range(a.ndim), count):
            for how, total in (("sum", a.sum(axis=axes)), ("mean", a.mean(axis=axes))):
                if total.size == n.size and same(total.reshape(n.shape), n):
                    return f"lacks the {how} over {_axes(axes)}, along which {context.name} was broadcast"
    return ""


def summed_too_much(a, n, context):
    """It was summed over an axis that the input has itself."""
    for count in range(1, n.ndim + 1):
        for axes in combinations(range(n.ndim), count):
            total = n.sum(axis=axes)
            if total.size == a.size and same(total.reshape(a.shape), a):
                return f"was summed over {_axes(axes)}, which {context.name} has itself"
    return ""


def transposed_shape(a, n, context):
    """A transpose is missing."""
    return "is transposed: a .T is missing or too many" if same(a.T, n) else ""


def other_layout(a, n, context):
    """The numbers are right, their arrangement is not."""
    if a.size == n.size and same(a.reshape(n.shape), n):
        return f"holds the right numbers in the shape {list(a.shape)}: reshape it, or sum with keepdims=True"
    return ""


def _axes(axes):
    return f"axis {axes[0]}" if len(axes) == 1 else f"the axes {', '.join(map(str, axes))}"
