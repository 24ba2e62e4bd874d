"""Random generators as places: what they will draw next, looked at around a trace, and put back after it."""

import numpy as np

from ...seeding import _root


class GeneratorState:
    """What a random generator will draw next. It is looked at around a trace only: a program may draw from it."""

    __slots__ = ("generator", "path", "state")

    def __init__(self, generator, path):
        self.generator, self.path = generator, path
        self.state = self.current_state()

    def current_state(self):
        """Return the state as text, which can be compared whatever it is made of."""
        g = self.generator
        if isinstance(g, (np.random.Generator, np.random.BitGenerator)):
            return bit_generator_of(g).state
        return g.get_state(legacy=False) if isinstance(g, np.random.RandomState) else g.getstate()

    def holds(self):
        return comparable_state(self.current_state()) == comparable_state(self.state)

    def restore(self):
        g = self.generator
        if isinstance(g, (np.random.Generator, np.random.BitGenerator)):
            bit_generator_of(g).state = self.state
        elif isinstance(g, np.random.RandomState):
            g.set_state(self.state)
        else:
            g.setstate(self.state)


def bit_generator_of(generator):
    """Return where a generator takes its bits from."""
    return getattr(generator, "bit_generator", generator)


class SeedState:
    """How many generators the library has made from its seed: a layer that is built in a call makes one."""

    __slots__ = ("generator", "path", "state")

    def __init__(self):
        self.generator, self.path, self.state = _root, "the library's seed", self.current_state()

    def current_state(self):
        """Return the seed and the number of generators made from it."""
        return (_root[0].entropy, _root[0].spawn_key, _root[0].n_children_spawned) if _root else None

    def holds(self):
        return self.current_state() == self.state

    def restore(self):
        entropy, key, made = self.state or (None, (), 0)
        _root[:] = [np.random.SeedSequence(entropy, spawn_key=key, n_children_spawned=made)]


def comparable_state(state):
    """Return a generator's state as something that ``==`` compares as a whole."""
    if isinstance(state, dict):
        return {key: comparable_state(value) for key, value in state.items()}
    return state.tobytes() if isinstance(state, np.ndarray) else state
