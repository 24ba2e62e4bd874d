"""Reach: a walk from a function through all that it can reach, which lists the places to watch.

The walk begins with the globals and the enclosing variables that the function's code names. It goes on through lists,
dicts, objects, classes, modules and other functions of the user's. It takes only those attributes of objects, classes
and modules whose names stand in code that it has met. Whatever can change without a trace is listed as ``unseen``.
"""

import collections
import operator
import types
from functools import partial

import numpy as np

from ...core.tensor import StandIn, Tensor
from .code_walk import walk_function, walk_module
from .function_code import REFLECTIVE, is_reflective, is_user_module, names_in
from .kinds import BOUND, GENERATORS, AllNames, NameFilter, WatchLimitError, is_stream, with_article
from .object_walk import walk_class, walk_object
from .snapshots import SNAPSHOTS
from .value_walk import walk_array, walk_container, walk_generator, walk_snapshot, walk_tensor
from .watched_places import PLAIN, Bindings

#: How many places are looked at before every call, at most.
PLACES = 5_000


class Reach:
    """One walk, and what it has found.

    literal:    the names that stand in code
    names:      the names that code may look up: the same, or AllNames
    counts:     the NameFilter of both
    counted:    places whose changes are counted as they happen
    wanted:     whether gradients flow to the Tensors
    loose:      all other places; each is compared at every run
    reflective: whether code of others may look up any name; if the walk finds that, it has to begin again
    foreign:    how many objects of Python's or of installed packages enclose the present one; their code may use it all
    unseen:     phrases that say what the function does or reaches that no guard can follow
    compares:   whether the function compares objects by ``is``
    functions:  the functions of the user's that may run
    met:        ``{id: object}`` of all that the walk has been through
    """

    def __init__(self, roots, literal, reflective=False):
        self.literal, self.names = literal, AllNames() if reflective or REFLECTIVE & literal else literal
        self.reflective, self.foreign = reflective, 0
        self.counted: list = []
        self.loose: list = []
        self.wanted, self.generators = [], []
        self.counts = NameFilter(literal, self.names)
        self.bindings, self.unseen, self.functions, self.tuples = Bindings(), [], [], []
        self.compares, self.items, self.bytes = False, 0, 0
        self.met: dict = {}
        for name, root in roots.items():
            self.walk(root, name)
        if self.bindings.entries:
            self.loose.append(self.bindings)

    def looked_up_names(self):
        """Return the names that the code of all functions looks up."""
        return {name for f in self.functions for found in names_in(f.__code__)[:2] for name in found}

    def walk(self, x, path):
        """List the places inside ``x``."""
        kind = type(x)
        if kind in PLAIN or isinstance(x, (np.generic, np.dtype, StandIn)) or id(x) in self.met:
            return
        self.met[id(x)] = x
        if len(self.wanted) + len(self.loose) > PLACES:
            raise WatchLimitError(
                f"reaches more than {PLACES} things, which it would have to look at before every call"
            )
        if isinstance(x, (tuple, frozenset)):
            self.tuples.append(x)
            for i, item in enumerate(x):
                self.walk(item, f"{path}[{i}]")
        elif isinstance(x, (list, dict, set, collections.deque)):
            walk_container(self, x, path)
        elif isinstance(x, Tensor):
            walk_tensor(self, x, path)
        elif isinstance(x, np.ndarray) and not x.dtype.hasobject:
            walk_array(self, x, path)
        elif kind in SNAPSHOTS or isinstance(x, np.ndarray):
            walk_snapshot(self, x, path)
        elif isinstance(x, GENERATORS):
            walk_generator(self, x, path)
        elif isinstance(x, types.ModuleType):
            walk_module(self, x, path)
        else:
            walk_callable_or_object(self, x, path)
        if isinstance(x, (tuple, frozenset, list, dict, set, collections.deque)) and is_user_module(kind.__module__):
            walk_object(self, x, path)


def walk_callable_or_object(reach, x, path):
    """List the places inside a class, a function, a wrapper of one, or any other object."""
    if isinstance(x, type):
        walk_class(reach, x, path)
    elif isinstance(x, types.FunctionType):
        walk_function(reach, x, path)
    elif isinstance(x, types.MethodType):
        reach.walk(x.__self__, path.rpartition(".")[0] or path)
        reach.walk(x.__func__, path)
    elif isinstance(x, (operator.attrgetter, operator.methodcaller)) or is_reflective(x):
        reach.reflective = True
    elif isinstance(x, BOUND):
        reach.walk(None if isinstance(x.__self__, types.ModuleType) else x.__self__, path.rpartition(".")[0] or path)
    elif isinstance(x, (staticmethod, classmethod)):
        reach.walk(x.__func__, path)
    elif isinstance(x, property):
        for function in filter(None, (x.fget, x.fset)):
            reach.walk(function, path)
    elif isinstance(x, partial):
        for i, item in enumerate((x.func, x.args, x.keywords)):
            reach.walk(item, f"{path}.{('func', 'args', 'keywords')[i]}")
    elif isinstance(x, np.ufunc):
        if vars(np).get(x.__name__) is not x and any("O" in form for form in x.types):
            reach.unseen.append(f"calls {path}, a ufunc made of Python code")
    elif is_stream(type(x)):
        reach.unseen.append(f"takes from {path}, {with_article(type(x).__name__)}")
    else:
        walk_object(reach, x, path)
