"""Optimizer: everything an optimizer does but its formula."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import ref

import numpy as np

from ..backward import gradients, start
from ..core.modes import runs_plainly
from ..core.tensor import StandIn, Tensor
from ..errors import GradientError, OptionError, ShapeError, TraceError, describe
from ..interrupts import whole
from ..options import Options, maybe, non_negative, option, plain, positive
from .flat import gather

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Self

    from numpy.typing import NDArray


CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")


def rate_or_schedule(value: Any) -> str | None:
    """Say what is wanted unless ``value`` is a number of at least 0 or a schedule."""
    return None if callable(value) or not non_negative(value) else "a number of at least 0, or a callable step -> rate"


class Optimizer(Options):
    """Base of all optimizers: a subclass declares its options, its ``slots`` and one ``update``.

    weight_decay:    decoupled: ``w -= w · weight_decay · learning_rate`` before each step
    clipnorm:        each parameter's gradient is scaled down to this Euclidean norm
    clipvalue:       each entry of the gradients is clipped to ±clipvalue
    global_clipnorm: all gradients together are scaled down to this norm

    ``iterations`` counts the steps taken. ``learning_rate`` may be set at any time, and may be a callable
    ``step -> rate``, which is called with ``iterations``.

    >>> import numpy as np, tensorgrad as tg
    >>> class SignSGD(Optimizer):
    ...     learning_rate: float = 0.01
    ...     def update(self, w, g, rate, step, spare):
    ...         w -= rate * np.sign(g)
    >>> w = tg.Tensor([1.0, 2.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> SignSGD(0.5).step([w])
    >>> w.data
    array([0.5, 1.5])
    """

    weight_decay: float | None = option(default=None, check=maybe(non_negative), kw_only=True)
    clipnorm: float | None = option(default=None, check=maybe(positive), kw_only=True)
    clipvalue: float | None = option(default=None, check=maybe(positive), kw_only=True)
    global_clipnorm: float | None = option(default=None, check=maybe(positive), kw_only=True)
    name: str | None = option(default=None, of_class=str.lower, kw_only=True)

    #: What an optimizer keeps for itself: no program freezes it.
    _uncounted = frozenset({"_rate", "_steps", "_flats", "_places", "_kept", "_layouts"})

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        if "lr" in kwargs:
            raise TypeError(f"{cls.__name__} has no argument 'lr'; did you mean 'learning_rate'?")
        clips = [name for name in CLIPS if kwargs.get(name) is not None]
        if len(clips) > 1:
            raise OptionError(f"{cls.__name__}: only one of {', '.join(CLIPS)} may be set, got {' and '.join(clips)}")
        self = super().__new__(cls)
        self._steps = 0
        self._flats, self._places, self._kept, self._layouts = [], [], {}, []
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

    @property
    def iterations(self) -> int:
        """The number of steps taken; it may be set. A compiled function cannot read it, which would freeze it."""
        if runs_plainly() and tracing() is not None:
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
        learning_rate: Any = option(default=None, kw_only=True)  # as a subclass declares it; read, a float
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
            if runs_plainly() and tracing() is not None and not callable(rate):
                tracing().depend(self, "_rate", f"the learning_rate of {type(self).__name__}")
            return float(rate(self.iterations)) if callable(rate) else rate

        @learning_rate.setter
        def learning_rate(self, value: Any) -> None:
            wanted = rate_or_schedule(value)
            if wanted:
                raise OptionError(f"{type(self).__name__}: learning_rate must be {wanted}, got {value!r}")
            self._rate = value if callable(value) else float(value)

    def apply(self, grads: Iterable[Any], params: Iterable[Tensor]) -> None:
        """Take one step down ``grads``, one array or Tensor for each of ``params``.

        A parameter whose gradient is None is left alone, its momentum too. One given twice gets the sum. Raises before
        anything is changed: GradientError if every gradient is None, ShapeError if one does not fit.

        >>> import numpy as np, tensorgrad as tg
        >>> from tensorgrad.optimizers import SGD
        >>> w = tg.Parameter([1.0, 2.0])
        >>> SGD(0.1).apply([np.array([10.0, 0.0])], [w])
        >>> w.data
        array([0., 2.])
        """
        if self._take(grads, params):
            self.descend()

    def places(self, params: Iterable[Tensor]) -> list[NDArray[Any]]:
        """Return where the gradient of each of ``params`` belongs: arrays to write into before ``descend``.

        The parameters then lie in flat vectors. The places hold until others are asked for, or given to ``apply``.
        """
        self._layout(list(params))
        return [place for _, _, place in self._places]

    def descend(self) -> None:
        """Take one step down the gradients in the places: the second half of ``apply``."""
        if self._places and isinstance(self._places[0][0].data, StandIn):
            raise TraceError("a compiled function would descend once and never again: use step, apply or minimize")
        whole(self._descend)

    def _descend(self) -> None:
        rate, step, decay = self.learning_rate, self._steps + 1, self.weight_decay
        self._clip(self._flats)
        for flat in self._flats:
            w = flat.w
            if decay:
                np.multiply(w, decay * rate, out=flat.spare)
                w -= flat.spare
            self.update(w, flat.g, rate, step, flat.spare, **flat.slots)
        self._steps = step

    #: Whether the step is ``w -= rate·g`` and nothing else, so that the gradients may be computed times the rate.
    proportional = False

    def descend_scaled(self) -> None:
        """Take one step down gradients in the places that were computed times the rate: see ``proportional``."""
        whole(self._descend_scaled)

    def _descend_scaled(self) -> None:
        for flat in self._flats:
            flat.w -= flat.g
        self._steps += 1

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Tensor]]) -> int | None:
        """Take one step down ``(gradient, parameter)`` pairs: ``apply`` under Keras's older name.

        Returns ``iterations``; in a compiled function None, as a program does not know it.
        """
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [p for _, p in pairs])
        return None if runs_plainly() and tracing() is not None else self.iterations

    def step(self, params: Tensor | Iterable[Tensor]) -> None:
        """Take one step down the ``.grad`` of each of ``params`` and clear it: for plain Tensors as for Parameters.

        >>> import tensorgrad as tg
        >>> from tensorgrad.optimizers import SGD
        >>> w = tg.Tensor([1.0, 2.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> SGD(0.25).step([w])
        >>> w.data, w.grad
        (array([0.5, 1. ]), None)
        """
        params = list({id(p): p for p in listed(params)}.values())
        for i, p in enumerate(params):
            check_parameter(p, i)
            if p.grad is None:
                raise GradientError(f"step: {label(p, i)} {missing(p)}")
        whole(self._step, params)

    def _step(self, params: Any) -> None:
        self.apply([p.grad.data for p in params], params)
        for p in params:
            p.grad = None

    def minimize(self, loss: Tensor | Callable[[], Tensor], params: Tensor | Iterable[Tensor]) -> Tensor:
        """Take one step down the gradient of ``loss``, a scalar Tensor or a function that returns one; return it.

        ``.grad`` is neither read nor written.

        >>> import tensorgrad as tg
        >>> from tensorgrad.optimizers import SGD
        >>> w = tg.Tensor(4.0, requires_grad=True)
        >>> optimizer = SGD(0.25)
        >>> for _ in range(3):
        ...     loss = optimizer.minimize(lambda: w * w, [w])
        >>> w.item()
        0.5
        """
        loss = loss() if callable(loss) else loss
        params = listed(params)
        found = {id(leaf): g for leaf, g in gradients(loss, start(loss, None))}
        self.apply([found.get(id(p)) for p in params], params)
        return loss

    @property
    def variables(self) -> list[NDArray[Any]]:
        """What the optimizer remembers, as Keras orders it: steps, learning rate, then each parameter's slots."""
        slots = [v for _, state in self._states().values() for v in state.values()]
        return [np.array(self.iterations), np.array(self.learning_rate), *slots]

    def state(self, param: Tensor) -> dict[str, NDArray[Any]]:
        """Return ``{slot: array}`` of one parameter, in its shape; empty before its first step."""
        return self._states().get(id(param), (param, {}))[1]

    def get_config(self) -> dict[str, Any]:
        """Return the options as a dict of plain values, enough for ``from_config`` to make an equal optimizer."""
        return {**super().get_config(), "learning_rate": plain(self._rate)}

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy or a pickle needs: views of flat vectors would lose what they are views of."""
        kept = [(p, {name: v.copy() for name, v in slots.items()}) for p, slots in self._states().values()]
        return {**self.__dict__, "_flats": [], "_places": [], "_layouts": [], "_kept": kept}

    def __setstate__(self, state: Any) -> None:
        self.__dict__.update(state, _kept={id(p): (p, slots) for p, slots in state["_kept"]})

    def _take(self, grads: Any, params: Any) -> Any:
        """Copy ``grads`` into the flat gradients and return the Flats: 0.3 µs a parameter when all is as before."""
        grads, params = list(grads), list(params)
        if len(grads) == len(params) == len(self._places):
            for g, p, (known, view, place) in zip(grads, params, self._places, strict=True):
                if p is not known or p.data is not view or type(g) is not np.ndarray or g.shape != place.shape:
                    break
                place[...] = g
            else:
                return self._flats
        return self._retake(grads, params)

    def _retake(self, grads: Any, params: Any) -> Any:
        """Do what ``_take`` does when parameters are new, gone, frozen, replaced or repeated."""
        if len(grads) != len(params):
            raise ShapeError(f"apply: {len(grads)} gradients for {len(params)} parameters")
        total: dict[Any, Any] = {}
        for i, (g, p) in enumerate(zip(grads, params, strict=True)):
            check_parameter(p, i)
            if g is not None:
                g = checked_gradient(g, p, i)
                total[id(p)] = p, total[id(p)][1] + g if id(p) in total else g
        if params and not total:
            raise GradientError(
                "apply: no gradients, all are None; call loss.backward() first, from a loss that uses the parameters"
            )
        traced = next((p.data for p, _ in total.values() if isinstance(p.data, StandIn)), None)
        if traced is not None:  # the compiled function steps at each run, and has done so for this one
            traced.descended(self, [g for _, g in total.values()], [p for p, _ in total.values()])
            return []
        self._layout([p for p, _ in total.values()])
        for _, _, place in self._places:
            place[...] = 0
        for p, _, place in self._places:
            place[...] = total[id(p)][1]
        return self._flats

    def _layout(self, params: Any) -> None:
        """Make ``_flats`` those of exactly ``params``, keeping the slots of every parameter seen so far."""
        if not lie_in(params, self._places):
            slots = self.slots()
            states = self._states() if slots else {}
            flats = self._laid_out(params, slots, states)
            self._kept = states
            self._flats, self._places = flats, flats.order  # no interrupt comes between
        for flat in self._flats:
            flat.bind()

    def _laid_out(self, params: Any, slots: Any, states: Any) -> Any:
        """Return the Flats of ``params``: those in which they lay before, while a program is there that uses them."""
        used = [flats for flats in (found() for found in self._layouts) if flats is not None]
        for flats in used:
            if lie_in(params, flats.order) and all(flat.slots.keys() == slots.keys() for flat in flats):
                for flat in flats:
                    flat.remember(states)
                return flats
        flats = gather(params, slots, states)
        self._layouts = [ref(flats) for flats in (*used, flats)]
        return flats

    def _states(self) -> Any:
        """Return ``{id: (parameter, {slot: array})}`` of every parameter with slots."""
        states = dict(self._kept)
        for flat in self._flats:
            states.update(flat.state())
        return states

    def _clip(self, flats: Any) -> None:
        if self.clipvalue is not None:
            for flat in flats:
                np.clip(flat.g, -self.clipvalue, self.clipvalue, out=flat.g)
        elif self.clipnorm is not None:
            for flat in flats:
                for piece in flat.pieces:
                    shorten([flat.g[piece]], self.clipnorm)
        elif self.global_clipnorm is not None:
            shorten([flat.g for flat in flats], self.global_clipnorm)


def tracing() -> Any:
    """Return the trace of this thread, or None: what a function reads of an optimizer itself becomes part of it."""
    from ..compile.trace.captures import current  # which those have imported who trace

    return current()


def lie_in(params: Any, places: Any) -> Any:
    """Return whether exactly ``params`` lie in ``places``, each in its own shape and dtype."""
    return len(places) == len(params) and all(
        p is q and p.shape == view.shape and p.dtype == view.dtype
        for p, (q, view, _) in zip(params, places, strict=True)
    )


def shorten(vectors: Any, most: Any) -> None:
    """Scale ``vectors`` in place so that together their Euclidean norm is at most ``most``."""
    norm = sqrt(sum(float(v @ v) for v in vectors))
    if norm > most:
        for v in vectors:
            v *= most / norm


def listed(params: Any) -> Any:
    """Return ``params``, a Tensor or several, as a list."""
    if isinstance(params, Tensor):
        return [params]
    if hasattr(params, "trainable_weights"):
        raise TypeError(f"an optimizer changes Tensors: pass the .trainable_weights of {params.label()}")
    return list(params)


def label(p: Any, i: Any) -> str:
    return repr(p.name) if p.name else f"parameter {i}, {describe(p)},"


def missing(p: Any) -> str:
    """Say why ``p`` has no gradient, and what to do."""
    if not p.requires_grad:
        return "requires no gradient: make it with requires_grad=True, or leave it out"
    return "has no gradient: call loss.backward() first, from a loss that uses it, or leave it out"


def check_parameter(p: Any, i: Any) -> None:
    """Raise unless ``p`` is a leaf Tensor of floats."""
    if not isinstance(p, Tensor):
        raise TypeError(f"parameter {i}: an optimizer changes Tensors and Parameters, got {describe(p)}")
    if p.op is not None:
        raise GradientError(
            f"{label(p, i)} is the result of {p.op.name!r}, not a leaf: pass the Tensors it was computed from"
        )
    if p.dtype.kind != "f":
        raise TypeError(f"{label(p, i)} must hold floats, got {describe(p)}")


def checked_gradient(g: Any, p: Any, i: Any) -> Any:
    """Return ``g`` as an array of the parameter's shape, or raise."""
    g = g.data if isinstance(g, Tensor) else g if isinstance(g, StandIn) else np.asarray(g)
    if g.shape != p.shape:
        raise ShapeError(f"apply: the gradient of {label(p, i)} must have shape {p.shape}, got {describe(g)}")
    return g
