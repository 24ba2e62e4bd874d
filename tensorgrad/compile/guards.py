"""Guards: what a program has frozen of the Python around it, found by walking all that the function can reach.

From a function's code come the names of the globals and of the enclosing variables it uses; from there the walk goes
through lists, dicts, objects, classes and other functions of the user's. What NumPy, the standard library and
installed packages keep inside is not looked at, nor are the attributes of this library but those that it tracks.
"""

import builtins
import collections
import os
import random
import sys
import threading
import types
import weakref
from functools import lru_cache, partial

import numpy as np

from ..config import _settings
from ..core.tensor import StandIn, Tensor
from ..tracking import Tracked, TrackedDict, TrackedList, TrackedSet, newest
from .code import compares, names_in, ours, unseen, users
from .generators import Seeds, State
from .looks import LOOKS, Cache, Look
from .places import (
    PLAIN,
    Attribute,
    Bindings,
    Cell,
    ClassEntry,
    Content,
    Definition,
    Entry,
    Items,
    Kind,
    Makeup,
    Members,
    Names,
    Pairs,
    Wanted,
)

#: Objects of these classes of the standard library are looked into: they hold what the user put there.
TRANSPARENT = {types.SimpleNamespace, partial, threading.local, collections.UserDict, collections.UserList,
               collections.UserString, collections.ChainMap, weakref.WeakKeyDictionary, weakref.WeakValueDictionary,
               weakref.WeakSet, type(os.environ)}  # fmt: skip
#: Objects of classes from these modules give something else each time, and what was taken cannot be put back.
STREAMS = {"io", "_io", "queue", "_queue", "socket", "multiprocessing", "sqlite3", "select", "mmap", "shelve", "csv",
           "_csv", "asyncio"}  # fmt: skip
#: A function that reaches more than this is not watched.
MOST = 20_000


class Guards:
    """The places that hold what a function uses, and what they held when this was made.

    counted: those whose changes are counted as they happen, so that one number tells of all of them
    wanted:  whether gradients flow to the Tensors; each costs 16 ns at every run
    loose:   all others; each costs a look at every run
    bindings: names that code looks up and that nobody is expected to bind anew: functions of this library, of NumPy
    compares: whether the function asks of two things whether they are one, ``x is w``
    unseen:   what the function does that no guard can follow: it takes from an iterator, or calls ``eval``
    """

    def __init__(self, roots):
        self.counted = [Pairs(_settings, "tensorgrad.config")]
        self.wanted, self.loose, self.generators = [], [], [Seeds(), *[State(g, path) for path, g in of_process()]]
        self.bindings = Bindings()
        self.unseen: list[str] = []
        self.functions: list[types.FunctionType] = []
        self.methods: dict[int, str] = {}
        self.met: dict[int, object] = {}
        self.seen = newest[0]
        for name, root in roots.items():
            self.walk(root, name, True)
        if self.bindings.entries:
            self.loose.append(self.bindings)
        called = [f for f in self.functions if id(f) not in self.methods]
        running = may_run(called, self.functions)
        self.unseen += [f"{phrase}, in {f.__name__}" for f in running for phrase in unseen(f)]
        self.compares = any(compares(f.__code__) for f in running)
        reached = len(self.wanted) + len(self.loose)
        if reached > MOST:
            self.unseen.append(f"reaches {reached} things, too many to watch")
        self.met, self.functions = {}, []  # what was met need not be kept alive, but for what the places hold

    def hold(self):
        """Return whether all is as it was: one comparison, and one for each place where changes are not counted."""
        now = newest[0]
        if now != self.seen:
            for place in self.counted:
                if not place.holds():
                    return False
            self.seen = now
        for place in self.wanted:
            if place.tensor.requires_grad is not place.wanted:  # its holds(), without a call
                return False
        for place in self.loose:  # noqa: SIM110  (a generator costs 0.3 µs more)
            if not place.holds():
                return False
        return True

    def watch(self):
        """Note what generators will draw next: a trace is about to begin, and others have drawn since the last."""
        for place in self.generators:
            place.state = place.found()

    def changed(self, drawn=()):
        """Return the paths of all that is no longer as it was; ``drawn`` are generators that may have moved on."""
        generators = [state for state in self.generators if id(state.generator) not in drawn]
        places = [*self.counted, *self.wanted, *self.loose, *generators]
        return [place.path for place in places if not place.holds()]

    def containers(self):
        """Return the lists, dicts and sets that were met."""
        places = [place for place in (*self.counted, *self.loose) if isinstance(place, (Items, Pairs, Members))]
        return [place.whole for place in places]

    def arrays(self):
        """Return the plain arrays that were met."""
        return [place.array for place in self.loose if isinstance(place, Content)]

    def tensors(self):
        """Return the Tensors that were met."""
        return [place.tensor for place in self.wanted]

    def restore(self):
        """Put back what has changed."""
        for place in (*self.counted, *self.wanted, *self.loose, *self.generators):
            if not place.holds():
                place.restore()

    def walk(self, x, path, root=False):
        """Note the places inside ``x``; objects that are a ``root`` are not kept alive."""
        kind = type(x)
        if kind in PLAIN or isinstance(x, (np.generic, np.dtype, np.ufunc, StandIn)) or id(x) in self.met:
            return
        self.met[id(x)] = x
        if kind in (tuple, frozenset):
            for i, item in enumerate(x):
                self.walk(item, f"{path}[{i}]")
        elif isinstance(x, (list, dict, set, collections.deque)):
            self.container(x, path)
        elif isinstance(x, Tensor):
            self.wanted.append(Wanted(x, path))
        elif isinstance(x, np.ndarray) and not x.dtype.hasobject:
            self.loose.append(Content(x, path))
        elif kind in LOOKS or isinstance(x, np.ndarray):
            self.look(x, path)
        elif isinstance(x, GENERATORS):
            self.generator(x, path)
        elif is_stream(kind):
            self.unseen.append(f"takes from {path}, {an(kind.__name__)}")
        elif isinstance(x, type):
            self.kind(x, path)
        elif isinstance(x, types.ModuleType):
            pass  # its attributes are looked at where code names them
        else:
            self.function_or_object(x, path)

    def function_or_object(self, x, path):
        if isinstance(x, types.FunctionType):
            self.function(x, path)
        elif isinstance(x, types.MethodType):
            self.walk(x.__self__, path.rpartition(".")[0] or path, True)
            self.walk(x.__func__, path)
        elif isinstance(x, (staticmethod, classmethod)):
            self.walk(x.__func__, path)
        elif isinstance(x, property):
            for function in filter(None, (x.fget, x.fset)):
                self.walk(function, path)
        elif isinstance(x, partial):
            for i, item in enumerate((x.func, x.args, x.keywords)):
                self.walk(item, f"{path}.{('func', 'args', 'keywords')[i]}")
        else:
            self.object(x, path)

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
        place = Pairs if isinstance(x, dict) else Members if isinstance(x, set) else Items
        (self.counted if counted else self.loose).append(place(x, path))
        for key, item in x.items() if isinstance(x, dict) else enumerate(x):
            self.walk(item, f"{path}[{key!r}]" if type(key) in (int, str) else path)

    def function(self, f, path):
        """Note what a function of the user's finds outside of itself: defaults, enclosing variables, globals."""
        if hasattr(f, "__wrapped__"):
            self.walk(f.__wrapped__, path)
        if not users(f.__module__):
            return
        if users(f.__globals__.get("__name__", "")):  # and no wrapper of this library's that bears the user's name
            self.functions.append(f)
        self.loose.append(Definition(f, path))
        self.loose.append(Names(f, path))
        for name in vars(f):
            place = Attribute(f, name, f"{path}.{name}")
            self.loose.append(place)
            self.walk(place.value, place.path)
        for default in (*(f.__defaults__ or ()), *(f.__kwdefaults__ or {}).values()):
            self.walk(default, f"a default of {path}")
        for name, cell in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True):
            self.cell(cell, name)
        names, attributes, imported = names_in(f.__code__)
        attributes = (*attributes, *[name for name in names if name == "getattr"])
        for name in names:
            if name in f.__globals__:
                self.entry(f.__globals__, name, name, attributes)
            elif (id(f.__globals__), name) not in self.met:  # a builtin, or one that may be defined later
                self.met[id(f.__globals__), name] = f.__globals__
                self.bindings.add(f.__globals__, name, name)
                self.bindings.add(vars(builtins), name, name)
        for name in imported:
            if name in sys.modules:
                self.module(sys.modules[name], name, attributes)

    def cell(self, cell, name):
        """Note an enclosing variable."""
        if id(cell) not in self.met:
            self.met[id(cell)] = cell
            place = Cell(cell, name)
            self.loose.append(place)
            self.walk(place.value, name)

    def entry(self, mapping, key, path, attributes):
        """Note the value of a global, or of an attribute of a module."""
        if (id(mapping), key) in self.met:
            return
        self.met[id(mapping), key] = mapping
        value = mapping[key]
        if isinstance(value, types.ModuleType):
            self.module(value, path, attributes)
        else:
            if ours(value):
                self.bindings.add(mapping, key, path)
            else:
                self.loose.append(Entry(mapping, key, path))
            self.walk(value, path)

    def module(self, module, path, attributes):
        """Note what a module has under the names that code looks up anywhere."""
        if users(module.__name__):
            for name in vars(module) if "getattr" in attributes else attributes:
                if name in vars(module):
                    self.entry(vars(module), name, f"{path}.{name}", attributes)
        elif id(module) not in self.met:
            self.met[id(module)] = module
            for name in attributes:
                value = vars(module).get(name)
                if isinstance(value, types.ModuleType):
                    self.module(value, f"{path}.{name}", attributes)
                elif value is not None:
                    self.bindings.add(vars(module), name, f"{path}.{name}")
            if module is os and {"environ", "getenv"}.intersection(attributes):
                self.walk(os.environ, "os.environ")

    def kind(self, cls, path):
        """Note what a class of the user's and its bases define."""
        if users(type(cls).__module__):
            self.kind(type(cls), type(cls).__name__)
        for base in cls.__mro__:
            if users(base.__module__) and (base is cls or id(base) not in self.met):
                self.met[id(base)] = base
                self.loose.append(Makeup(base, base.__name__))
                for name, value in vars(base).items():
                    if name not in UNSEEN:
                        self.loose.append(ClassEntry(base, name, f"{base.__name__}.{name}"))
                        self.methods[id(getattr(value, "__func__", value))] = name
                        self.walk(value, f"{base.__name__}.{name}")

    def object(self, x, path):
        """Note the attributes of an object, and of its class."""
        if "__wrapped__" in getattr(x, "__dict__", ()):  # a compiled function, or one with a cache
            self.walk(x.__wrapped__, path)
        if type(x) is CACHED:
            self.loose.append(Cache(x, path))
        cls = type(x)
        tracks = isinstance(x, Tracked)
        hidden = getattr(cls, "_uncounted", None)
        if not (tracks or hidden is not None or cls in TRANSPARENT or holds_users(cls)):
            return
        places = self.counted if tracks else self.loose
        for name in own_names(x):
            if name not in (hidden or ()):
                place = Attribute(x, name, f"{path}.{name}")
                places.append(place)
                self.walk(place.value, place.path)
        if hasattr(x, "__dict__"):
            places.append(Names(x, path))
        if users(cls.__module__):
            self.loose.append(Kind(x, f"the class of {path}"))
        self.walk(cls, cls.__name__)


def may_run(called, functions):
    """Return those of ``functions`` that may run: the ``called``, and methods of a name that one of them looks up."""
    reached, names, new = [], {"call", "__call__", "build", "update_state", "result"}, list(called)
    while new:
        reached += new
        names.update(name for f in new for found in names_in(f.__code__) for name in found)
        new = [f for f in functions if f.__name__ in names and all(f is not g for g in reached)]
    return reached


CACHED = type(lru_cache(len))
GENERATORS = np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random


def is_stream(kind):
    """Return whether objects of a class, none of the user's, give something else each time."""
    if users(kind.__module__):
        return False
    return hasattr(kind, "__next__") or kind.__module__.partition(".")[0] in STREAMS


def holds_users(cls):
    """Return whether objects of a class may hold what is the user's: their own, and those of installed packages."""
    return cls.__module__.partition(".")[0] not in {*sys.stdlib_module_names, "tensorgrad", "numpy"} or users(
        cls.__module__
    )


def an(noun):
    """Return a noun with its article.

    >>> an("iterator"), an("Queue")
    ('an iterator', 'a Queue')
    """
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def of_process():
    """Yield the random generators that the whole process shares, each after what people call it."""
    yield "random", random.random.__self__
    if "numpy.random" in sys.modules:  # or nothing has drawn from it
        yield "np.random", np.random.random.__self__


def own_names(x):
    """Return the names of an object's own attributes, in its dict and in slots."""
    slots = [name for base in type(x).__mro__ for name in vars(base).get("__slots__", ()) if not name.startswith("__")]
    return [*getattr(x, "__dict__", ()), *slots]


#: Names in a class that say nothing of what it does.
UNSEEN = {"__dict__", "__weakref__", "__doc__", "__module__", "__qualname__", "__annotations__", "__slots__",
          "__firstlineno__", "__static_attributes__", "_options", "_own", "_takes_training", "_abc_impl",
          "__dataclass_params__", "__dataclass_fields__", "__match_args__", "__signature__"}  # fmt: skip
