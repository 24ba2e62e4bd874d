"""The walk through values: arrays, Tensors, containers, random generators."""

import collections
import random
from typing import Any

from ...core.tensor import Parameter, Tensor
from ...errors import describe
from ...tracking import TrackedDict, TrackedList, TrackedSet
from .generators import GeneratorState
from .kinds import WatchLimitError, with_article
from .object_walk import walk_object
from .snapshots import Snapshot
from .watched_places import ArrayContent, Attribute, DictItems, ListItems, RequiresGrad, SetItems, is_read_only

#: How many items of lists and dicts, and bytes of arrays, are looked through before every call, at most.
ITEMS, BYTES = 5_000, 1 << 20


def walk_tensor(reach, x, path):
    """Watch whether gradients flow to a Tensor, its name if code looks that up, and what its own class adds."""
    reach.wanted.append(RequiresGrad(x, path))
    if "name" in reach.literal:
        reach.loose.append(Attribute(x, "name", f"{path}.name"))
    for hook in (x.watch or {}).values():
        reach.walk(hook, f"a hook of {path}")
    if x.__class__ not in (Tensor, Parameter):  # a view to be made anew has another type
        walk_object(reach, x, path)


def walk_array(reach, x, path):
    """Watch what a plain array holds: Python may have looked at it when the function was traced."""
    reach.loose.append(ArrayContent(x, path))
    if not is_read_only(x):
        reach.bytes += x.nbytes
        if reach.bytes > BYTES:
            raise WatchLimitError(
                f"reaches {path}, {describe(x)}, a plain array that it would have to look through before every "
                "call: make it read-only, .flags.writeable = False, make it a Tensor, or pass it as an argument"
            )


def walk_snapshot(reach, x, path):
    """Watch what an unusual container shows, such as a ``bytearray``, and walk through its items."""
    place = Snapshot(x, path)
    reach.loose.append(place)
    for item in place.items():
        reach.walk(item, path)


def walk_generator(reach, x, path):
    """Watch the state of a random generator."""
    if isinstance(x, random.SystemRandom):
        reach.unseen.append(f"draws from {path}, which has no state")
    else:
        reach.generators.append(GeneratorState(x, path))


def walk_container(reach, x, path):
    """Watch what a list, dict, set or deque holds, and walk through it."""
    counted = isinstance(x, (TrackedList, TrackedDict, TrackedSet))
    place: Any = DictItems if isinstance(x, dict) else SetItems if isinstance(x, set) else ListItems
    (reach.counted if counted else reach.loose).append(place(x, path))
    reach.items += 0 if counted else len(x)
    if reach.items > ITEMS:
        raise WatchLimitError(
            f"reaches {path}, {with_article(type(x).__name__)} of {len(x)}, which it would have to look through "
            "before every call: make it a tuple, keep it in a layer, or pass what is needed of it as an argument"
        )
    if isinstance(x, collections.defaultdict):
        place = Attribute(x, "default_factory", f"{path}.default_factory")
        reach.loose.append(place)
        reach.walk(place.value, place.path)
    for key, item in x.items() if isinstance(x, dict) else enumerate(x):
        reach.compares = reach.compares or isinstance(key, Tensor)  # a dict finds it by identity
        reach.walk(key, path)
        reach.walk(item, f"{path}[{key!r}]" if type(key) in (int, str) else path)
