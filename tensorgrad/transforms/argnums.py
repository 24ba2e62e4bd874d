"""Which arguments of a call a transform is about: by position, by name, one or several."""

from types import MethodType

from ..errors import OptionError, count_text, printable_text, suggest
from ..pytree import map_leaves

__all__ = ["Chosen", "named_arguments", "refill"]


def named_arguments(f):
    """Return the names of the arguments that ``f`` takes by position, and of those that it takes by name alone.

    >>> def f(x, y, *, n=1): return x
    >>> named_arguments(f), named_arguments(max)
    ((('x', 'y'), ('n',)), ((), ()))
    """
    while hasattr(f, "__wrapped__"):
        f = f.__wrapped__
    if not hasattr(f, "__code__"):
        f = getattr(f, "__call__", f)  # noqa: B004  (a method of an object, whose code has the names)
    code = getattr(f, "__code__", None)
    if code is None:
        return (), ()
    first, n = (1 if isinstance(f, MethodType) else 0), code.co_argcount
    return code.co_varnames[first:n], code.co_varnames[n : n + code.co_kwonlyargcount]


class Chosen:
    """The arguments of one call that ``argnums`` means; ``names`` are those that ``named_arguments`` returned.

    places: for each its position among ``args``, or its name among ``kwargs``
    single: whether one was asked for, not a tuple of them
    """

    def __init__(self, transform, names, argnums, args, kwargs):
        self.transform, self.args, self.kwargs = transform, args, kwargs
        self.single = isinstance(argnums, (int, str))
        self.positional, by_name = names
        wanted = (argnums,) if self.single else argnums
        if not isinstance(wanted, (tuple, list)) or not all(isinstance(i, (int, str)) for i in wanted):
            raise OptionError(f"{transform}: argnums must be an int, a name, or a tuple of these, got {argnums!r}")
        self.places = [self._place(i, by_name) for i in wanted]
        if len(set(self.places)) < len(self.places):
            raise OptionError(f"{transform}: argnums={argnums!r} names an argument twice")

    def _place(self, i, by_name):
        if isinstance(i, str):
            return self._named(i, by_name)
        n = len(self.args)
        if -n <= i < n:
            return i % n
        if 0 <= i < len(self.positional) and self.positional[i] in self.kwargs:
            return self.positional[i]
        raise OptionError(
            f"{self.transform}(f): argnums={i}, but f was given {count_text(n, 'positional argument')}; "
            "pass the argument, or give argnums its name"
        )

    def _named(self, name, by_name):
        if name in self.kwargs:
            return name
        if name in self.positional[: len(self.args)]:
            return self.positional.index(name)
        if name in self.positional or name in by_name:
            raise OptionError(f"{self.transform}(f): argnums={name!r}, an argument that this call does not pass")
        raise OptionError(
            f"{self.transform}(f): f has no argument {name!r}"
            f"{suggest(name, [*self.positional, *by_name, *self.kwargs])}"
        )

    def name(self, place):
        """Return what errors call the argument at a place."""
        if isinstance(place, int):
            return self.positional[place] if place < len(self.positional) else f"argument {place}"
        return printable_text(place)

    def value(self, place):
        """Return what was passed there."""
        return self.args[place] if isinstance(place, int) else self.kwargs[place]

    def enter(self, level):
        """Return positional and named arguments, those that were chosen as leaves of ``level``."""
        args, kwargs = list(self.args), dict(self.kwargs)
        for place in self.places:
            (args if isinstance(place, int) else kwargs)[place] = level.enter(self.value(place), self.name(place))
        return args, kwargs

    def arrange(self, results):
        """Return ``results``, one for each leaf, in the structures of the arguments; a single one without a tuple."""
        left = iter(results)
        arranged = tuple([refill(self.value(place), left) for place in self.places])
        return arranged[0] if self.single else arranged


def refill(x, leaves):
    """Return ``x`` with its leaves replaced by those that the iterator gives; None stays."""
    return map_leaves(lambda leaf: None if leaf is None else next(leaves), x)
