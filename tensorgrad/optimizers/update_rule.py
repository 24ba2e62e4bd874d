"""UpdateRule: one step of an optimizer on flat vectors, with its options, its rate and the number of steps."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..core.modes import is_compile_off
from ..errors import OptionError, TraceError
from ..options import Options, config_value, non_negative_number, option, or_none, positive_number

if TYPE_CHECKING:
    from typing import Self


CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")


def rate_or_schedule(value: Any) -> str | None:
    """Say what is wanted unless ``value`` is a number of at least 0 or a schedule."""
    return (
        None
        if callable(value) or not non_negative_number(value)
        else "a number of at least 0, or a callable step -> rate"
    )


class UpdateRule(Options):
    """One step of an optimizer on vectors: it knows no Tensors. ``Optimizer`` documents the options."""

    weight_decay: float | None = option(default=None, check=or_none(non_negative_number), kw_only=True)
    clipnorm: float | None = option(default=None, check=or_none(positive_number), kw_only=True)
    clipvalue: float | None = option(default=None, check=or_none(positive_number), kw_only=True)
    global_clipnorm: float | None = option(default=None, check=or_none(positive_number), kw_only=True)
    name: str | None = option(default=None, of_class=str.lower, kw_only=True)

    #: Attributes that change at every step: no program freezes them.
    _uncounted = frozenset({"_rate", "_steps"})

    #: Whether the step is ``w -= rate·g`` and nothing else, so that the gradients may be computed times the rate.
    proportional = False

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        if "lr" in kwargs:
            raise TypeError(f"{cls.__name__} has no argument 'lr'; did you mean 'learning_rate'?")
        clips = [name for name in CLIPS if kwargs.get(name) is not None]
        if len(clips) > 1:
            raise OptionError(f"{cls.__name__}: only one of {', '.join(CLIPS)} may be set, got {' and '.join(clips)}")
        self = super().__new__(cls)
        self._steps = 0
        return self

    def slots(self) -> dict[str, float]:
        """Return ``{name: initial value}`` of the vectors ``update`` remembers from step to step."""
        return {}

    def update(self, w: Any, g: Any, rate: float, step: int, spare: Any, *args: Any, **slots: Any) -> None:
        """Change ``w`` in place by one step: the algorithm.

        w, g, spare: vectors of one length and dtype: the values, their gradient, room to compute in; all may be written
        rate, step:  the learning rate and the number of this step, counted from 1
        slots:       the vectors declared by ``slots()``, to be written in place
        """
        raise TypeError(f"{type(self).__name__} must define update(self, w, g, rate, step, spare, **slots)")

    def is_traced(self) -> bool:
        """Return whether a function that is being compiled uses this optimizer now."""
        return is_compile_off() and active_trace() is not None

    @property
    def iterations(self) -> int:
        """The number of steps taken; it may be set. A compiled function cannot read it, which would freeze it."""
        if self.is_traced():
            raise TraceError(
                f"iterations of {type(self).__name__} differs from run to run of a compiled function, which would "
                "keep what it is now: pass it as an argument, or make learning_rate a function of it"
            )
        return self._steps

    @iterations.setter
    def iterations(self, value: int) -> None:
        self._steps = value

    if TYPE_CHECKING:
        _rate: ClassVar[Any]
        learning_rate: Any = option(default=None, kw_only=True)  # a subclass declares it; reading it gives a float
    else:

        @property
        def learning_rate(self) -> float:
            """The rate of the next step."""
            rate = vars(self).get("_rate")
            if rate is None:
                cls = type(self).__name__
                raise TypeError(
                    f"{cls} has no learning_rate: declare one in the class, e.g. learning_rate: float = 0.01"
                )
            if self.is_traced() and not callable(rate):
                active_trace().depend(self, "_rate", f"the learning_rate of {type(self).__name__}")
            return float(rate(self.iterations)) if callable(rate) else rate

        @learning_rate.setter
        def learning_rate(self, value: Any) -> None:
            wanted = rate_or_schedule(value)
            if wanted:
                raise OptionError(f"{type(self).__name__}: learning_rate must be {wanted}, got {value!r}")
            self._rate = value if callable(value) else float(value)

    def get_config(self) -> dict[str, Any]:
        """Return the options as a dict of plain values, enough for ``from_config`` to make an equal optimizer."""
        return {**super().get_config(), "learning_rate": config_value(self._rate)}

    def _advance(self, flats: Any) -> None:
        """Change the vectors of ``flats`` by one step: clip the gradients, decay the weights, update."""
        rate, step, decay = self.learning_rate, self._steps + 1, self.weight_decay
        self._clip(flats)
        for flat in flats:
            w = flat.w
            if decay:
                np.multiply(w, decay * rate, out=flat.spare)
                w -= flat.spare
            self.update(w, flat.g, rate, step, flat.spare, **flat.slots)
        self._steps = step

    def _advance_scaled(self, flats: Any) -> None:
        """Do the same where the gradients were computed times the rate: see ``proportional``."""
        for flat in flats:
            flat.w -= flat.g
        self._steps += 1

    def _clip(self, flats: Any) -> None:
        if self.clipvalue is not None:
            for flat in flats:
                np.clip(flat.g, -self.clipvalue, self.clipvalue, out=flat.g)
        elif self.clipnorm is not None:
            for flat in flats:
                for piece in flat.pieces:
                    limit_norm([flat.g[piece]], self.clipnorm)
        elif self.global_clipnorm is not None:
            limit_norm([flat.g for flat in flats], self.global_clipnorm)


def active_trace() -> Any:
    """Return the trace that runs in this thread, or None: it must know what a function reads of an optimizer."""
    from ..compile.trace.captures import current_trace  # imported already if there is a trace

    find: Any = current_trace
    return find()


def limit_norm(vectors: Any, most: Any) -> None:
    """Scale ``vectors`` in place so that together their Euclidean norm is at most ``most``."""
    norm = sqrt(sum(float(v @ v) for v in vectors))
    if norm > most:
        for v in vectors:
            v *= most / norm
