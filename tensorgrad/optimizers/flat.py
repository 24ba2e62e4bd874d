"""Parameters gathered in flat vectors, so that an update is a handful of NumPy calls however many layers there are."""

from __future__ import annotations

from typing import Any

import numpy as np


class Flat:
    """Some parameters of one dtype as one vector; each ``p.data`` is a view of its piece.

    w, g, spare: the values, their gradient, and room to compute in: vectors of one length
    slots:       the optimizer's memory, a vector of that length each, by name
    places:      ``(parameter, view of w, view of g)`` in each parameter's shape
    pieces:      the slice of each parameter
    """

    __slots__ = ("g", "pieces", "places", "slots", "spare", "w")

    def __init__(self, params: Any, slots: Any, kept: Any) -> None:
        self.w = np.concatenate([p.data.reshape(-1) for p in params])
        self.g, self.spare = np.empty_like(self.w), np.empty_like(self.w)
        self.slots = {name: np.full_like(self.w, start) for name, start in slots.items()}
        self.places, self.pieces = [], []
        end = 0
        for p in params:
            piece = slice(end, end := end + p.data.size)
            self.pieces.append(piece)
            self.places.append((p, self.w[piece].reshape(p.shape), self.g[piece].reshape(p.shape)))
        self.remember(kept)

    def remember(self, kept: Any) -> None:
        """Take over what ``state`` gave for some of the parameters elsewhere."""
        for (p, _, _), piece in zip(self.places, self.pieces, strict=True):
            for name, old in kept.get(id(p), (p, {}))[1].items():
                if name in self.slots and old.shape == p.shape:
                    self.slots[name][piece] = old.reshape(-1)

    def bind(self) -> None:
        """Make each ``p.data`` the view of its piece, taking along a value put there since."""
        for p, view, _ in self.places:
            if p.data is not view:
                view[...] = p.data
                p.data = view

    def state(self) -> Any:
        """Return ``{id: (parameter, {slot: view in its shape})}``."""
        return {
            id(p): (p, {name: vector[piece].reshape(view.shape) for name, vector in self.slots.items()})
            for (p, view, _), piece in zip(self.places, self.pieces, strict=True)
        }


class Flats(list[Any]):
    """A Flat for each dtype among some parameters.

    order: ``(parameter, view of w, view of g)`` of each, in the order in which they were given
    """

    __slots__ = ("__weakref__", "order")

    order: list[Any]


def gather(params: Any, slots: Any, kept: Any) -> Any:
    """Return the Flats of ``params``; ``kept`` is what ``Flat.state`` gave for some of them before."""
    by_dtype: dict[Any, Any] = {}
    for p in params:
        by_dtype.setdefault(p.dtype, []).append(p)
    flats = Flats(Flat(group, slots, kept) for group in by_dtype.values())
    places = {id(place[0]): place for flat in flats for place in flat.places}
    flats.order = [places[id(p)] for p in params]
    return flats
