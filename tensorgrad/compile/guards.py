"""Guards: what a program has frozen of the Python around it, found by walking all that the function can reach.

From a function's code come the names of the globals and of the enclosing variables it uses; from there the walk goes
through lists, dicts, objects, classes and other functions of the user's. What NumPy, the standard library and
installed packages keep inside is not looked at, nor are the attributes of this library but those that it tracks.
"""

import collections
import random
import sys
import types
from functools import lru_cache, partial

import numpy as np

from ..config import _settings
from ..core.tensor import StandIn, Tensor
from ..tracking import Tracked, TrackedDict, TrackedList, TrackedSet, newest
from .places import (
    PLAIN,
    Attribute,
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
    Seeds,
    State,
    Wanted,
)

PACKAGE = __package__.partition(".")[0]
#: Objects of these classes of the standard library are looked into: they hold what the user put there.
TRANSPARENT = {types.SimpleNamespace, partial}


class Guards:
    """The places that hold what a function uses, and what they held when this was made.

    counted: those whose changes are counted as they happen, so that one number tells of all of them
    wanted:  whether gradients flow to the Tensors; each costs 16 ns at every run
    loose:   all others; each costs a look at every run
    iterators: the paths of iterators: a program would not take from them, and what was taken cannot be put back
    """

    def __init__(self, roots):
        self.counted = [Pairs(_settings, "tensorgrad.config")]
        self.wanted, self.loose, self.generators = [], [], [Seeds(), *[State(g, path) for path, g in of_process()]]
        self.iterators: list[str] = []
        self.met: dict[int, object] = {}
        self.seen = newest[0]
        for name, root in roots.items():
            self.walk(root, name, True)
        self.met = {}  # what was met need not be kept alive, but for what the places hold

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
        elif isinstance(x, np.ndarray):
            self.loose.append(Content(x, path))
        elif isinstance(x, (np.random.Generator, np.random.RandomState, random.Random)):
            self.generators.append(State(x, path))
        elif hasattr(kind, "__next__") and not users(kind.__module__):
            self.iterators.append(path)
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
        for name in names:
            if name in f.__globals__:
                self.entry(f.__globals__, name, name, attributes)
            elif (id(f.__globals__), name) not in self.met:  # a builtin, or one that may be defined later
                self.met[id(f.__globals__), name] = f.__globals__
                self.loose.append(Entry(f.__globals__, name, name))
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
            if not ours(value):
                self.loose.append(Entry(mapping, key, path))
            self.walk(value, path)

    def module(self, module, path, attributes):
        """Note what a module of the user's has under the names that code looks up anywhere."""
        if users(module.__name__):
            for name in attributes:
                if name in vars(module):
                    self.entry(vars(module), name, f"{path}.{name}", attributes)

    def kind(self, cls, path):
        """Note what a class of the user's and its bases define."""
        for base in cls.__mro__:
            if users(base.__module__) and (base is cls or id(base) not in self.met):
                self.met[id(base)] = base
                self.loose.append(Makeup(base, base.__name__))
                for name, value in vars(base).items():
                    if name not in UNSEEN:
                        self.loose.append(ClassEntry(base, name, f"{base.__name__}.{name}"))
                        self.walk(value, f"{base.__name__}.{name}")

    def object(self, x, path):
        """Note the attributes of an object, and of its class."""
        if "__wrapped__" in getattr(x, "__dict__", ()):  # a compiled function, or one with a cache
            self.walk(x.__wrapped__, path)
        cls = type(x)
        tracks = isinstance(x, Tracked)
        hidden = getattr(cls, "_uncounted", None)
        if not (tracks or hidden is not None or cls in TRANSPARENT or users(cls.__module__)):
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


def ours(value):
    """Return whether a value is a function or a class of this library's, or of NumPy's: nobody changes those."""
    module = getattr(value, "__module__", None)
    return isinstance(value, (types.FunctionType, type)) and isinstance(module, str) and not users(module)


@lru_cache(4096)
def users(module):
    """Return whether a module is the user's own: none of Python's, of installed packages or of this library."""
    top = str(module).partition(".")[0]
    if top in (PACKAGE, "numpy", "builtins") or top in sys.stdlib_module_names - {"__main__"}:
        return False
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return "site-packages" not in file and "dist-packages" not in file


@lru_cache(4096)
def names_in(code):
    """Return the names of globals, of attributes and of modules in code, that of inner functions included."""
    from dis import get_instructions  # 5 ms of import, for those who compile

    found, attributes, imported = {}, {}, {}
    for instruction in get_instructions(code):
        name = instruction.opname
        if name in ("LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL"):
            found[instruction.argval] = None
        elif name in ("LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM", "STORE_ATTR"):
            attributes[instruction.argval] = None
        elif name == "IMPORT_NAME":
            imported[instruction.argval] = None
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            for mine, inner in zip((found, attributes, imported), names_in(constant), strict=True):
                mine.update(dict.fromkeys(inner))
    return tuple(found), tuple(attributes), tuple(imported)
