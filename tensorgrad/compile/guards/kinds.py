"""Kinds of things that a function may reach, and which of their attributes matter."""

import abc
import collections
import random
import types
from enum import Enum
from functools import lru_cache
from typing import Generic, Protocol

import numpy as np

from .function_code import is_user_module, owner_of_module

#: Objects of classes from these modules give something else each time, and cannot be put back.
STREAMS = {"io", "_io", "queue", "_queue", "socket", "multiprocessing", "sqlite3", "select", "mmap", "shelve", "csv",
           "_csv", "asyncio"}  # fmt: skip
#: Modules of Python's whose objects hold nothing that changes, if they have no attributes.
INERT = {"re", "sre", "datetime", "decimal", "fractions", "uuid", "pathlib", "thread", "threading", "types", "typing",
         "enum", "functools", "operator", "builtins", "zoneinfo", "abc", "inspect", "collections", "weakref", "logging",
         "string", "struct", "hashlib", "ipaddress"}  # fmt: skip
#: Names in a class that do not change what it does.
SILENT = {"__dict__", "__weakref__", "__doc__", "__module__", "__qualname__", "__annotations__", "__slots__",
          "__firstlineno__", "__static_attributes__", "_options", "_own", "_takes_training", "_abc_impl",
          "__dataclass_params__", "__dataclass_fields__", "__match_args__", "__signature__"}  # fmt: skip
#: Methods that this library calls, whoever else does.
CALLED = {"call", "build", "update_state", "result", "compute_output_shape", "forward"}
GENERATORS = np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random
BOUND = types.BuiltinMethodType, types.MethodWrapperType
CACHED = type(lru_cache(len))


#: Methods that Python calls only where code has one of these names.
_ONLY_WITH = {
    ("__repr__", "__str__", "__format__"): {"format", "repr", "str", "print"},
    ("__eq__", "__ne__", "__hash__"): {"==", "index", "count", "remove", "set", "dict", "hash", "eq", "ne"},
    ("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__copy__", "__deepcopy__", "__replace__"):
        {"copy", "deepcopy", "replace", "dumps"},
    ("__init_subclass__", "__set_name__", "__del__", "__dir__", "__sizeof__"): set(),
}  # fmt: skip
ONLY_WITH = {method: names for methods, names in _ONLY_WITH.items() for method in methods}
#: Methods that Python calls where an object of the class is made.
MAKERS = {"__init__", "__new__", "__post_init__"}


class NameFilter:
    """``counts(name)``: whether code, or Python itself, looks up an attribute of this name.

    literal: the names that stand in code
    names:   the names that code may look up: the same, or AllNames
    makers:  whether objects of the class may be made
    hashed:  whether objects of the class may be keys
    """

    __slots__ = ("hashed", "literal", "makers", "names")

    def __init__(self, literal, names, makers=True, hashed=False):
        self.literal, self.names, self.makers, self.hashed = literal, names, makers, hashed

    def __call__(self, name):
        if name in SILENT:
            return False
        if name in ("__eq__", "__hash__") and self.hashed:
            return True
        if name in ONLY_WITH and not isinstance(self.names, AllNames):
            return not ONLY_WITH[name].isdisjoint(self.literal)
        if name in MAKERS and not self.makers:
            return False
        return name in self.names or name in CALLED or is_dunder(name)

    def for_class(self, makers, hashed, whole=False):
        """Return a filter for the attributes of a class; if ``whole``, all names count."""
        return NameFilter(self.literal, AllNames() if whole else self.names, makers, hashed)


class AllNames:
    """A set that contains every name: for code that may look up any."""

    def __contains__(self, name):
        return True


#: Bases of Python's whose code looks up no attributes of a subclass.
PLAIN_BASES = (object, list, dict, set, frozenset, tuple, BaseException, type, abc.ABC, Generic, collections.deque,
               collections.OrderedDict, collections.defaultdict, collections.Counter)  # fmt: skip


def has_foreign_base(cls):
    """Return whether a class of the user's has a base of Python's, or of an installed package, with code of its own."""
    bases = [base for base in cls.__mro__ if owner_of_module(base.__module__) in ("python", "installed")]
    return any(base not in PLAIN_BASES and not issubclass(base, (BaseException, Enum, Protocol)) for base in bases)


class WatchLimitError(Exception):
    """A function reaches more than guards can watch; the message says what."""


def module_of(value):
    """Return the name of the module that a function, a class or a module belongs to."""
    if isinstance(value, types.ModuleType):
        return value.__name__
    return getattr(value, "__module__", None) or type(value).__module__


def is_dunder(name):
    return name.startswith("__") and name.endswith("__")


def is_stream(kind):
    """Return whether objects of a class that is not the user's give something else each time, as an iterator does."""
    if is_user_module(kind.__module__):
        return False
    return hasattr(kind, "__next__") or kind.__module__.partition(".")[0] in STREAMS


def with_article(noun):
    """Return a noun with its article.

    >>> with_article("iterator"), with_article("Queue")
    ('an iterator', 'a Queue')
    """
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def attribute_names(x):
    """Return the names of an object's own attributes, in its dict and in slots."""
    bases = [base for base in type(x).__mro__ if owner_of_module(base.__module__) != "python"]
    members = [
        name for base in bases for name, value in vars(base).items() if type(value) is types.MemberDescriptorType
    ]
    return [*getattr(x, "__dict__", ()), *members]
