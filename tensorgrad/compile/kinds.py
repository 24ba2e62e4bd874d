"""Kinds of things that a function may reach, and the names that matter of them."""

import random
import types
from functools import lru_cache

import numpy as np

from .function_code import owner_of_module, users

#: Objects of classes from these modules give something else each time, and what was taken cannot be put back.
STREAMS = {"io", "_io", "queue", "_queue", "socket", "multiprocessing", "sqlite3", "select", "mmap", "shelve", "csv",
           "_csv", "asyncio"}  # fmt: skip
#: Modules of Python's whose objects hold nothing that changes, if they have no attributes.
INERT = {"re", "sre", "datetime", "decimal", "fractions", "uuid", "pathlib", "thread", "threading", "types", "typing",
         "enum", "functools", "operator", "builtins", "zoneinfo", "abc", "inspect", "collections", "weakref", "logging",
         "string", "struct", "hashlib", "ipaddress"}  # fmt: skip
#: Names in a class that say nothing of what it does.
SILENT = {"__dict__", "__weakref__", "__doc__", "__module__", "__qualname__", "__annotations__", "__slots__",
          "__firstlineno__", "__static_attributes__", "_options", "_own", "_takes_training", "_abc_impl",
          "__dataclass_params__", "__dataclass_fields__", "__match_args__", "__signature__"}  # fmt: skip
#: Methods that this library calls, whoever else does.
CALLED = {"call", "build", "update_state", "result", "compute_output_shape", "forward"}
GENERATORS = np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random
BOUND = types.BuiltinMethodType, types.MethodWrapperType
CACHED = type(lru_cache(len))


class Everything:
    """The names of code that may look up any."""

    def __contains__(self, name):
        return True


class Counting:
    """``counting(name)``: whether a name in a class, or of an attribute, is one that code looks up, or Python does."""

    __slots__ = ("names",)

    def __init__(self, names):
        self.names = names

    def __call__(self, name):
        return name not in SILENT and (name in self.names or name in CALLED or is_dunder(name))


class TooMuch(Exception):
    """A function reaches more than can be watched; says what."""


def module_of(value):
    """Return the name of the module that a function, a class or a module belongs to."""
    if isinstance(value, types.ModuleType):
        return value.__name__
    return getattr(value, "__module__", None) or type(value).__module__


def is_dunder(name):
    return name.startswith("__") and name.endswith("__")


def is_stream(kind):
    """Return whether objects of a class, none of the user's, give something else each time."""
    if users(kind.__module__):
        return False
    return hasattr(kind, "__next__") or kind.__module__.partition(".")[0] in STREAMS


def an(noun):
    """Return a noun with its article.

    >>> an("iterator"), an("Queue")
    ('an iterator', 'a Queue')
    """
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def own_names(x):
    """Return the names of an object's own attributes, in its dict and in slots."""
    bases = [base for base in type(x).__mro__ if owner_of_module(base.__module__) != "python"]
    members = [
        name for base in bases for name, value in vars(base).items() if type(value) is types.MemberDescriptorType
    ]
    return [*getattr(x, "__dict__", ()), *members]
