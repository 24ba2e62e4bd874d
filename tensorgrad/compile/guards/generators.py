"""The states of random generators: a trace notes them before it begins, and puts them back."""

import numpy as np

from ...seeding import _root


class GeneratorState:
    """The state of a random generator. It is compared around a trace only, since a program may draw."""

    __slots__ = ("generator", "path", "state")

    def __init__(self, generator, path):
        self.generator, self.path = generator, path
        self.state = self.current_state()

    def current_state(self):
        """Return the state that the generator has now."""
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
    """Return the object from which a generator takes its bits."""
    return getattr(generator, "bit_generator", generator)


class SeedState:
    """The number of generators that the library has made from its seed: a layer that is built makes one."""

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
    """Return a generator's state with bytes in place of arrays, so that ``==`` compares all of it."""
    if isinstance(state, dict):
        return {key: comparable_state(value) for key, value in state.items()}
    return state.tobytes() if isinstance(state, np.ndarray) else state
