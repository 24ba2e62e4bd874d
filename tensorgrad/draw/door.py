"""``draw``: the one way in. What it takes to draw is imported when something is drawn."""


def draw(what, *inputs, backward="none", values=False, grads=False, color=None, depth=None, direction=None, names=None,
         scopes=()):  # fmt: skip
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
      ∂w  = mul(t1, 3) -> float64[]
    """
    from .scene import drawn  # some 20 modules, 4 ms: for those who draw

    how = {"values": values, "grads": grads, "color": color, "depth": depth, "direction": direction}
    return drawn(what, inputs, backward, names, scopes, how)
