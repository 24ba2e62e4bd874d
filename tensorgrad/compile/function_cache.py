"""FunctionCache: the programs of a compiled function, and the kinds of arguments that get none."""

from collections import OrderedDict, namedtuple
from contextlib import suppress

from ..core.modes import is_recording, training
from ..errors import TraceError, printable_text
from .signature import leaf_signature

#: How many kinds of arguments have programs.
LIMIT = 64
#: How many programs arguments of one kind have, if each is only for certain numbers.
VARIANTS = 4
#: At this many traces in a row that change what the function uses, it runs as it is; one may make something.
PATIENCE = 2
#: How many programs in a row may be written for arguments of one kind without being used again.
UNUSED_LIMIT = 8
#: Stands for a program: the function runs as it is.
EAGER = object()
CacheInfo = namedtuple("CacheInfo", "hits misses maxsize currsize")


def cache_key(leaves, arguments):
    """Return what a program depends on: the structure of the arguments, the signatures of the leaves, the modes."""
    return arguments.key, tuple(map(leaf_signature, leaves)), is_recording(), training.get()


class FunctionCache:
    """The programs of one function, found by the ``cache_key`` of a call.

    programs: ``{key: [(Replay, Guards)]}``, the key that was used last at the end
    eager:    the keys for which the function runs as it is, or parts of keys: ``key[:1]`` or ``key[1:]``
    changing: ``{key: how often in a row a trace has changed what the function uses}``
    unused:   ``{key[1:]: how many programs in a row were not used again}``
    """

    def __init__(self):
        self.programs: OrderedDict = OrderedDict()
        self.eager: set = set()
        self.changing: dict = {}
        self.unused: dict = {}
        self.hits = self.misses = 0

    def find(self, key, inputs):
        """Return the program for such arguments, EAGER if they get none, or None if it is still to be written."""
        if self.eager and not self.eager.isdisjoint((key, key[:1], key[1:])):
            return EAGER
        held = 0
        for replay, guards in self.programs.get(key, ()):
            if guards.hold() and replay.holds():
                held += 1
                if replay.steady is None or replay.steady(inputs):
                    with suppress(KeyError):  # another thread may just have dropped it
                        self.programs.move_to_end(key)
                    self.hits += 1
                    if self.unused:
                        self.unused.pop(key[1:], None)
                    return replay
        return EAGER if held >= VARIANTS else None

    def newest(self, key):
        """Return the newest program for such arguments, or EAGER if there is none."""
        return self.programs[key][-1][0] if key in self.programs else EAGER

    def keep(self, key, replay, guards):
        """Keep a program, and those for the same kind of arguments that still hold."""
        replay.overlap.read += guards.arrays()  # a write to one of these would change what is frozen
        kept = [entry for entry in self.programs.get(key, ()) if entry[1].hold() and entry[0].steady is not None]
        self.programs[key] = [*kept, (replay, guards)]
        self.programs.move_to_end(key)
        while len(self.programs) > LIMIT:
            self.programs.popitem(last=False)

    def count_change(self, key):
        """Count a trace that changed what the function uses; return whether such calls are EAGER from now on."""
        self.changing[key] = self.changing.get(key, 0) + 1
        if self.changing[key] < PATIENCE:
            return False
        self.eager.add(key)
        return True

    def count_unused(self, key):
        """Count a program that is about to be written; return a TraceError if too many before it were never used."""
        times = self.unused[key[1:]] = self.unused.get(key[1:], 0) + 1
        if times <= UNUSED_LIMIT:
            return None
        changed = [path for _, guards in self.programs.get(key, ()) for path in guards.changed_paths()]
        what = f"{printable_text(changed[0])}, which it reads, is changed" if changed else "it is given something else"
        for other in [other for other in self.programs if other[1:] == key[1:]]:
            del self.programs[other]
        self.eager.add(key[1:])
        return TraceError(
            f"{what} before each of {times} calls in a row; pass it as an argument, as a number or an array"
        )

    def info(self):
        """Return the counts, as ``functools.lru_cache`` does."""
        return CacheInfo(self.hits, self.misses, LIMIT, len(self.programs))
