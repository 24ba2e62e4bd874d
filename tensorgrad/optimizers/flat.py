"""Parameters gathered in flat vectors, so that an update is a handful of NumPy calls however many layers there are."""

from __future__ import annotations

from typing import Any

import numpy as np


class FlatParameters:
    """Some parameters of one dtype as one vector; each ``p.data`` is a view of its piece.

    w, g, spare: the values, their gradient, and room to compute in: vectors of one length
    slots:       the optimizer's memory, a vector of that length each, by name
    places:      ``(parameter, view of w, view of g)`` in each parameter's shape
    pieces:      the slice of each parameter
    """

    __slots__ = ("g", "pieces", "places", "slots", "spare", "w")

    def __init__(self, params: Any, slots: Any, states: Any) -> None:
        self.w = np.concatenate([p.data.reshape(-1) for p in params])
        self.g, self.spare = np.empty_like(self.w), np.empty_like(self.w)
        self.slots = {name: np.full_like(self.w, start) for name, start in slots.items()}
        self.places, self.pieces = [], []
        end = 0
        for p in params:
            piece = slice(end, end := end + p.data.size)
            self.pieces.append(piece)
            self.places.append((p, self.w[piece].reshape(p.shape), self.g[piece].reshape(p.shape)))
        self.remember(states)

    def remember(self, states: Any) -> None:
        """Copy the slots that ``state`` returned for some of the parameters elsewhere."""
        for (p, _, _), piece in zip(self.places, self.pieces, strict=True):
            for name, old in states.get(id(p), (p, {}))[1].items():
                if name in self.slots and old.shape == p.shape:
                    self.slots[name][piece] = old.reshape(-1)

    def bind(self) -> None:
        """Make each ``p.data`` the view of its piece, and keep a value put there since."""
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


class FlatLayout(list[Any]):
    """FlatParameters for each dtype among some parameters.

    order: ``(parameter, view of w, view of g)`` of each, in the order in which they were given
    """

    __slots__ = ("__weakref__", "order")

    order: list[Any]

    def __init__(self, params: Any, slots: Any, states: Any) -> None:
        by_dtype: dict[Any, Any] = {}
        for p in params:
            by_dtype.setdefault(p.dtype, []).append(p)
        super().__init__(FlatParameters(group, slots, states) for group in by_dtype.values())
        places = {id(place[0]): place for flat in self for place in flat.places}
        self.order = [places[id(p)] for p in params]

    def holds(self, params: Any) -> bool:
        """Return whether exactly ``params`` lie here, each in its own shape and dtype."""
        return len(self.order) == len(params) and all(
            p is q and p.shape == view.shape and p.dtype == view.dtype
            for p, (q, view, _) in zip(params, self.order, strict=True)
        )
