"""Step: a function that is traced once for each kind of arguments, and replayed from then on."""

from collections import OrderedDict, namedtuple
from functools import wraps
from threading import RLock
from types import MethodType
from weakref import ref

import numpy as np

from ..core.mode import is_recording, runs_plainly
from ..core.tensor import Tensor
from ..errors import OptionError, describe, suggest
from .replay import Replay, handed_out, traced
from .tree import flatten, unflatten

#: How many programs a Step keeps.
LIMIT = 64
CacheInfo = namedtuple("CacheInfo", "hits misses maxsize currsize")


class Step:
    """A compiled function: call it like the function itself.

    ``step.program(*args)`` is the program for such arguments, ``step.cache_info()`` counts. A compiled method is a Step
    of each object, with programs of its own.
    """

    def __init__(self, function, static=(), exact=True, names=None):
        self.function, self.exact = function, exact
        self.__name__, self.__doc__ = getattr(function, "__name__", "step"), function.__doc__
        self.names = argument_names(function) if names is None else names
        self.given = (static,) if isinstance(static, (str, int)) else tuple(static)
        self.static = {self._place(s) for s in self.given}
        self.programs: OrderedDict = OrderedDict()
        self.bound: dict = {}  # id of an object -> (reference to it, Step of its method)
        self.hits = self.misses = 0
        self.lock = RLock()

    def __get__(self, instance, owner=None):
        """Return the Step of an object's method, made at its first use and kept here while the object lives."""
        if instance is None:
            return self
        key, bound = id(instance), self.bound
        if key not in bound:
            found, method = ref(instance, lambda _: bound.pop(key, None)), self.function

            @wraps(method)
            def call(*args, **kwargs):
                return method(found(), *args, **kwargs)

            bound[key] = found, Step(call, self.given, self.exact, self.names[1:])
        return bound[key][1]

    def _place(self, s):
        """Return the position of a static argument, or its name where it has no position."""
        if isinstance(s, str) and self.names and s not in self.names:
            raise OptionError(f"compile: {self.__name__} has no argument {s!r}{suggest(s, self.names)}")
        return self.names.index(s) if s in self.names else s

    def _bound(self, args, kwargs):
        """Return ``(leaves, structure)``: what varies, and everything else."""
        leaves: list = []
        places = dict(enumerate(args)) | {self.names.index(k) if k in self.names else k: v for k, v in kwargs.items()}
        fixed = tuple([(place, places.pop(place)) for place in self.static if place in places])
        structure = tuple([(place, flatten(x, leaves)) for place, x in places.items()])
        return leaves, (fixed, structure, len(args), tuple(kwargs))

    def __call__(self, *args, **kwargs):
        if runs_plainly():  # inside another compiled function, as part of its program, or watched
            return self.function(*args, **kwargs)
        leaves, how = self._bound(args, kwargs)
        replay, result = self._found(leaves, how)
        return replay([array_of(leaf) for leaf in leaves]) if replay is not None else result

    def _found(self, leaves, how):
        """Return ``(program, None)`` if there is one that holds; else trace, and return ``(None, the result)``."""
        key = how, tuple(map(signature, leaves)), is_recording()
        with self.lock:
            try:
                replay = self.programs.get(key)
            except TypeError:
                raise TypeError(
                    f"{self.__name__}: an argument that is no array, Tensor or number, or is static, is part of the "
                    f"program's key and must be hashable; got {describe(how[0] or how[1])}"
                ) from None
            if replay is not None and replay.holds():
                self.programs.move_to_end(key)
                self.hits += 1
                return replay, None
            self.misses += 1
            self.programs[key], result = self._traced(leaves, how)
            self.programs.move_to_end(key)
            while len(self.programs) > LIMIT:
                self.programs.popitem(last=False)
            return None, result

    def _traced(self, leaves, how):
        fixed, structure, count, named = how

        def call(stands):
            stands = iter(stands)
            places = dict(fixed) | {place: unflatten(s, stands) for place, s in structure}
            given = {k: places[self.names.index(k) if k in self.names else k] for k in named}
            return self.function(*[places[i] for i in range(count)], **given)

        trace, returned, left = traced(call, leaves, self._leaf_names(structure))
        result = first_result(returned, left)
        return Replay(trace, returned, left, exact=self.exact), result

    def _leaf_names(self, structure):
        """Return a name for each leaf: its argument's, numbered if there are several."""
        names = []
        for place, s in structure:
            name = self.names[place] if isinstance(place, int) and place < len(self.names) else f"x{place}"
            n = count_leaves(s)
            names += [name] if n == 1 else [f"{name}_{i}" for i in range(n)]
        return names

    def program(self, *args, **kwargs):
        """Return the program for such arguments; if there is none yet, the function runs once."""
        leaves, how = self._bound(args, kwargs)
        replay, _ = self._found(leaves, how)
        return replay if replay is not None else next(reversed(self.programs.values()))

    def cache_info(self):
        """Return how often a program was found and how often one was written, as ``functools.lru_cache`` does."""
        return CacheInfo(self.hits, self.misses, LIMIT, len(self.programs))

    def cache_clear(self):
        """Forget all programs."""
        with self.lock:
            self.programs.clear()
            self.hits = self.misses = 0

    def __repr__(self):
        return f"<compiled {self.__name__}>"


def argument_names(function):
    """Return the names of the arguments with which a function, or a bound method, is called."""
    code = getattr(function, "__code__", None)
    first = 1 if isinstance(function, MethodType) else 0
    return code.co_varnames[first : code.co_argcount + code.co_kwonlyargcount] if code else ()


def first_result(returned, left):
    """Return the results of the run that was traced: copies, as those of later runs are."""
    structure, kinds, values = returned
    for t, g in left:
        t.grad = handed_out(g.value.copy(), True)
    leaves = [x.value.copy() if hasattr(x, "node") else x for x in values]
    return unflatten(structure, map(handed_out, leaves, kinds))


def count_leaves(structure):
    leaves: list = []
    flatten_structure(structure, leaves)
    return len(leaves)


def flatten_structure(structure, found):
    """Append each leaf of a structure to ``found``."""
    if structure in ("*", "T"):
        found.append(structure)
    elif structure[0] != "static":
        for part in structure[-1]:
            flatten_structure(part, found)


def signature(leaf):
    """Return what a program depends on in an argument."""
    if isinstance(leaf, Tensor):
        return "T", leaf.requires_grad, leaf.data.dtype, leaf.data.shape, leaf.data.strides
    if type(leaf) is float or type(leaf) is int:
        return type(leaf)
    return leaf.dtype, leaf.shape, leaf.strides


def array_of(leaf):
    """Return an argument as an array."""
    return leaf.data if isinstance(leaf, Tensor) else leaf if type(leaf) is np.ndarray else np.asarray(leaf)
