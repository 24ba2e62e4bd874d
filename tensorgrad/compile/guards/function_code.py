"""What a function's code tells: the names it looks up, whose it is, and what it asks that no guard can follow."""

import builtins
import copy
import dataclasses
import datetime
import decimal
import importlib
import operator
import re
import sys
import sysconfig
import threading
import time
from dis import get_instructions
from functools import lru_cache
from itertools import pairwise
from types import CodeType
from typing import Any

import numpy as np

PACKAGE = __package__.partition(".")[0]
GLOBALS = {"LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL", "DELETE_GLOBAL"}
ATTRIBUTES = {"LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM", "STORE_ATTR", "DELETE_ATTR", "LOAD_SUPER_ATTR"}
CLOCKS = (time.time, time.time_ns, time.monotonic, time.monotonic_ns, time.perf_counter, time.perf_counter_ns,
          time.process_time, time.localtime, time.gmtime, time.strftime)  # fmt: skip
#: What these give depends on more than on their arguments, and what that is cannot be seen.
UNSEEN: dict[Any, str] = {
    eval: "looks up what a text names, by eval()", exec: "runs a text, by exec()",
    globals: "looks up names in globals()", input: "asks by input()", __import__: "imports by __import__()",
    importlib.import_module: "imports by import_module()", threading.current_thread: "asks for the thread it runs in",
    **dict.fromkeys(CLOCKS, "reads a clock"),
    **dict.fromkeys((threading.get_ident, threading.active_count), "asks for the threads there are"),
    **dict.fromkeys((np.geterr, np.get_printoptions, decimal.getcontext), "asks for settings of its thread"),
}  # fmt: skip
#: What these give of an array differs from what they give of one that stands for it.
IDENTITY = {
    type: "compares type(x): use isinstance(x, ...)", id: "asks id(x): compare by a name of your own",
}  # fmt: skip
#: Names of what is an object's own, of which nothing stands for another.
OWN = {"self", "cls"}
#: Code with one of these names may look at any attribute.
REFLECTIVE = {"getattr", "setattr", "delattr", "hasattr", "vars", "__dict__", "attrgetter", "methodcaller", "asdict",
              "astuple", "fields", "replace", "copy", "deepcopy", "dumps", "__getattribute__", "__reduce__",
              "__reduce_ex__"}  # fmt: skip
LOOKERS = (getattr, setattr, delattr, hasattr, vars, copy.copy, copy.deepcopy, dataclasses.asdict, dataclasses.astuple,
           dataclasses.fields, dataclasses.replace)  # fmt: skip
STANDARD = tuple({sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib")})
#: Of ``co_flags``: what a call gives is a coroutine, a generator.
LATER = {0x20: "a generator", 0x80: "a coroutine", 0x200: "an asynchronous generator"}


@lru_cache(4096)
def is_user_module(module):
    """Return whether a module, told by its name, is the user's own: none of Python's, of installed packages or ours."""
    return owner_of_module(module) == "user"


@lru_cache(4096)
def owner_of_module(module):
    """Return whose a module is: ``"ours"`` (NumPy's too), ``"python"``, ``"installed"`` or ``"user"``."""
    name = str(module)
    if name.partition(".")[0] in (PACKAGE, "numpy"):
        return "ours"
    found = sys.modules.get(module)
    file = getattr(found, "__file__", None)
    if file is None:  # built in, or made by hand
        standard = name.partition(".")[0] in {*sys.stdlib_module_names, "builtins"} - {"__main__"}
        return "python" if standard else "user"
    if "site-packages" in file or "dist-packages" in file:
        return "installed"
    return "python" if file.startswith(STANDARD) else "user"


WORD = re.compile(r"[^\W\d]\w*")
#: Operations by which Python calls a method whose name does not stand in the code.
IMPLIED = {"FORMAT_VALUE": "format", "FORMAT_SIMPLE": "format", "CONVERT_VALUE": "format", "COMPARE_OP": "==",
           "CONTAINS_OP": "=="}  # fmt: skip


@lru_cache(4096)
def names_in(code):
    """Return the names of globals, of attributes, and ``(level, name)`` of imports in code and inner functions.

    Among those of attributes are texts that could be one, as in ``getattr(x, "rate")``, ``"format"`` where a text is
    made of something, and ``"=="``.
    """
    found: dict = {}
    attributes: dict = {}
    imported: dict = {}
    levels = [0, 0]
    for instruction in get_instructions(code):
        name = instruction.opname
        if name in GLOBALS:
            found[instruction.argval] = None
        elif name in ATTRIBUTES:
            attributes[instruction.argval] = None
        elif name == "IMPORT_NAME":
            imported[levels[-2] if isinstance(levels[-2], int) else 0, instruction.argval] = None
        elif name in IMPLIED or (name == "BINARY_OP" and instruction.argrepr.startswith("%")):
            attributes[IMPLIED.get(name, "format")] = None
        elif name in ("LOAD_CONST", "LOAD_SMALL_INT"):
            levels.append(instruction.argval)
            texts = instruction.argval if isinstance(instruction.argval, tuple) else (instruction.argval,)
            for text in [text for text in texts if isinstance(text, str)]:
                attributes.update(dict.fromkeys(WORD.findall(text) if "{" in text else [text] * text.isidentifier()))
    for inner in inner_code(code):
        for mine, others in zip((found, attributes, imported), names_in(inner), strict=True):
            mine.update(dict.fromkeys(others))
    return tuple(found), tuple(attributes), tuple(imported)


def inner_code(code):
    """Return the code of the functions defined inside."""
    return [part for part in code.co_consts if isinstance(part, CodeType)]


def unguardable_phrases(function):
    """Return what a function does that no guard can follow, a list of phrases.

    >>> unseen(lambda x: eval("K") * x)
    ['looks up what a text names, by eval()']
    >>> unseen(lambda x: type(x) is int), unseen(lambda self: type(self) is int), unseen(lambda x: type(x).__name__)
    (['compares type(x): use isinstance(x, ...)'], [], [])
    >>> unseen(lambda x: isinstance(x, type) or f"{type(x.a[0]).__name__}")
    []
    """
    code, space = function.__code__, function.__globals__
    found = [
        phrase
        for name in names_in(code)[0]
        if (phrase := unguardable_phrase(space.get(name, vars(builtins).get(name))))
    ]
    asked = [space.get(name, vars(builtins).get(name)) for name in identity_calls(code)]
    return found + [IDENTITY[value] for value in asked if value is type or value is id]


def reads_clock(value, names):
    """Return whether ``value`` is a class of dates, asked for the present one."""
    return value in (datetime.datetime, datetime.date) and not {"now", "today", "utcnow"}.isdisjoint(names)


def unguardable_phrase(value):
    """Return what a function does that calls ``value``, if no guard can follow that, else None."""
    return next((phrase for function, phrase in UNSEEN.items() if value is function), None)


def deferred_result_kind(function):
    """Return what kind of thing a call of the function gives that is no result: a generator, a coroutine; or None."""
    flags = function.__code__.co_flags
    return next((what for flag, what in LATER.items() if flags & flag), None)


@lru_cache(4096)
def compares_identity(code):
    """Return whether code compares two things by ``is``, other than with None and its like.

    >>> compares((lambda x, w: x is w).__code__), compares((lambda x: x is None or x is not True).__code__)
    (True, False)
    """
    steps, inner = pairwise(get_instructions(code)), inner_code(code)
    return any(b.opname == "IS_OP" and a.opname != "LOAD_CONST" for a, b in steps) or any(map(compares_identity, inner))


def is_reflective(value):
    """Return whether ``value`` looks up attributes by names that it is given, or all there are."""
    return any(value is function for function in LOOKERS)


def is_identity_operator(value):
    """Return whether ``value`` compares as ``is`` does."""
    return value is operator.is_ or value is operator.is_not


@lru_cache(4096)
def identity_calls(code):
    """Return the names, of those that are ``type`` or ``id`` by default, called on what is no object's own.

    What only names the class, ``type(x).__name__``, does not count, nor does ``isinstance(x, type)``.
    """
    is_method = "." in code.co_qualname.rpartition(">.")[2]
    own = {*OWN, *code.co_varnames[:1]} if is_method else OWN  # whatever it is called
    found = []
    steps = [step for step in get_instructions(code) if step.opname not in ("PRECALL", "CACHE", "PUSH_NULL")]
    for at, step in enumerate(steps[:-1]):
        called = step.opname == "LOAD_GLOBAL" and (step.arg or 0) & 1  # else it is no more than a value
        if not called or step.argval not in ("type", "id") or steps[at + 1].argval in own:
            continue
        call = next((i for i in range(at + 1, len(steps) - 1) if steps[i].opname == "CALL"), at)
        after = steps[call + 1]
        if after.opname != "LOAD_ATTR" or after.argval not in ("__name__", "__qualname__"):
            found.append(step.argval)
    return (*found, *[name for inner in inner_code(code) for name in identity_calls(inner)])
