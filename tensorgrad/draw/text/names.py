"""What Tensors are called where nobody named them, and ops as one writes them: ``t3 = w × x``."""

from ...core.tensor import Tensor
from ...errors import describe
from ...graph.steps import array_of, is_number
from .array_summary import number_text
from .format import clean, op_settings

#: Ops whose symbol follows what it is applied to.
BEHIND = {"²", "ᵀ"}


def names_by_id(names):
    """Return ``{id of a Tensor or array: the first name it is given}``; Python's own names are none.

    >>> x = [1.0]
    >>> names_by_id({"x": x, "same": x})[id(x)]
    'x'
    """
    names = {} if names is None else names
    if not hasattr(names, "items"):
        raise TypeError(f'draw: names must be a dict, like {{"x": x}} or locals(), got {describe(names)}')
    return {id(x): str(name) for name, x in reversed(list(names.items())) if not str(name).startswith("__")}


class TensorNames:
    """By Tensor: its own name, the one given for it, or ``t1``, ``t2`` ... in the order of computation.

    called: names by id, of ``names_by_id``
    steps:  what ``recorded_steps`` returned
    """

    def __init__(self, called, steps):
        self.called = called
        self.numbers: dict = {}
        for t, inputs in steps:
            for x in (*inputs, t):
                if not self.given_name(x) and not is_number(x):
                    self.numbers.setdefault(identity_key(x), f"t{len(self.numbers) + 1}")

    def given_name(self, x):
        """Return the name that somebody gave ``x``, or ''."""
        return str(getattr(x, "name", None) or self.called.get(id(x), ""))

    def name_of(self, x):
        """Return what to call ``x``, on one line that a terminal can show: a number is its value."""
        return clean(self.given_name(x) or self.numbers.get(identity_key(x)) or number_text(array_of(x)))


def identity_key(x):
    """Return what tells Tensors apart, after they are gone too; arrays are told apart while they live."""
    return x.seq if isinstance(x, Tensor) else -1 - id(x)


def expression(t, inputs, names):
    """Return how ``t`` was computed, as one writes it.

    >>> import tensorgrad as tg
    >>> a, b = tg.Parameter(2.0, name="a"), tg.Parameter(3.0, name="b")
    >>> for t in (a @ b if a.ndim else a * b, tg.square(a), tg.absolute(a), tg.sigmoid(a), tg.arctan2(a, b)):
    ...     print(expression(t, t.inputs, TensorNames({}, [])))
    a × b
    a²
    |a|
    σ(a)
    arctan2(a, b)
    """
    symbol, words, settings = clean(t.op.symbol), [names.name_of(x) for x in inputs], [*map(clean, op_settings(t))]
    if len(words) == 2 and not settings and not any(c.isalnum() for c in symbol):
        return f" {symbol} ".join(words)
    if len(words) == 1 and not settings:
        if symbol in BEHIND:
            return f"{words[0]}{symbol}"
        if "x" in symbol and not symbol.isidentifier():
            return symbol.replace("x", words[0])
    called = symbol if symbol.isidentifier() or symbol in "√∛ΣΠ−+" else clean(t.op.name)
    return f"{called}({', '.join([*words, *settings])})"
