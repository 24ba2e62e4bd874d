"""Watched places: each remembers the value that was in a place, such as an attribute, when a program froze it.

``holds()`` says whether the value is still there, ``restore()`` puts it back, and ``path`` names the place for people:
``"cfg.rate"``.
"""

import struct
import sys
from operator import is_
from weakref import ref

import numpy as np

MISSING = type("Missing", (), {"__repr__": lambda self: "nothing"})()
#: Immutable types that compare by value.
PLAIN = {int, float, complex, bool, str, bytes, type(None), type(Ellipsis), range, slice}


def is_same(a, b):
    """Return whether ``a`` and ``b`` are one object or equal in value and type: 1, 1.0 and True differ, 0.0 and -0.0.

    >>> is_same(2, 2), is_same(2, 2.0), is_same(0.0, -0.0)
    (True, False, False)
    >>> is_same(float("nan"), float("nan")), is_same((1, "a"), (1, "a"))
    (True, True)
    """
    if a is b:
        return True
    kind = type(a)
    if kind is not type(b):
        return False
    if kind is float:
        return struct.pack("d", a) == struct.pack("d", b)
    if kind is complex:
        return is_same(a.real, b.real) and is_same(a.imag, b.imag)
    if kind is tuple:
        return len(a) == len(b) and all(map(is_same, a, b))
    if kind is frozenset:
        return {(type(x), x) for x in a} == {(type(x), x) for x in b}
    if isinstance(a, np.generic):
        return a.dtype == b.dtype and a.tobytes() == b.tobytes()
    return (kind in PLAIN or isinstance(a, np.dtype)) and a == b


class DictEntry:
    """The value of a key in a dict: a global, an attribute, an item."""

    __slots__ = ("key", "mapping", "path", "value")

    def __init__(self, mapping, key, path):
        self.mapping, self.key, self.path = mapping, key, path
        self.value = mapping.get(key, MISSING)

    def holds(self):
        found = self.mapping.get(self.key, MISSING)
        return found is self.value or is_same(found, self.value)

    def restore(self):
        if self.value is MISSING:
            self.mapping.pop(self.key, None)
        else:
            self.mapping[self.key] = self.value


class Bindings:
    """The values of many names that hardly ever change: compared by identity, at 40 ns each."""

    __slots__ = ("entries", "paths")

    def __init__(self):
        self.entries, self.paths = [], []

    def add(self, mapping, key, path):
        """Add one more name."""
        self.entries.append((mapping, key, mapping.get(key, MISSING)))
        self.paths.append(path)

    def holds(self):
        for mapping, key, value in self.entries:  # noqa: SIM110  (a generator costs more)
            if mapping.get(key, MISSING) is not value:
                return False
        return True

    @property
    def path(self):
        """The path of the first name that has another value now."""
        pairs = zip(self.paths, self.entries, strict=True)
        return next((path for path, (m, key, value) in pairs if m.get(key, MISSING) is not value), "")

    def restore(self):
        for mapping, key, value in self.entries:
            if value is MISSING:
                mapping.pop(key, None)
            elif mapping.get(key, MISSING) is not value:
                mapping[key] = value


class ImportedModule:
    """Whether a module has been imported."""

    __slots__ = ("known", "path")

    def __init__(self, name):
        self.path, self.known = name, sys.modules.get(name)

    def holds(self):
        return sys.modules.get(self.path) is self.known

    def restore(self):
        pass  # the module may stay imported


class ClassEntry(DictEntry):
    """An attribute of a class."""

    __slots__ = ("owner",)

    def __init__(self, owner, key, path):
        self.owner = owner
        super().__init__(vars(owner), key, path)

    def restore(self):
        if self.value is MISSING:
            delattr(self.owner, self.key)
        else:
            setattr(self.owner, self.key, self.value)


class Attribute:
    """An attribute in an object's dict or in a slot; the object is not kept alive."""

    __slots__ = ("key", "owner", "path", "value")

    def __init__(self, owner, key, path):
        self.owner, self.key, self.path = weak_reference(owner), key, path
        self.value = own_attribute(owner, key)

    def holds(self):
        owner = self.owner()
        found = MISSING if owner is None else own_attribute(owner, self.key)
        return found is self.value or is_same(found, self.value)

    def restore(self):
        owner = self.owner()
        if self.value is MISSING:
            object.__delattr__(owner, self.key)
        else:
            object.__setattr__(owner, self.key, self.value)


def weak_reference(owner):
    """Return a function that returns ``owner``: a weak reference where the class allows one."""
    try:
        return ref(owner)
    except TypeError:
        return lambda: owner


def own_attribute(owner, key):
    """Return an attribute from an object's dict, else from its slots, else MISSING."""
    own = getattr(owner, "__dict__", None)
    if own is not None and key in own:
        return own[key]
    slot = getattr(type(owner), key, None)
    if hasattr(slot, "__set__") and not isinstance(slot, property):  # the descriptor of a slot
        return getattr(owner, key, MISSING)
    return MISSING


class AttributeNames:
    """The names of the attributes in an object's dict, of those that ``counts`` accepts."""

    __slots__ = ("counts", "names", "owner", "path")

    def __init__(self, owner, path, counts=None):
        self.owner, self.path, self.counts = weak_reference(owner), path, counts
        self.names = self.current_names(owner)

    def current_names(self, owner):
        """Return the names that the object has now."""
        names = vars(owner).keys() - getattr(type(owner), "_uncounted", frozenset())
        return names if self.counts is None else set(filter(self.counts, names))

    def holds(self):
        owner = self.owner()
        return owner is not None and self.current_names(owner) == self.names

    def restore(self):
        owner = self.owner()
        for name in self.current_names(owner) - self.names:
            object.__delattr__(owner, name)


class ClassStructure:
    """The bases of a class of the user's, and the names that it defines, of those that ``counts`` accepts."""

    __slots__ = ("bases", "cls", "counts", "names", "path")

    def __init__(self, cls, path, counts):
        self.cls, self.path, self.counts = cls, path, counts
        self.bases, self.names = cls.__bases__, self.current_names()

    def current_names(self):
        """Return the names that the class defines now."""
        return {name for name in vars(self.cls) if name not in BOOKKEEPING and self.counts(name)}

    def holds(self):
        return self.cls.__bases__ == self.bases and self.current_names() == self.names

    def restore(self):
        for name in self.current_names() - self.names:
            delattr(self.cls, name)


#: Names that Python itself adds to a class while it is used.
BOOKKEEPING = {"__dict__", "__weakref__", "__annotations__", "__abstractmethods__", "_abc_impl", "__doc__"}


class ObjectClass:
    """The class of an object."""

    __slots__ = ("cls", "owner", "path")

    def __init__(self, owner, path):
        self.owner, self.path, self.cls = weak_reference(owner), path, type(owner)

    def holds(self):
        owner = self.owner()
        return owner is not None and type(owner) is self.cls

    def restore(self):
        object.__setattr__(self.owner(), "__class__", self.cls)


class ClosureCell:
    """The value of a variable of an enclosing function."""

    __slots__ = ("cell", "path", "value")

    def __init__(self, cell, path):
        self.cell, self.path = cell, path
        self.value = self.current_value()

    def current_value(self):
        try:
            return self.cell.cell_contents
        except ValueError:  # not assigned yet
            return MISSING

    def holds(self):
        found = self.current_value()
        return found is self.value or is_same(found, self.value)

    def restore(self):
        if self.value is MISSING:
            del self.cell.cell_contents
        else:
            self.cell.cell_contents = self.value


class FunctionDefinition:
    """The code of a function and the defaults of its arguments, which can be replaced."""

    __slots__ = ("definition", "function", "path")

    def __init__(self, function, path):
        self.function, self.path = function, path
        self.definition = function.__code__, function.__defaults__, dict(function.__kwdefaults__ or {})

    def holds(self):
        code, defaults, named = self.definition
        f = self.function
        if f.__code__ is not code or not is_same(f.__defaults__, defaults):
            return False
        return (not named and f.__kwdefaults__ is None) or are_items_same(f.__kwdefaults__ or {}, named)

    def restore(self):
        f = self.function
        f.__code__, f.__defaults__, named = self.definition
        f.__kwdefaults__ = named or None


def are_items_same(a, b):
    """Return whether two dicts have the same values under the same keys."""
    return a.keys() == b.keys() and all(is_same(a[key], b[key]) for key in a)


class ListItems:
    """The items of a list or a deque, in order."""

    __slots__ = ("items", "path", "whole")

    def __init__(self, whole, path):
        self.whole, self.path, self.items = whole, path, list(whole)

    def holds(self):
        whole, items = self.whole, self.items
        return len(whole) == len(items) and (all(map(is_, whole, items)) or all(map(is_same, whole, items)))

    def restore(self):
        if not self.holds():
            self.whole.clear()
            self.whole.extend(self.items)


class DictItems:
    """The items of a dict, in order."""

    __slots__ = ("keys", "path", "values", "whole")

    def __init__(self, whole, path):
        self.whole, self.path = whole, path
        self.keys, self.values = list(whole), list(whole.values())

    def holds(self):
        whole, keys, values = self.whole, self.keys, self.values
        if len(whole) != len(keys):
            return False
        if all(map(is_, whole, keys)) and all(map(is_, whole.values(), values)):
            return True
        return all(map(is_same, whole, keys)) and all(map(is_same, whole.values(), values))

    def restore(self):
        if not self.holds():
            self.whole.clear()
            self.whole.update(zip(self.keys, self.values, strict=True))


class SetItems:
    """The members of a set."""

    __slots__ = ("ids", "members", "path", "whole")

    def __init__(self, whole, path):
        self.whole, self.path, self.members = whole, path, frozenset(whole)
        self.ids = set(map(id, self.members))

    def holds(self):
        whole = self.whole
        if len(whole) != len(self.members):
            return False
        return all(map(self.ids.__contains__, map(id, whole))) or is_same(frozenset(whole), self.members)

    def restore(self):
        if not self.holds():
            self.whole.clear()
            self.whole.update(self.members)


class ArrayContent:
    """What an array holds: Python may have read it when the function was traced. Read-only memory never changes."""

    __slots__ = ("array", "bytes", "form", "path")

    def __init__(self, array, path):
        self.array, self.path = array, path
        self.form, self.bytes = (array.shape, array.dtype), None if is_read_only(array) else array.tobytes()

    def holds(self):
        array = self.array
        if (array.shape, array.dtype) != self.form:
            return False
        return not array.flags.writeable if self.bytes is None else array.tobytes() == self.bytes

    def restore(self):
        shape, dtype = self.form
        if not self.holds() and self.bytes is not None:
            self.array[...] = np.frombuffer(self.bytes, dtype).reshape(shape)


def is_read_only(array):
    """Return whether nothing can write into the memory of an array: it and all its bases are read-only."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return False
        array = array.base
    return array is None or isinstance(array, bytes)


class RequiresGrad:
    """Whether gradients flow to a Tensor."""

    __slots__ = ("path", "tensor", "wanted")

    def __init__(self, tensor, path):
        self.tensor, self.path, self.wanted = tensor, path, tensor.requires_grad

    def holds(self):
        return self.tensor.requires_grad is self.wanted

    def restore(self):
        self.tensor.requires_grad = self.wanted
