"""Optimizer: everything an optimizer does but its formula."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from ..backward import gradients, initial_cotangent
from ..core.tensor import StandIn, Tensor
from ..errors import TraceError
from ..interrupts import run_uninterrupted
from .parameter_checks import parameter_list, params_with_gradients, sum_gradients
from .parameter_memory import ParameterMemory
from .update_rule import UpdateRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Self

    from numpy.typing import NDArray

    from .flat import FlatLayout


class Optimizer(UpdateRule):
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

    _uncounted = UpdateRule._uncounted | {"_memory"}

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = super().__new__(cls, *args, **kwargs)
        self._memory = ParameterMemory()
        return self

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
        grads, params = list(grads), list(params)
        if self._memory.write(grads, params):
            self.descend()
            return
        grads, params = sum_gradients(grads, params)
        traced = next((p.data for p in params if isinstance(p.data, StandIn)), None)
        if traced is not None:  # the compiled function steps at each run, and has done so for this one
            traced.descend(self, grads, params)
        elif params:
            for place, g in zip(self.places(params), grads, strict=True):
                place[...] = g
            self.descend()

    def places(self, params: Iterable[Tensor]) -> list[NDArray[Any]]:
        """Return where the gradient of each of ``params`` belongs: arrays to write into before ``descend``.

        The parameters then lie in flat vectors. The places hold until others are asked for, or given to ``apply``.
        """
        self._memory = memory = self._memory.arrange(list(params), self.slots())
        memory.bind()
        return [place for _, _, place in memory.flats.order]

    @property
    def _flats(self) -> FlatLayout:
        """The flat vectors of the parameters that ``descend`` changes."""
        return self._memory.flats

    def descend(self) -> None:
        """Take one step down the gradients in the places: the second half of ``apply``."""
        order = self._memory.flats.order
        if order and isinstance(order[0][0].data, StandIn):
            raise TraceError("a compiled function would descend once and never again: use step, apply or minimize")
        run_uninterrupted(self._advance, self._memory.flats)

    def descend_scaled(self) -> None:
        """Take one step down gradients in the places that were computed times the rate: see ``proportional``."""
        run_uninterrupted(self._advance_scaled, self._memory.flats)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Tensor]]) -> int | None:
        """Take one step down ``(gradient, parameter)`` pairs: ``apply`` under Keras's older name.

        Returns ``iterations``; in a compiled function None, as a program does not know it.
        """
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [p for _, p in pairs])
        return None if self.is_traced() else self.iterations

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
        run_uninterrupted(self._step, params_with_gradients(params))

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
        params = parameter_list(params)
        found = {id(leaf): g for leaf, g in gradients(loss, initial_cotangent(loss, None))}
        self.apply([found.get(id(p)) for p in params], params)
        return loss

    @property
    def variables(self) -> list[NDArray[Any]]:
        """What the optimizer remembers, as Keras orders it: steps, learning rate, then each parameter's slots."""
        slots = [v for _, state in self._memory.all_states().values() for v in state.values()]
        return [np.array(self.iterations), np.array(self.learning_rate), *slots]

    def state(self, param: Tensor) -> dict[str, NDArray[Any]]:
        """Return ``{slot: array}`` of one parameter, in its shape; empty before its first step."""
        return self._memory.all_states().get(id(param), (param, {}))[1]

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy or a pickle needs: a memory of its own."""
        return {**self.__dict__, "_memory": copy(self._memory)}
