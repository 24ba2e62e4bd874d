"""The walk through objects and classes: it takes the attributes that code looks up."""

import numpy as np

from ...options import Options
from ...tracking import Tracked
from .function_code import is_user_module, owner_of_module
from .kinds import CACHED, INERT, attribute_names, has_foreign_base, with_article
from .snapshots import CacheState
from .watched_places import Attribute, AttributeNames, ClassEntry, ClassStructure, ObjectClass

#: Objects of ours and NumPy's that hold what the user gave them.
OPEN = Options, np.vectorize


def walk_class(reach, cls, path, instance=False, whole=False):
    """Walk through what a class of the user's and its bases define.

    instance: whether the walk met an object of it, which does not mean that code makes one
    whole:    whether a base of Python's or of an installed package may call any of its methods
    """
    if is_user_module(type(cls).__module__):
        walk_class(reach, type(cls), type(cls).__name__)
    makers = not instance or not {"__class__", "type"}.isdisjoint(reach.literal)
    for base in cls.__mro__:
        if not is_user_module(base.__module__) or (id(base), makers, whole) in reach.met:
            continue
        reach.met[id(base), makers, whole] = base
        counts = reach.counts.for_class(makers, callable(vars(base).get("__hash__")), whole)
        reach.loose.append(ClassStructure(base, base.__name__, counts))
        for name, value in vars(base).items():
            if counts(name):
                reach.loose.append(ClassEntry(base, name, f"{base.__name__}.{name}"))
                reach.walk(value, f"{base.__name__}.{name}")


def walk_object(reach, x, path):
    """Walk through the attributes of an object, and through its class."""
    cls = type(x)
    owner, whole = owner_of_module(cls.__module__), reach.foreign > 0 or has_foreign_base(cls)
    if cls is CACHED:
        reach.loose.append(CacheState(x, path))
    if isinstance(x, BaseException):
        reach.walk(x.args, f"{path}.args")
    if isinstance(x, Tracked):
        walk_attributes(reach, x, path, reach.counted)
    elif owner == "python" and not attribute_names(x) and cls.__module__.lstrip("_") not in INERT:
        reach.unseen.append(f"reaches {path}, {with_article(cls.__name__)}, whose changes nobody sees")
    elif cls.__module__ != "logging" and (owner != "ours" or hasattr(cls, "_uncounted") or isinstance(x, OPEN)):
        reach.foreign += owner != "user"
        walk_attributes(reach, x, path, reach.loose, only=owner == "user" and not whole)
        reach.foreign -= owner != "user"
    elif "__wrapped__" in getattr(x, "__dict__", ()):  # a compiled function
        reach.walk(x.__wrapped__, path)
    if owner == "user":
        reach.loose.append(ObjectClass(x, f"the class of {path}"))
    walk_class(reach, cls, cls.__name__, instance=True, whole=whole)


def walk_attributes(reach, x, path, places, only=False):
    """Watch the attributes in an object itself; ``only``: those whose names code looks up."""
    hidden = getattr(type(x), "_uncounted", ())
    for name in attribute_names(x):
        if name not in hidden and (not only or reach.counts(name)):
            place = Attribute(x, name, f"{path}.{name}")
            places.append(place)
            plain = isinstance(place.value, np.ndarray) and name not in reach.names
            reach.walk(None if plain else place.value, place.path)
    if hasattr(x, "__dict__"):
        places.append(AttributeNames(x, path, reach.counts if only else None))
