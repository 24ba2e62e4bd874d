"""``draw``, ``play`` and ``backward_steps``: the ways in. The modules they need are imported at the first call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Literal

    from ..core.tensor import Tensor
    from .picture import Picture
    from .player.player import Player


def draw(
    what: Any,
    *inputs: Any,
    backward: Literal["none", "only", "both"] = "none",
    values: bool = False,
    grads: bool = False,
    color: Literal["grad", "time", "memory"] | None = None,
    depth: int | None = None,
    direction: Literal["TB", "LR"] | None = None,
    names: Any = None,
    scopes: Any = (),
) -> Picture:
    """Return a Picture of how ``what`` is computed: each op, parameter and input a box, each value an arrow.

    what:      a Tensor; a model, with or without data; a layer; a function, with sample inputs; a compiled function,
               with its arguments, or a program of one: ``draw(loss)``, ``draw(model, x, y)``, ``draw(f, x)``
    backward:  ``"none"``: the forward; ``"only"``: the ops that the backward consists of; ``"both"``: beside each op
               its rule, beside each parameter its gradient, and dashed arrows for the values that the backward uses
    values:    show small arrays in full, and of large ones the mean, spread, range and histogram
    grads:     show gradients likewise
    color:     ``"grad"``, ``"memory"``: by the size of the gradient, or of the array; ``"time"``: of each call, for a
               compiled function and its arguments
    depth:     how many layers deep ops are drawn, below which a layer is one box; ``"all"``: fold nothing. Unless
               given, what is repeated is drawn once, if no values or colours are shown, and over 150 boxes are folded
    direction: ``"LR"`` from left to right, ``"TB"`` from top to bottom
    names:     what to call Tensors and arrays that have no name: ``{"x": x}``, or ``locals()``
    scopes:    ``(first, last, layer, depth)`` for each call of a layer: the sequence numbers it spans, for the frames

    Nothing changes by being drawn, no ``.grad`` either; the picture holds text, and no Tensor.

    >>> import tensorgrad as tg
    >>> from tensorgrad.draw import draw
    >>> w, x = tg.Parameter(2.0, name="w"), 3.0
    >>> draw(w * x, backward="only")
    Picture of 1 op; .save("graph.svg") draws it
      t1  seed float64[] = 1
      ∂w  = multiply(t1, 3) -> float64[]
    """
    from .subjects import picture_of  # some 20 modules, 4 ms: for those who draw

    how = {"values": values, "grads": grads, "color": color, "depth": depth, "direction": direction}
    return picture_of(what, inputs, backward, names, scopes, how)


def play(what: Any, *inputs: Any, names: Any = None, direction: Any = "auto", scopes: Any = ()) -> Player:
    """Return a Player of a computation: its forward and then its backward, one op at a time, with all numbers.

    what:      a Tensor, such as a loss; a model, with data and, for its loss, targets; a function, with sample inputs:
               ``play(loss)``, ``play(model, x, y)``, ``play(f, x)``
    names:     what to call Tensors and arrays that have no name: ``{"x": x}``, or ``locals()``
    direction: ``"LR"`` from left to right, ``"TB"`` from top to bottom, ``"auto"`` as the window has room
    scopes:    ``(first, last, layer, depth)`` for each call of a layer, for the frames; a model gives its own

    The backward of a Tensor that is no scalar starts from ones. No ``.grad`` changes and no hook runs.

    >>> import numpy as np, tensorgrad as tg
    >>> w, b = tg.Parameter([1.0, 2.0], name="w"), tg.Parameter(0.5, name="b")
    >>> play(tg.sigmoid(w @ np.array([3.0, -1.0]) + b))
    Player of 3 ops and their backward; .save("backprop.html") writes it
    >>> play(lambda x: np.sum(np.exp(x) * x), [1.0, 2.0])
    Player of 3 ops and their backward; .save("backprop.html") writes it
    """
    from .subjects import player_of  # as above

    return player_of(what, inputs, names, direction, scopes)


def backward_steps(loss: Tensor, gradient: Any = None, *, names: Any = None, scopes: Any = ()) -> Any:
    """Return an iterator over the Steps of ``loss.backward(gradient)``, in its order and with its numbers.

    loss:     a scalar Tensor; any other needs ``gradient``, the cotangent to start from
    names:    what to call Tensors that have no name: ``{"x": x}``, or ``locals()``
    scopes:   ``(first, last, layer, depth)`` for each call of a layer, as ``layers.layer_scopes()`` notes them

    No ``.grad`` changes and no hook runs. Raises what ``backward()`` raises, at the call. Linear in ops and edges.

    >>> import tensorgrad as tg
    >>> w = tg.Parameter(3.0, name="w")
    >>> for step in backward_steps(w * w + w * 2.0):
    ...     print(step)
    1. t3 = t1 + t2   (add)
       g = ∂t3 = 1   float64[]
       ∂t2 = g = 1
       ∂t1 = g = 1
    2. t2 = w × 2   (multiply)
       g = ∂t2 = 1   float64[]
       ∂w = g × 2 = 2
    3. t1 = w × w   (multiply)
       g = ∂t1 = 1   float64[]
       ∂w += g × w = 3   (now 5)
       ∂w += g × w = 3   (now 8)
    """
    from .player.backward_steps import iterate_steps  # as above

    return iterate_steps(loss, gradient, names, scopes)
