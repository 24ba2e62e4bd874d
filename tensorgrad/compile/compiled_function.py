"""Step: a function that is traced once for each kind of arguments, and replayed from then on."""

import sys
import warnings
from collections import OrderedDict, namedtuple
from contextlib import suppress
from functools import wraps
from typing import Any
from weakref import ref

from ..core.modes import is_recording, plainly, runs_plainly, training
from ..core.tensor import Tensor
from ..errors import OptionError, TraceError, UncompiledWarning, printable, suggest
from .attempts import NO_GUARD, unfit
from .call_arguments import Arguments, Held, Own, Run, apart, argument_names, check_apart, once_each, signature
from .call_structure import count_leaves, flatten
from .executable import Replay, traced
from .guards.function_code import deferred_result_kind
from .guards.guards import Guards
from .trial import Trial

#: How many programs a Step keeps.
LIMIT = 64
#: How often in a row a function may change what it uses by being traced: once, to make something at its first call.
PATIENCE = 2
#: How many programs in a row may be written for arguments of one kind and none of them used again.
IN_VAIN = 8
#: How many objects without weak references have a Step of their own for a compiled method, the newest.
HELD = 8
#: How many programs there are for arguments of one kind, where they are for certain numbers alone.
VARIANTS = 4
PLAINLY = object()
CacheInfo = namedtuple("CacheInfo", "hits misses maxsize currsize")


class Method:
    """A compiled method of an object, which it keeps alive as any method does; all else is its Step's."""

    __slots__ = ("__self__", "name", "step")

    def __init__(self, instance, step, name):
        self.__self__, self.step, self.name = instance, step, name

    def __call__(self, *args, **kwargs):
        return self.step(*args, **kwargs)

    def __getattr__(self, name):
        return getattr(self.step, name)

    def __eq__(self, other):
        return isinstance(other, Method) and other.step is self.step

    def __hash__(self):
        return hash(self.step)

    def __reduce__(self):
        return getattr, (self.__self__, self.name)

    def __repr__(self):
        return repr(self.step)


class Step:
    """A compiled function: call it like the function itself.

    ``step.program(*args)`` is the program for such arguments, ``step.cache_info()`` counts. A compiled method is a Step
    of each object, with programs of its own.
    """

    def __init__(self, function, static=(), exact=True, names=None):
        if isinstance(function, (classmethod, staticmethod)):
            kind = type(function).__name__
            raise OptionError(f"compile: write @{kind} above @tg.compile, which takes a function, not a {kind}")
        self.function, self.exact = function, exact
        self.__wrapped__ = function
        self.__name__, self.__doc__ = getattr(function, "__name__", "step"), function.__doc__
        self.__qualname__ = getattr(function, "__qualname__", self.__name__)
        self.__module__ = getattr(function, "__module__", None)  # type: ignore[assignment]  # as its function's
        self.names = argument_names(function) if names is None else names
        self.given = (static,) if isinstance(static, (str, int)) else tuple(static)
        self.static = {self._place(s) for s in self.given}
        self.programs: OrderedDict = OrderedDict()
        self.plain: set = set()  # the kinds of arguments for which the function runs as it is
        self.changing: dict = {}  # kind of arguments -> how often in a row a trace has changed something
        self.in_vain: dict = {}  # kind of arguments -> how many programs in a row were not used again
        self.bound: OrderedDict = OrderedDict()  # id of an object -> (reference to it, Step of its method)
        self.owner = None  # of a method: a reference to its object
        self.told: set = set()
        self.hits = self.misses = 0

    def __get__(self, instance, owner=None):
        """Return the Step of an object's method, made at its first use and kept here while the object lives."""
        if instance is None:
            return self
        key, bound = id(instance), self.bound
        if key not in bound:
            method = self.function
            try:
                found: Any = ref(instance, lambda _: bound.pop(key, None))
            except TypeError:  # of a class with slots: it is kept for as long as it is among the newest
                found = Held(instance)
                for old in [k for k, (owner, _) in bound.items() if isinstance(owner, Held)][: 1 - HELD]:
                    del bound[old]

            @wraps(method)
            def call(*args, **kwargs):
                return method(found(), *args, **kwargs)

            positional, by_name = self.names
            step = Step(call, self.given, self.exact, (positional[1:], by_name))
            step.owner = found
            bound[key] = found, step
        return Method(instance, bound[key][1], self.__name__)

    def __reduce__(self):
        found = sys.modules.get(self.__module__)
        for part in self.__qualname__.split("."):
            found = getattr(found, part, None)
        if found is self:
            return self.__qualname__  # as a function is pickled: by its name
        return Step, (self.function, self.given, self.exact, self.names)

    def __copy__(self):
        return Step(self.function, self.given, self.exact, self.names)

    def __deepcopy__(self, memo):
        return self.__copy__()

    def _place(self, s):
        """Return the position of a static argument, or its name where it has no position."""
        positional, by_name = self.names
        if isinstance(s, str) and (positional or by_name) and s not in (*positional, *by_name):
            raise OptionError(f"compile: {self.__name__} has no argument {s!r}{suggest(s, [*positional, *by_name])}")
        return positional.index(s) if s in positional else s

    def _taken(self, args, kwargs):
        """Return the arguments as leaves, which vary, and the Arguments, which is everything else."""
        positional, places = self.names[0], dict(enumerate(args))
        for name, value in kwargs.items():
            place = positional.index(name) if name in positional else name
            places[name if place in places else place] = value  # given twice: the function says so
        leaves: list = []
        static = {place: places.pop(place) for place in self.static if place in places}
        containers: list = []
        structure = tuple([(place, flatten(x, leaves, containers)) for place, x in places.items()])
        pattern = None
        if len(leaves) > 1 and len(set(map(id, leaves))) < len(leaves):
            leaves, pattern = once_each(leaves)
        return leaves, Arguments(static, structure, len(args), tuple(kwargs), pattern, containers)

    def _passed(self, args, kwargs):
        """Return ``_taken``, or None where one list is given twice, or lies in itself: no copy of it would do."""
        try:
            leaves, how = self._taken(args, kwargs)
        except RecursionError:
            return None
        lists = [id(x) for x in how.containers if not isinstance(x, tuple)]
        return None if len(lists) > 1 and len(set(lists)) < len(lists) else (leaves, how)

    def __call__(self, *args, **kwargs):
        taken = None if runs_plainly() else self._passed(args, kwargs)
        if taken is None:  # inside another compiled function, as part of its program, or watched
            return self.function(*args, **kwargs)
        leaves, how = taken
        inputs = [leaf.data if isinstance(leaf, Tensor) else leaf for leaf in leaves]
        key = self._key(leaves, how)
        replay = self._found(key, inputs)
        if replay is None:
            done, result = self._traced(key, leaves, how, args, kwargs)
            return result if done else self._run(key, args, kwargs, result)
        if replay is PLAINLY or (replay.own is not None and not apart(replay.own, leaves, how.containers)):
            return self.function(*args, **kwargs)
        if replay.overlap and replay.overlap.has_overlap([*inputs, *[t.data for t in replay.bound]]):
            return self.function(*args, **kwargs)
        try:
            return replay(inputs, [*leaves, *how.containers])
        except Exception as error:  # of NumPy's, which the function may handle
            if replay.changes:
                error.add_note(
                    f"in a program of {printable(self.__name__)}; a function that handles this cannot be one"
                )
                raise
        return self.function(*args, **kwargs)  # which may handle the error, or raises it again

    def _key(self, leaves, how):
        return how.key, tuple(map(signature, leaves)), is_recording(), training.get()

    def _found(self, key, inputs):
        """Return the program for such arguments, None if one is to be written, PLAINLY if that has proved useless."""
        if self.plain and not self.plain.isdisjoint((key, key[:1], key[1:])):
            return PLAINLY
        held = 0
        for replay, guards in self.programs.get(key, ()):
            if guards.hold() and replay.holds():
                held += 1
                if replay.steady is None or replay.steady(inputs):
                    with suppress(KeyError):  # another thread may just have dropped it
                        self.programs.move_to_end(key)
                    self.hits += 1
                    if self.in_vain:
                        self.in_vain.pop(key[1:], None)
                    return replay
        return PLAINLY if held >= VARIANTS else None

    def _run(self, key, args, kwargs, why):
        """Return what the function gives, run as it is since its trace was of no use, and say why if that is for good.

        why: an error that the trace raised, or the paths of what it changed
        """
        result = self.function(*args, **kwargs)  # an error of the user's own comes again
        if isinstance(why, Exception):
            self._give_up(key[:1], why if isinstance(why, TraceError) else unfit(why))
            return result
        self.changing[key] = self.changing.get(key, 0) + 1
        if self.changing[key] >= PATIENCE:
            self.plain.add(key)
            self._warn(
                f"changes {' and '.join(map(printable, why[:3]))} whenever it runs, which a program would not do: from "
                "now on it runs as it is, uncompiled; keep what changes in a Tensor, or pass it as an argument and "
                "return it"
            )
        return result

    def _in_vain(self, key):
        """Note that one more program is to be written; return why there have been too many that were not used again."""
        times = self.in_vain[key[1:]] = self.in_vain.get(key[1:], 0) + 1
        if times <= IN_VAIN or self.static:
            return None
        changed = [path for _, guards in self.programs.get(key, ()) for path in guards.changed_paths()]
        what = f"{printable(changed[0])}, which it reads, is changed" if changed else "it is given something else"
        for kind in [kind for kind in self.programs if kind[1:] == key[1:]]:
            del self.programs[kind]
        self.plain.add(key[1:])
        return f"{what} before each of {times} calls in a row; pass it as an argument, as a number or an array"

    def _give_up(self, kind, why):
        """Run the function as it is from now on, for such arguments."""
        self.plain.add(kind)
        self._warn(f"runs as it is, uncompiled: {why}")

    def _warn(self, words):
        if words not in self.told:
            self.told.add(words)
            warnings.warn(f"{printable(self.__name__)} {words}", UncompiledWarning, stacklevel=4)

    def _traced(self, key, leaves, how, args, kwargs):
        """Trace the function, run it, and keep the program; return ``(True, the result)``, or ``(False, why not)``."""
        self.misses += 1
        if why := self._in_vain(key):
            return False, TraceError(why)
        guards = Guards(self._roots(how))
        unwatched = self._unwatched(guards, leaves)
        if unwatched:
            return False, TraceError(f"it {unwatched}; {NO_GUARD}")
        run = Run(how, self.function, self.names[0], guards)
        recording, why = self._recorded(run, leaves)
        if recording is None:
            return False, why
        self.changing.pop(key, None)
        trial = Trial(recording, [*leaves, *how.containers])
        recording.trace.undo()
        with plainly():
            result = self.function(*args, **kwargs)
        try:
            trial.check(result)
            replay = Replay(recording, exact=self.exact, share=True)
            if guards.compares or how.containers:
                replay.own = Own(recording.used(), guards)
                check_apart(replay.own, leaves, how.containers)
            self._keep(replay, guards, key)
        except TraceError as error:
            self._give_up(key[:1], error)
        return True, result

    def _unwatched(self, guards, leaves):
        """Return what the function does that no program can, a phrase, or None."""
        code = getattr(self.function, "__code__", None)
        later = deferred_result_kind(self.function) if code is not None else None
        if later:
            return f"gives {later}, which runs later"
        if "grad" in guards.names and any(isinstance(leaf, Tensor) and leaf.grad is not None for leaf in leaves):
            return "may read the gradient of an argument"
        return guards.unseen[0] if guards.unseen else None

    def _recorded(self, run, leaves):
        """Return ``(the Recording, None)``, its effects still in place, or ``(None, why there is none)``."""
        guards = run.guards
        try:
            recording = traced(run, leaves, self._names(run.how), run.known)
        except TraceError:
            guards.restore()
            raise
        except Exception as error:  # of the user's own, or of something that takes no stand-ins
            guards.restore()
            return None, error
        except BaseException:  # Ctrl-C
            guards.restore()
            raise
        guards.loose += recording.trace.noted
        recording.know(guards.arrays())
        why = recording.trace.raised  # and handled, which a program cannot
        why = why or guards.changed_paths(recording.trace.rollback.generators) + run.changed()
        if not why:
            return recording, None
        recording.trace.undo()  # what changed may hold stand-ins now
        guards.restore()
        return None, why

    def _keep(self, replay, guards, key):
        """Keep a program beside those for the same kind of arguments that still hold."""
        replay.overlap.read += guards.arrays()  # a write to one of these would change what is frozen
        kept = [entry for entry in self.programs.get(key, ()) if entry[1].hold() and entry[0].steady is not None]
        self.programs[key] = [*kept, (replay, guards)]
        self.programs.move_to_end(key)
        while len(self.programs) > LIMIT:
            self.programs.popitem(last=False)

    def _roots(self, how):
        """Return where the walk of the Guards begins: the function, its object, what is part of the structure."""
        roots = {self.__name__: self.function, f"an argument of {self.__name__}": how.things()}
        return roots if self.owner is None else {"self": self.owner(), **roots}

    def _names(self, how):
        """Return a name for each leaf: its argument's, numbered if there are several."""
        names: list[str] = []
        positional = self.names[0]
        for place, s in how.structure:
            name = positional[place] if isinstance(place, int) and place < len(positional) else f"x{place}"
            name = place if isinstance(place, str) else name
            n = count_leaves(s)
            names += [name] if n == 1 else [f"{name}_{i}" for i in range(n)]
        return names if how.pattern is None else [names[how.pattern.index(i)] for i in range(max(how.pattern) + 1)]

    def program(self, *args, **kwargs):
        """Return the program for such arguments; if there is none yet, the function runs once."""
        leaves, how = self._taken(args, kwargs)
        inputs = [leaf.data if isinstance(leaf, Tensor) else leaf for leaf in leaves]
        key = self._key(leaves, how)
        found = self._found(key, inputs)
        if found is None:
            done, why = self._traced(key, leaves, how, args, kwargs)
            if isinstance(why, Exception) and not done:
                raise why
            found = self.programs.get(key, [(PLAINLY,)])[-1][0]
        if found is PLAINLY:
            raise TraceError(f"{self.__name__} changes what it uses whenever it runs: no program can take its place")
        return found

    def cache_info(self):
        """Return how often a program was found and how often one was written, as ``functools.lru_cache`` does."""
        return CacheInfo(self.hits, self.misses, LIMIT, len(self.programs))

    def cache_clear(self):
        """Forget all programs."""
        self.programs.clear()
        for memory in (self.plain, self.changing, self.in_vain):
            memory.clear()
        self.hits = self.misses = 0

    def __repr__(self):
        return f"<compiled {self.__name__}>"
