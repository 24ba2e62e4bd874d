"""Reach: all that a function can reach, found by walking from its code, as places that can be watched.

From a function's code come the names of the globals and of the enclosing variables it uses; from there the walk goes
through lists, dicts, objects, classes, modules and other functions of the user's. Of objects, classes and modules only
what bears a name counts that code on the way looks up. What can change in a way that nobody sees is no place: it is
noted as ``unseen``, and so is what would take long to look through at every call.
"""

import builtins
import collections
import operator
import os
import random
import sys
import types
from functools import partial
from typing import Any

import numpy as np

from ...core.tensor import Parameter, StandIn, Tensor
from ...errors import describe
from ...options import Options
from ...tracking import Tracked, TrackedDict, TrackedList, TrackedSet
from .function_code import (
    REFLECTIVE,
    compares,
    is_identity,
    is_reflective,
    names_in,
    owner_of_module,
    phrase_of,
    reads_clock,
    unseen,
    users,
)
from .generators import State
from .kinds import (
    BOUND,
    CACHED,
    GENERATORS,
    INERT,
    Counting,
    Everything,
    TooMuch,
    an,
    has_foreign_base,
    is_dunder,
    is_stream,
    module_of,
    own_names,
)
from .looks import LOOKS, Cache, Look
from .watched_places import (
    PLAIN,
    Attribute,
    Bindings,
    Cell,
    ClassEntry,
    Content,
    Definition,
    Entry,
    Imported,
    Items,
    Kind,
    Makeup,
    Members,
    Names,
    Pairs,
    Wanted,
    is_fixed,
)

#: How many places, items of lists and dicts, and bytes of arrays are looked through at every call, at most.
PLACES, ITEMS, BYTES = 5_000, 5_000, 1 << 20


#: Objects of ours and NumPy's that hold what the user gave them.
OPEN = Options, np.vectorize


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
        self.literal, self.names = literal, Everything() if reflective or REFLECTIVE & literal else literal
        self.reflective, self.foreign = reflective, 0
        self.counted: list = []
        self.loose: list = []
        self.wanted, self.generators = [], []
        self.counts = Counting(literal, self.names)
        self.bindings, self.unseen, self.functions, self.tuples = Bindings(), [], [], []
        self.compares, self.items, self.bytes = False, 0, 0
        self.met: dict = {}
        for name, root in roots.items():
            self.walk(root, name)
        if self.bindings.entries:
            self.loose.append(self.bindings)

    def looked_up(self):
        """Return the names that the functions met look up."""
        return {name for f in self.functions for found in names_in(f.__code__)[:2] for name in found}

    def walk(self, x, path):
        """Note the places inside ``x``."""
        kind = type(x)
        if kind in PLAIN or isinstance(x, (np.generic, np.dtype, StandIn)) or id(x) in self.met:
            return
        self.met[id(x)] = x
        if len(self.wanted) + len(self.loose) > PLACES:
            raise TooMuch(f"reaches more than {PLACES} things, which it would have to look at before every call")
        if isinstance(x, (tuple, frozenset)):
            self.tuples.append(x)
            for i, item in enumerate(x):
                self.walk(item, f"{path}[{i}]")
        elif isinstance(x, (list, dict, set, collections.deque)):
            self.container(x, path)
        elif isinstance(x, Tensor):
            self.tensor(x, path)
        elif isinstance(x, np.ndarray) and not x.dtype.hasobject:
            self.array(x, path)
        elif kind in LOOKS or isinstance(x, np.ndarray):
            self.look(x, path)
        elif isinstance(x, GENERATORS):
            self.generator(x, path)
        elif isinstance(x, types.ModuleType):
            self.module(x, path)
        else:
            self.callable_or_object(x, path)
        if isinstance(x, (tuple, frozenset, list, dict, set, collections.deque)) and users(kind.__module__):
            self.object(x, path)

    def callable_or_object(self, x, path):
        if isinstance(x, type):
            self.kind(x, path)
        elif isinstance(x, types.FunctionType):
            self.function(x, path)
        elif isinstance(x, types.MethodType):
            self.walk(x.__self__, path.rpartition(".")[0] or path)
            self.walk(x.__func__, path)
        elif isinstance(x, (operator.attrgetter, operator.methodcaller)) or is_reflective(x):
            self.reflective = True
        elif isinstance(x, BOUND):
            self.walk(None if isinstance(x.__self__, types.ModuleType) else x.__self__, path.rpartition(".")[0] or path)
        elif isinstance(x, (staticmethod, classmethod)):
            self.walk(x.__func__, path)
        elif isinstance(x, property):
            for function in filter(None, (x.fget, x.fset)):
                self.walk(function, path)
        elif isinstance(x, partial):
            for i, item in enumerate((x.func, x.args, x.keywords)):
                self.walk(item, f"{path}.{('func', 'args', 'keywords')[i]}")
        elif isinstance(x, np.ufunc):
            if vars(np).get(x.__name__) is not x and any("O" in form for form in x.types):
                self.unseen.append(f"calls {path}, a ufunc made of Python code")
        elif is_stream(type(x)):
            self.unseen.append(f"takes from {path}, {an(type(x).__name__)}")
        else:
            self.object(x, path)

    def tensor(self, x, path):
        """Note whether gradients flow to a Tensor, its name if code asks for that, and what a class of its own adds."""
        self.wanted.append(Wanted(x, path))
        if "name" in self.literal:
            self.loose.append(Attribute(x, "name", f"{path}.name"))
        for hook in (x.watch or {}).values():
            self.walk(hook, f"a hook of {path}")
        if x.__class__ not in (Tensor, Parameter):
            self.object(x, path)

    def array(self, x, path):
        """Note what a plain array holds: Python may have looked at it when the function was traced."""
        self.loose.append(Content(x, path))
        if not is_fixed(x):
            self.bytes += x.nbytes
            if self.bytes > BYTES:
                raise TooMuch(
                    f"reaches {path}, {describe(x)}, a plain array that it would have to look through before every "
                    "call: make it read-only, .flags.writeable = False, make it a Tensor, or pass it as an argument"
                )

    def look(self, x, path):
        """Note what an object shows that is no container of the usual kinds, such as a ``bytearray``."""
        place = Look(x, path)
        self.loose.append(place)
        for item in place.inside():
            self.walk(item, path)

    def generator(self, x, path):
        """Note what a random generator will draw."""
        if isinstance(x, random.SystemRandom):
            self.unseen.append(f"draws from {path}, which has no state")
        else:
            self.generators.append(State(x, path))

    def container(self, x, path):
        """Note what a list, dict, set or deque holds."""
        counted = isinstance(x, (TrackedList, TrackedDict, TrackedSet))
        place: Any = Pairs if isinstance(x, dict) else Members if isinstance(x, set) else Items
        (self.counted if counted else self.loose).append(place(x, path))
        self.items += 0 if counted else len(x)
        if self.items > ITEMS:
            raise TooMuch(
                f"reaches {path}, {an(type(x).__name__)} of {len(x)}, which it would have to look through before every "
                "call: make it a tuple, keep it in a layer, or pass what is needed of it as an argument"
            )
        if isinstance(x, collections.defaultdict):
            place = Attribute(x, "default_factory", f"{path}.default_factory")
            self.loose.append(place)
            self.walk(place.value, place.path)
        for key, item in x.items() if isinstance(x, dict) else enumerate(x):
            self.compares = self.compares or isinstance(key, Tensor)  # found by what it is
            self.walk(key, path)
            self.walk(item, f"{path}[{key!r}]" if type(key) in (int, str) else path)

    def function(self, f, path):
        """Note what a function of the user's finds outside of itself: defaults, enclosing variables, globals."""
        if hasattr(f, "__wrapped__"):
            self.walk(f.__wrapped__, path)
        if not users(f.__module__) and owner_of_module(f.__module__) != "python":
            return
        for name, cell in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True):
            self.cell(cell, name)
        if not users(f.__globals__.get("__name__", "")):  # a wrapper of this library's that bears the user's name
            return
        self.functions.append(f)
        self.asks(f)
        self.loose.append(Definition(f, path))
        self.attributes(f, path, self.loose)
        for default in (*(f.__defaults__ or ()), *(f.__kwdefaults__ or {}).values()):
            self.walk(default, f"a default of {path}")
        names, _, imported = names_in(f.__code__)
        for name in names:
            self.entry(f.__globals__, name, name)
        for level, name in imported:
            self.imports(f, level, name)

    def asks(self, f):
        """Note what a function asks that no guard can follow."""
        if is_dunder(f.__name__) and f.__name__ not in ("__call__", "__getattr__", "__missing__"):
            return  # such as ``__eq__``, which asks for types and is hardly ever called
        self.unseen += [f"{phrase}, in {f.__name__}" for phrase in unseen(f)]
        self.compares = self.compares or compares(f.__code__)

    def imports(self, f, level, name):
        """Note the modules that a function imports when it runs, once they are there."""
        package = f.__globals__.get("__package__") or ""
        base = package.rsplit(".", level - 1)[0] if level else ""
        full = ".".join(filter(None, (base, name)))
        parts = full.split(".")
        for i in range(1, len(parts) + 1):
            found = ".".join(parts[:i])
            self.loose.append(Imported(found))
            if found in sys.modules:
                self.walk(sys.modules[found], found)

    def cell(self, cell, name):
        """Note an enclosing variable."""
        if id(cell) not in self.met:
            self.met[id(cell)] = cell
            place = Cell(cell, name)
            self.loose.append(place)
            self.walk(place.value, name)

    def entry(self, mapping, key, path):
        """Note the value of a global, of a builtin, or of an attribute of a module of the user's."""
        if (id(mapping), key) in self.met:
            return
        self.met[id(mapping), key] = mapping
        if key not in mapping:  # a builtin, or one that may be defined later
            self.bindings.add(mapping, key, path)
            if key in vars(builtins):
                self.bindings.add(vars(builtins), key, path)
            return
        value = mapping[key]
        if isinstance(value, (types.ModuleType, types.FunctionType, type, *BOUND)) and not users(module_of(value)):
            self.library(value, path)
            self.bindings.add(mapping, key, path)
        else:
            self.loose.append(Entry(mapping, key, path))
        self.walk(value, path)

    def library(self, value, path):
        """Note what a function uses of Python's, of NumPy's or of installed packages."""
        if phrase := phrase_of(value):
            self.unseen.append(f"{phrase}, {path}")
        if isinstance(value, type) and reads_clock(value, self.literal):
            self.unseen.append(f"reads a clock, {path}")
        if value is os.getenv:
            self.walk(os.environ, "os.environ")
        self.compares = self.compares or is_identity(value)
        self.reflective = self.reflective or is_reflective(value)
        if owner_of_module(module_of(value)) == "installed":
            self.reflective = True  # whatever it is given, it may look at

    def module(self, module, path):
        """Note what a module has under the names that code looks up anywhere."""
        own = vars(module)
        if users(module.__name__):
            absent = {"hasattr", "getattr", "AttributeError"} & self.literal
            wanted = {*own, *self.literal} if isinstance(self.names, Everything) else self.literal
            for name in [name for name in wanted if name in own or absent]:
                self.entry(own, name, f"{path}.{name}")
            self.walk(own.get("__getattr__"), f"{path}.__getattr__")
            return
        if module is sys and "modules" in self.literal:
            self.unseen.append("looks up modules in sys.modules")
        for name in [name for name in self.literal if name in own]:
            value = own[name]
            self.bindings.add(own, name, f"{path}.{name}")
            self.library(value, f"{path}.{name}")
            if isinstance(value, (types.ModuleType, list, dict, type(os.environ))) and value is not sys.modules:
                self.walk(value, f"{path}.{name}")

    def kind(self, cls, path, instance=False, whole=False):
        """Note what a class of the user's and its bases define.

        instance: whether an object of it was met, which does not mean that code makes one
        whole:    whether code of others, in a base of it, may call any of its methods
        """
        if users(type(cls).__module__):
            self.kind(type(cls), type(cls).__name__)
        makers = not instance or not {"__class__", "type"}.isdisjoint(self.literal)
        for base in cls.__mro__:
            if not users(base.__module__) or (id(base), makers, whole) in self.met:
                continue
            self.met[id(base), makers, whole] = base
            counts = self.counts.of(makers, callable(vars(base).get("__hash__")), whole)
            self.loose.append(Makeup(base, base.__name__, counts))
            for name, value in vars(base).items():
                if counts(name):
                    self.loose.append(ClassEntry(base, name, f"{base.__name__}.{name}"))
                    self.walk(value, f"{base.__name__}.{name}")

    def object(self, x, path):
        """Note the attributes of an object, and of its class."""
        cls = type(x)
        owner, whole = owner_of_module(cls.__module__), self.foreign > 0 or has_foreign_base(cls)
        if cls is CACHED:
            self.loose.append(Cache(x, path))
        if isinstance(x, BaseException):
            self.walk(x.args, f"{path}.args")
        if isinstance(x, Tracked):
            self.attributes(x, path, self.counted)
        elif owner == "python" and not own_names(x) and cls.__module__.lstrip("_") not in INERT:
            self.unseen.append(f"reaches {path}, {an(cls.__name__)}, whose changes nobody sees")
        elif cls.__module__ != "logging" and (
            owner != "ours" or hasattr(cls, "_uncounted") or isinstance(x, (Options, np.vectorize))
        ):
            self.foreign += owner != "user"
            self.attributes(x, path, self.loose, only=owner == "user" and not whole)
            self.foreign -= owner != "user"
        elif "__wrapped__" in getattr(x, "__dict__", ()):  # a compiled function
            self.walk(x.__wrapped__, path)
        if owner == "user":
            self.loose.append(Kind(x, f"the class of {path}"))
        self.kind(cls, cls.__name__, instance=True, whole=whole)

    def attributes(self, x, path, places, only=False):
        """Note the attributes of an object of its own; ``only`` those of names that code looks up."""
        hidden = getattr(type(x), "_uncounted", ())
        for name in own_names(x):
            if name not in hidden and (not only or self.counts(name)):
                place = Attribute(x, name, f"{path}.{name}")
                places.append(place)
                plain = isinstance(place.value, np.ndarray) and name not in self.names
                self.walk(None if plain else place.value, place.path)
        if hasattr(x, "__dict__"):
            places.append(Names(x, path, self.counts if only else None))
