"""Names in a program's source: short ones in source that is executed, readable ones in source for people.

Executed source consists of our own words and of letters with numbers: it holds no string from outside. Readable names
are names of Tensors and arguments, reduced to ASCII letters, digits and underscores.
"""

import builtins
import keyword
import re

import numpy as np

from .program import Value

LETTERS = {"result": "v", "constant": "c", "captured": "a", "input": "x"}
#: Words that readable source uses itself, or that would mislead a reader.
TAKEN = {"np", "run", "in_blocks", "i", "j", "Path", "arrays", *keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
#: A longer name is cut.
LONGEST = 40


class ShortNames:
    """Names made of a letter and a number. ``kept``: ``{name: object}`` of objects that source cannot write down."""

    def __init__(self):
        self.values: dict[Value, str] = {}
        self.taken: set[str] = set()
        self.kept: dict[str, object] = {}
        self.ids: dict[int, str] = {}

    def value_name(self, v):
        """Return the name of a Value."""
        name = self.values.get(v)
        if name is None:
            name = self.values[v] = self.unique_name(self.preferred_name(v))
        return name

    def preferred_name(self, v):
        """Return the name that a Value gets if it is free."""
        return f"{LETTERS[v.kind]}{v.number}"

    def unique_name(self, wanted):
        """Return ``wanted``, with a number added if it is taken."""
        name, i = wanted, 1
        while name in self.taken:
            name, i = f"{wanted}_{i}", i + 1
        self.taken.add(name)
        return name

    def keep(self, thing, stem=""):
        """Keep an object; return its name."""
        name = self.ids.get(id(thing))
        if name is None:
            name = self.ids[id(thing)] = self.new_name(thing, stem)
            self.kept[name] = thing
        return name

    def new_name(self, thing, stem):
        return f"k{len(self.kept)}"

    def function_name(self, f):
        """Return the name of a function."""
        return self.keep(f)

    def literal(self, x):
        """Return the source of a constant, or a name for it."""
        if x is None or x is Ellipsis or type(x) is bool:
            return "..." if x is Ellipsis else repr(x)
        short = (type(x) is int and abs(x) < 1 << 63) or (type(x) is float and x - x == 0)
        return repr(x) if short else self.keep(x, "k")

    def keyword_text(self, key, shown):
        """Return a keyword argument as it is written in a call."""
        return f"{key}={shown}" if key in OWN else f"**{{{self.keep(key)}: {shown}}}"

    def unused_name(self, stem):
        """Return a name for a function that the source defines."""
        name = f"{stem}{len(self.kept)}"
        self.kept[name] = None
        return name


#: The keywords that source may contain; any other is held in an object: ``**{k0: value}``.
OWN = {
    "out", "where", "axis", "dtype", "keepdims", "casting", "order", "initial", "copy", "ddof", "kind", "stable",
    "mode", "axes", "decimals", "optimize", "rowvar", "like", "shape", "subok", "equal_nan", "rtol", "atol", "offset",
    "axis1", "axis2", "k", "nan", "posinf", "neginf", "prepend", "append", "wrap", "full_matrices", "compute_uv",
    "UPLO", "ord",
}  # fmt: skip


class ReadableNames(ShortNames):
    """Names that say what they mean, as far as ASCII allows."""

    def __init__(self):
        super().__init__()
        self.taken = set(TAKEN)

    def preferred_name(self, v):
        stem = identifier(v.name) if v.kind in ("input", "captured") else ""
        return stem or super().preferred_name(v)

    def new_name(self, thing, stem):
        return self.unique_name(identifier(stem) or "k")

    def unused_name(self, stem):
        return self.unique_name(stem)

    def function_name(self, f):
        owner = getattr(f, "__self__", None)
        if isinstance(owner, np.ufunc):
            return f"{self.function_name(owner)}.{f.__name__}"
        name = str(getattr(f, "__name__", ""))
        module = "numpy" if isinstance(f, np.ufunc) else str(getattr(f, "__module__", None) or "")
        path, found = ["np", *module.split(".")[1:], name], np if module.partition(".")[0] == "numpy" else None
        for part in path[1:]:
            found = getattr(found, part, None)
        clear = found is f and all(identifier(part) == part for part in path)
        return ".".join(path) if clear else self.keep(f, name)

    def literal(self, x):
        if isinstance(x, np.dtype) and x.names is None and x.isbuiltin == 1:
            return repr(x.name)  # such a dtype is native
        name = getattr(x, "__name__", "")
        if isinstance(x, type) and issubclass(x, np.generic) and getattr(np, name, None) is x:
            return f"np.{name}"
        return ascii(x) if type(x) is str and len(x) <= LONGEST else super().literal(x)

    def keyword_text(self, key, shown):
        return f"{key}={shown}" if identifier(key) == key else super().keyword_text(key, shown)


def identifier(text):
    """Return ``text`` as an ASCII identifier, or "" if nothing of it can stand in one.

    >>> identifier("hidden/kernel"), identifier("h\\n    import os"), identifier("2x"), identifier("µ")
    ('hidden_kernel', 'h_____import_os', '', '')
    """
    text = re.sub(r"[^0-9a-zA-Z_]", "_", str(text or "")[:LONGEST])
    return text if text.isidentifier() and text.strip("_") else ""
