"""Guards: the places that hold what a function uses. They say whether anything has changed there."""

import random
import sys

import numpy as np

from ...config import _settings
from ...tracking import newest_change
from .generators import GeneratorState, SeedState
from .kinds import CALLED, WatchLimitError
from .reach import Reach
from .watched_places import ArrayContent, DictItems, ListItems, SetItems


class Guards:
    """The places that hold what a function uses, with what they held when the guards were made.

    counted:  places whose changes are counted as they happen, so that one number shows whether any has changed
    wanted:   whether gradients flow to the Tensors; each costs 16 ns at every run
    loose:    all other places; each is compared at every run
    unseen:   phrases that say why there can be no program: what the function does that no guard can follow
    names:    the names that the function's code looks up
    compares: whether the function compares objects by ``is``
    """

    def __init__(self, roots):
        self.seen = newest_change[0]
        self.counted = [DictItems(_settings, "tensorgrad.config")]
        self.generators: list = [SeedState(), *[GeneratorState(g, path) for path, g in process_generators()]]
        self.wanted, self.loose, self.tuples, self.unseen, self.compares = [], [], [], [], False
        self.names: set = set()
        try:
            reach = find_reach(roots)
        except WatchLimitError as error:
            self.unseen = [str(error)]
        except RecursionError:
            self.unseen = ["reaches things that lie too deep in one another"]
        else:
            self.counted += reach.counted
            self.generators += reach.generators
            self.wanted, self.loose, self.tuples = reach.wanted, reach.loose, reach.tuples
            self.unseen, self.compares, self.names = reach.unseen, reach.compares, reach.literal

    def hold(self):
        """Return whether nothing has changed: one comparison, and one for each place that counts no changes."""
        now = newest_change[0]
        if now != self.seen:
            for place in self.counted:
                if not place.holds():
                    return False
            self.seen = now
        for place in self.wanted:
            if place.tensor.requires_grad is not place.wanted:  # its holds(), without a call
                return False
        for place in self.loose:  # noqa: SIM110  (a generator costs 0.3 µs more)
            if not place.holds():
                return False
        return True

    def watch(self):
        """Note the states of the generators: before a trace, since other code may have drawn since the last."""
        for place in self.generators:
            place.state = place.current_state()

    def changed_paths(self, drawn=()):
        """Return the paths of the places that have changed, but for generators whose id is in ``drawn``."""
        generators = [state for state in self.generators if id(state.generator) not in drawn]
        places = [*self.counted, *self.wanted, *self.loose, *generators]
        return [place.path for place in places if not place.holds()]

    def containers(self):
        """Return the lists, dicts, sets and tuples within reach."""
        places = [
            place for place in (*self.counted, *self.loose) if isinstance(place, (ListItems, DictItems, SetItems))
        ]
        return [*[place.whole for place in places], *self.tuples]

    def arrays(self):
        """Return the plain arrays within reach."""
        return [place.array for place in self.loose if isinstance(place, ArrayContent)]

    def tensors(self):
        """Return the Tensors within reach."""
        return [place.tensor for place in self.wanted]

    def restore(self):
        """Put back what has changed."""
        for place in (*self.counted, *self.wanted, *self.loose, *self.generators):
            if not place.holds():
                place.restore()


def find_reach(roots):
    """Return the Reach of ``roots``: walk again until a walk finds no name that the one before did not know."""
    names, reflective = set(CALLED), False
    while True:
        reach = Reach(roots, names, reflective)
        found = reach.looked_up_names()
        if found <= names and reach.reflective == reflective:
            return reach
        names, reflective = names | found, reach.reflective


def process_generators():
    """Yield ``(name, generator)`` of the random generators that the whole process shares."""
    yield "random", random.random.__self__  # type: ignore[attr-defined]  # a method, of the one that all share
    if "numpy.random" in sys.modules:  # or nothing has drawn from it
        yield "np.random", np.random.random.__self__  # type: ignore[attr-defined]  # the same
