"""Where random numbers come from: generators made from a seed. NumPy's global state is never touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")

_root: list[Any] = []  # made at first use: numpy.random is 8 ms of import
_state: list[Any] = []


def set_random_seed(seed: int | None) -> None:
    """Make everything drawn from here on repeatable: initial weights, dropout masks, shuffles.

    >>> set_random_seed(7); a = generator().random()
    >>> set_random_seed(7); a == generator().random()
    True
    """
    _root[:] = [make_from_seed(np.random.SeedSequence, seed)]
    _state.clear()


def generator(seed: Any = None) -> np.random.Generator:
    """Return a new ``np.random.Generator``: from ``seed`` (an int or a Generator, kept), else the next of the process.

    Raises OptionError if ``seed`` is no seed.

    >>> generator(3).random() == generator(3).random()
    True
    """
    if isinstance(seed, np.random.Generator):
        return seed
    if not _root:
        set_random_seed(None)
    if seed is None:
        return np.random.default_rng(_root[0].spawn(1)[0])
    return make_from_seed(np.random.default_rng, seed)


def random_state() -> np.random.RandomState:
    """Return the ``np.random.RandomState`` of the process: one, until the next ``set_random_seed``."""
    if not _state:
        seeds: Any = generator().bit_generator.seed_seq
        _state.append(np.random.RandomState(np.random.MT19937(seeds)))
    state: np.random.RandomState = _state[0]
    return state


def make_from_seed(kind: Callable[[Any], T], seed: Any) -> T:
    """Return ``kind(seed)``; raise OptionError if ``seed`` is no seed."""
    try:
        return kind(seed)
    except (TypeError, ValueError):
        raise OptionError(f"seed must be an int of at least 0, a NumPy Generator or None, got {seed!r}") from None
