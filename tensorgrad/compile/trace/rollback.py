"""Rollback: what a trace changes outside of itself, and how it is put back."""


class Rollback:
    """What there was before a trace changed it.

    saved:      ``{id: (array, what it held)}`` of the arrays from outside that the trace writes to
    generators: ``{id: (generator, its state)}`` of those that the trace draws from
    actions:    functions that put back anything else
    """

    def __init__(self):
        self.saved, self.generators, self.actions = {}, {}, []

    def keep_target(self, t):
        """Keep what is in the memory of a stand-in that the trace is about to write to."""
        root = t.node.root
        if root.array is not None:
            self.keep(root.array)
        elif root.kind == "input":
            self.keep(t.value)

    def keep(self, array):
        """Keep what an array from outside holds now."""
        if id(array) not in self.saved:
            self.saved[id(array)] = array, array.copy()

    def keep_state(self, generator):
        """Keep the state of a random generator."""
        if id(generator) not in self.generators:
            self.generators[id(generator)] = generator, generator.bit_generator.state

    def undo(self):
        """Put all of it back."""
        for array, old in reversed(self.saved.values()):
            if array.flags.writeable:  # else the write that it was kept for has failed
                array[...] = old
        for generator, state in self.generators.values():
            generator.bit_generator.state = state
        for action in reversed(self.actions):
            action()
