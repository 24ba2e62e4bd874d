"""Compiled methods: a CompiledFunction for each object, kept while the object lives."""

from weakref import ref

#: How many objects that allow no weak reference keep their compiled method: the newest.
STRONG_LIMIT = 8


class CompiledMethod:
    """A compiled method of an object. It keeps the object alive, as any method does."""

    __slots__ = ("__self__", "compiled", "name")

    def __init__(self, instance, compiled, name):
        self.__self__, self.compiled, self.name = instance, compiled, name

    def __call__(self, *args, **kwargs):
        return self.compiled(*args, **kwargs)

    def __getattr__(self, name):
        return getattr(self.compiled, name)

    def __eq__(self, other):
        return isinstance(other, CompiledMethod) and other.compiled is self.compiled

    def __hash__(self):
        return hash(self.compiled)

    def __reduce__(self):
        return getattr, (self.__self__, self.name)

    def __repr__(self):
        return repr(self.compiled)


class StrongReference:
    """A reference to an object that keeps it alive: ``reference()`` gives it."""

    __slots__ = ("thing",)

    def __init__(self, thing):
        self.thing = thing

    def __call__(self):
        return self.thing


def reference_to(instance, methods):
    """Return a weak reference to an object, or a strong one if its class allows no weak references.

    methods: ``{id of an object: (reference to it, its CompiledFunction)}``; an entry is dropped when its object dies,
             and the oldest with strong references when there are ``STRONG_LIMIT`` of them
    """
    key = id(instance)
    try:
        return ref(instance, lambda _: methods.pop(key, None))
    except TypeError:
        strong = [k for k, (reference, _) in methods.items() if isinstance(reference, StrongReference)]
        for old in strong[: 1 - STRONG_LIMIT]:
            del methods[old]
        return StrongReference(instance)
