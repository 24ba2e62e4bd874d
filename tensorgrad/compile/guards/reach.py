"""Reach: all that a function can reach, found by walking from its code, as places that can be watched.

From a function's code come the names of the globals and of the enclosing variables it uses; from there the walk goes
through lists, dicts, objects, classes, modules and other functions of the user's. Of objects, classes and modules only
what bears a name counts that code on the way looks up. What can change in a way that nobody sees is no place: it is
noted as ``unseen``, and so is what would take long to look through at every call.
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
    """One walk.

    names:     the names that code looks up, or Everything; ``literal`` are those that stand in code
    counted:   places whose changes are counted as they happen; ``wanted`` whether gradients flow to the Tensors
    loose:     all other places; each costs a look at every run
    reflective: whether code of others may look up any name; found amid a walk, it has to begin anew
    foreign:   how many things around the one looked at are Python's or an installed package's, whose code looks into it
    unseen:    what the function does, or reaches, that no guard can follow, or follows only slowly: phrases
    compares:  whether the function asks of two things whether they are one, ``x is w``
    functions: the functions of the user's that may run
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
        """Return the names that the functions met look up."""
        return {name for f in self.functions for found in names_in(f.__code__)[:2] for name in found}

    def walk(self, x, path):
        """Note the places inside ``x``."""
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
    """Note the places inside a class, a function, what wraps one, or any other object."""
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
