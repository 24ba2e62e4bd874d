"""``numpy.random``, giving Tensors.

The functions of the module draw from a ``RandomState`` of their own, which ``np.random.seed`` and
``tg.set_random_seed`` seed: after ``seed(n)`` they give NumPy's numbers, and NumPy's global state is never touched.

>>> import tensorgrad.numpy as np
>>> np.random.seed(0)
>>> np.random.rand(2)
Tensor([0.5488135 , 0.71518937])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.modes import is_recording
from ...core.tensor import Tensor, check_writable
from ...errors import describe
from ...ops.lifting import lift_result
from ...pytree import leaves_of, map_leaves
from ...seeding import random_state

if TYPE_CHECKING:
    from collections.abc import Callable

    def __getattr__(name: str) -> Any: ...


class Draws:
    """A source of random numbers of NumPy's, giving Tensors; it has all methods of the source.

    source: an ``np.random.Generator`` or ``np.random.RandomState``
    """

    def __init__(self, source: Any) -> None:
        self.source = source

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "source":
            raise AttributeError(name)  # asked for while it is copied or unpickled
        value = getattr(self.source, name)
        return draw_tensors(value) if callable(value) else value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.source!r})"

    def permutation(self, x: Any, axis: int = 0) -> Any:
        """Return ``x`` in another order along ``axis``, with its gradient; of an int n, the numbers below n."""
        if not isinstance(x, Tensor):
            return lift_result(self.source.permutation(x, *[axis] * bool(axis)))
        return np.take(x, self.source.permutation(x.shape[axis]), axis)

    def choice(self, a: Any, size: Any = None, replace: bool = True, p: Any = None, axis: int = 0, **settings: Any
               ) -> Any:  # fmt: skip
        """Return entries of ``a`` along ``axis`` drawn at random, with their gradient; of an int n, numbers below n."""
        weights = p.data if isinstance(p, Tensor) else p
        drawn = a.shape[axis] if isinstance(a, Tensor) else a
        settings = settings if isinstance(a, Tensor) or not axis else {**settings, "axis": axis}
        index = self.source.choice(drawn, size, replace, weights, **settings)
        return np.take(a, index, axis) if isinstance(a, Tensor) else lift_result(index)

    def shuffle(self, x: Any, axis: int = 0) -> None:
        """Bring ``x`` into another order along ``axis``, in place."""
        if not isinstance(x, Tensor):
            self.source.shuffle(x, *[axis] * bool(axis))
            return
        check_writable(x)
        x[...] = self.permutation(x, axis)


class Generator(Draws):
    """``np.random.Generator``, giving Tensors."""

    def __init__(self, bit_generator: Any) -> None:
        super().__init__(np.random.Generator(bit_generator))


class RandomState(Draws):
    """``np.random.RandomState``, giving Tensors: NumPy's older generator, whose numbers never change."""

    def __init__(self, seed: Any = None) -> None:
        super().__init__(np.random.RandomState(seed))


def default_rng(seed: Any = None) -> Generator:
    """Return a Generator that gives Tensors, with the numbers that ``np.random.default_rng(seed)`` gives."""
    if isinstance(seed, Draws):
        return Generator(seed.source.bit_generator)
    return Generator(np.random.default_rng(seed).bit_generator)


def draw_tensors(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that draws numbers, taking and giving Tensors."""

    def draw(*args: Any, **kwargs: Any) -> Any:
        for x in leaves_of((args, kwargs)):
            if isinstance(x, Tensor) and x.requires_grad and is_recording():
                raise TypeError(
                    f"random.{method.__name__}: no gradient flows from drawn numbers to a parameter, here {describe(x)}"
                    "; write mean + deviation * rng.standard_normal(size), or pass t.numpy()"
                )
        args, kwargs = map_leaves(lambda x: x.data if isinstance(x, Tensor) else x, (args, kwargs))
        return lift_result(method(*args, **kwargs))

    return draw


def __dir__() -> list[str]:
    return sorted({*globals(), *np.random.__all__})


if not TYPE_CHECKING:
    __all__ = np.random.__all__

    def __getattr__(name):
        if name.startswith("_") or not hasattr(np.random, name):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if not hasattr(np.random.RandomState, name):
            return getattr(np.random, name)

        def draw(*args, **kwargs):
            of_module = RandomState.__new__(RandomState)
            of_module.source = random_state()
            return getattr(of_module, name)(*args, **kwargs)

        draw.__name__, draw.__doc__ = name, getattr(np.random.RandomState, name).__doc__
        return draw
