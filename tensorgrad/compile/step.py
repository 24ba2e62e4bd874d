"""Step: a function that is traced once for each kind of arguments, and replayed from then on."""

import sys
import warnings
from collections import OrderedDict, namedtuple
from contextlib import suppress
from functools import wraps
from types import MethodType
from weakref import ref

import numpy as np

from ..core.mode import is_recording, plainly, runs_plainly, training
from ..core.tensor import Tensor
from ..errors import OptionError, TraceError, UncompiledWarning, printable, suggest
from .attempts import NO_GUARD, unfit
from .guards import Guards
from .replay import Replay, traced
from .tree import Fixed, count_leaves, fixed_in, flatten, unflatten
from .trial import Trial

#: How many programs a Step keeps.
LIMIT = 64
#: How often in a row a function may change what it uses by being traced: once, to make something at its first call.
PATIENCE = 2
#: How many programs there are for arguments of one kind, where they are for certain numbers alone.
VARIANTS = 4
PLAINLY = object()
CacheInfo = namedtuple("CacheInfo", "hits misses maxsize currsize")


class Step:
    """A compiled function: call it like the function itself.

    ``step.program(*args)`` is the program for such arguments, ``step.cache_info()`` counts. A compiled method is a Step
    of each object, with programs of its own.
    """

    def __init__(self, function, static=(), exact=True, names=None):
        self.function, self.exact = function, exact
        self.__wrapped__ = function
        self.__name__, self.__doc__ = getattr(function, "__name__", "step"), function.__doc__
        self.__qualname__ = getattr(function, "__qualname__", self.__name__)
        self.__module__ = getattr(function, "__module__", None)
        self.names = argument_names(function) if names is None else names
        self.given = (static,) if isinstance(static, (str, int)) else tuple(static)
        self.static = {self._place(s) for s in self.given}
        self.programs: OrderedDict = OrderedDict()
        self.plain: set = set()  # the structures of arguments for which the function runs as it is
        self.bound: dict = {}  # id of an object -> (reference to it, Step of its method)
        self.owner = None  # of a method: a reference to its object
        self.hits = self.misses = self.unsteady = 0

    def __get__(self, instance, owner=None):
        """Return the Step of an object's method, made at its first use and kept here while the object lives."""
        if instance is None:
            return self
        key, bound = id(instance), self.bound
        if key not in bound:
            found, method = ref(instance, lambda _: bound.pop(key, None)), self.function

            @wraps(method)
            def call(*args, **kwargs):
                return method(found(), *args, **kwargs)

            positional, by_name = self.names
            step = Step(call, self.given, self.exact, (positional[1:], by_name))
            step.owner = found
            bound[key] = found, step
        return bound[key][1]

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

    def __call__(self, *args, **kwargs):
        if runs_plainly():  # inside another compiled function, as part of its program, or watched
            return self.function(*args, **kwargs)
        leaves, how = self._taken(args, kwargs)
        inputs = [leaf.data if isinstance(leaf, Tensor) else leaf for leaf in leaves]
        replay = self._found(leaves, how, inputs)
        if replay is None:
            done, result = self._traced(leaves, how, args, kwargs)
            return result if done else self._run(args, kwargs, how, result)
        if replay is PLAINLY or (replay.own and identities(replay.own) & identities(leaves)):
            return self.function(*args, **kwargs)
        if replay.overlap and replay.overlap.found([*inputs, *[t.data for t in replay.bound]]):
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

    def _found(self, leaves, how, inputs):
        """Return the program for such arguments, None if one is to be written, PLAINLY if that has proved useless."""
        if self.unsteady >= PATIENCE or how.key in self.plain:
            return PLAINLY
        key = self._key(leaves, how)
        held = 0
        for replay, guards in self.programs.get(key, ()):
            if guards.hold() and replay.holds():
                held += 1
                if replay.steady is None or replay.steady(inputs):
                    with suppress(KeyError):  # another thread may just have dropped it
                        self.programs.move_to_end(key)
                    self.hits += 1
                    return replay
        return PLAINLY if held >= VARIANTS else None

    def _run(self, args, kwargs, how, why):
        """Return what the function gives, run as it is since its trace was of no use, and say why if that is for good.

        why: an error that the trace raised, or the paths of what it changed
        """
        result = self.function(*args, **kwargs)  # an error of the user's own comes again
        if isinstance(why, Exception):
            self._give_up(how, why if isinstance(why, TraceError) else unfit(why))
            return result
        self.unsteady += 1
        if self.unsteady >= PATIENCE:
            self._warn(
                f"changes {' and '.join(map(printable, why[:3]))} whenever it runs, which a program would not do: from "
                "now on it runs as it is, uncompiled; keep what changes in a Tensor, or pass it as an argument and "
                "return it"
            )
        return result

    def _give_up(self, how, why):
        """Run the function as it is from now on, for such arguments."""
        self.plain.add(how.key)
        self._warn(f"runs as it is, uncompiled: {why}")

    def _warn(self, words):
        warnings.warn(f"{printable(self.__name__)} {words}", UncompiledWarning, stacklevel=4)

    def _traced(self, leaves, how, args, kwargs):
        """Trace the function, run it, and keep the program; return ``(True, the result)``, or ``(False, why not)``."""
        self.misses += 1
        guards = Guards(self._roots(how))
        if guards.unseen:
            return False, TraceError(f"it {guards.unseen[0]}; {NO_GUARD}")
        run = Run(how, self.function, self.names[0], guards)
        recording, why = self._recorded(run, leaves)
        if recording is None:
            return False, why
        self.unsteady = 0
        trial = Trial(recording, [*leaves, *how.containers])
        recording.trace.undo()
        with plainly():
            result = self.function(*args, **kwargs)
        try:
            trial.check(result)
            replay = Replay(recording, exact=self.exact, share=True)
            if guards.compares:
                replay.own = [*recording.used(), *guards.arrays(), *guards.tensors()]
                check_apart(replay.own, leaves)
            self._keep(replay, guards, self._key(leaves, how))
        except TraceError as error:
            self._give_up(how, error)
        return True, result

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
        guards.loose += recording.trace.noted
        recording.know(guards.arrays())
        why = recording.trace.raised  # and handled, which a program cannot
        why = why or guards.changed(recording.trace.drawn) + run.changed()
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
        names, positional = [], self.names[0]
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
        found = self._found(leaves, how, inputs)
        if found is None:
            done, why = self._traced(leaves, how, args, kwargs)
            if isinstance(why, Exception) and not done:
                raise why
            found = self.programs.get(self._key(leaves, how), [(PLAINLY,)])[-1][0]
        if found is PLAINLY:
            raise TraceError(f"{self.__name__} changes what it uses whenever it runs: no program can take its place")
        return found

    def cache_info(self):
        """Return how often a program was found and how often one was written, as ``functools.lru_cache`` does."""
        return CacheInfo(self.hits, self.misses, LIMIT, len(self.programs))

    def cache_clear(self):
        """Forget all programs."""
        self.programs.clear()
        self.plain.clear()
        self.hits = self.misses = self.unsteady = 0

    def __repr__(self):
        return f"<compiled {self.__name__}>"


class Run:
    """One run of a function on stand-ins: calls it, and knows what it was given again in what it returns."""

    def __init__(self, how, function, positional, guards):
        self.how, self.function, self.positional, self.guards = how, function, positional, guards
        self.made: list = []
        self.copies: list = []
        self.stands: list = []

    def __call__(self, stands):
        self.stands = stands
        return self.how.call(self.given, stands, self.positional, self.made)

    def given(self, *args, **kwargs):
        self.copies = [list(x.items() if isinstance(x, dict) else x) for x in self.made]
        return self.function(*args, **kwargs)

    def known(self):
        """Return ``{id: structure}`` of arguments and of containers from outside, which are returned themselves."""
        found = {id(x): ("fixed", Fixed(x)) for x in self.guards.containers()}
        return found | {id(x): ("given", i) for i, x in enumerate([*self.stands, *self.made])}

    def changed(self):
        """Return what the function changed of the lists and dicts it was given."""
        same = [
            len(x) == len(copy) and all(map(alike, x.items() if isinstance(x, dict) else x, copy))
            for x, copy in zip(self.made, self.copies, strict=True)
        ]
        return [] if all(same) else ["a list or dict that it is given"]


def alike(a, b):
    """Return whether two items are the same objects, or pairs of them."""
    return a is b or (type(a) is type(b) is tuple and len(a) == len(b) == 2 and a[0] is b[0] and a[1] is b[1])


class Arguments:
    """What a call is given beside its leaves.

    static:    ``{position or name: value}`` of what is part of the program
    structure: ``((position or name, structure), ...)`` of the others
    count:     how many are given by position; ``named`` are the names of those that are not
    pattern:   for each leaf its place among the different ones, or None if all are
    containers: the lists and dicts in which they came
    """

    __slots__ = ("containers", "count", "key", "named", "pattern", "static", "structure")

    def __init__(self, static, structure, count, named, pattern, containers):
        self.static, self.structure, self.count, self.named, self.pattern = static, structure, count, named, pattern
        self.containers = containers
        fixed = tuple([(place, flatten(x, None)) for place, x in static.items()]) if static else ()
        self.key = fixed, structure, count, named, pattern

    def call(self, function, leaves, positional, made):
        """Return what ``function`` gives for these leaves; append the lists and dicts that it is given to ``made``."""
        leaves = iter(leaves if self.pattern is None else [leaves[i] for i in self.pattern])
        places = self.static | {place: unflatten(s, leaves, (), made) for place, s in self.structure}
        given = {name: places[name if name in places else positional.index(name)] for name in self.named}
        return function(*[places[i] for i in range(self.count)], **given)

    def things(self):
        """Return all that is part of the program."""
        return [*self.static.values(), *[thing for _, s in self.structure for thing in fixed_in(s)]]


def argument_names(function):
    """Return the names of the arguments that may be given by position, and of those given by name alone."""
    code = getattr(function, "__code__", None)
    if code is None:
        return (), ()
    first = 1 if isinstance(function, MethodType) else 0
    names, n = code.co_varnames, code.co_argcount
    return names[first:n], names[n : n + code.co_kwonlyargcount]


def once_each(leaves):
    """Return the different leaves, and for each leaf its place among them, None if all differ; numbers always do."""
    places, pattern, found = {}, [], []
    for leaf in leaves:
        key = id(leaf) if isinstance(leaf, (np.ndarray, Tensor)) else object()
        if key not in places:
            places[key] = len(found)
            found.append(leaf)
        pattern.append(places[key])
    return found, tuple(pattern) if len(found) < len(leaves) else None


def check_apart(own, leaves):
    """Raise if an argument is one of the things that a function, which asks ``x is w``, uses itself."""
    if identities(own) & identities(leaves):
        raise TraceError("it compares by 'is', and is given a Tensor or an array that it uses itself")


def identities(things):
    """Return the ids of Tensors, of their arrays, and of arrays."""
    return {id(x) for x in things} | {id(x.data) for x in things if isinstance(x, Tensor)}


def signature(leaf):
    """Return what a program depends on in an argument."""
    kind = type(leaf)
    if kind is np.ndarray:
        return leaf.dtype, leaf.shape, leaf.strides
    if isinstance(leaf, Tensor):
        return "T", leaf.requires_grad, leaf.data.dtype, leaf.data.shape, leaf.data.strides
    return (kind, leaf.dtype, leaf.shape, leaf.strides) if hasattr(leaf, "dtype") else kind
