"""An optimizer's step inside a compiled function: one call of the program, which runs the optimizer at every replay.

So the program freezes neither the rate nor the number of the step, on which schedules and Adam's bias depend.
"""

from ...core.tensor import StandIn
from ...errors import TraceError
from ...graph.observer import hide_from_observers
from ...graph.origins import line_of_user
from ..ir.descent import Descent

#: The attributes of an optimizer that a step changes.
KEPT = ("_steps", "_memory")


def descend(trace, optimizer, grads, params):
    """Take one step, and write it down."""
    with hide_from_observers():
        before = [(p, p.data) for p in params]
        for p, array in before:
            if isinstance(array, StandIn):
                raise not_outside_error(p)
            if id(p) in trace.rebound:
                raise TraceError(
                    f"{line_of_user()}: an optimizer in a compiled function changes {p.name or 'a Tensor'}, whose "
                    ".data was given another array before; write into it instead: t.data[...] = values"
                )
        kept = {name: getattr(optimizer, name) for name in KEPT}
        for flat in optimizer._flats:  # the Descent moves newer values of parameters there
            for vector in (flat.w, *flat.slots.values()):
                trace.rollback.keep(vector)
        descent = Descent(optimizer, params)
    trace.rollback.actions.append(lambda: restore_optimizer(optimizer, kept, before))
    for flat in descent.flats:
        for vector in (flat.w, *flat.slots.values()):
            trace.rollback.keep(vector)
    vectors = tuple([trace.captured.stand_in(flat.w, "parameters") for flat in descent.flats])
    grads = tuple([g if isinstance(g, StandIn) else trace.captured.stand_in(g) for g in grads])
    for p, g, place in zip(params, grads, descent.places, strict=True):
        trace.tensor_stand_in(p, parameter_view(descent, p))
        place[...] = g.value
    with hide_from_observers():
        optimizer.descend()
    trace.descents.append(descent)
    trace.note(descent, (*vectors, *grads), {}, None, vectors, effect=True)


def parameter_view(descent, p):
    """Return the view in which the values of ``p`` lie."""
    return next(view for flat in descent.flats for q, view, _ in flat.places if q is p)


def restore_optimizer(optimizer, kept, before):
    """Undo what a step changed beside the arrays it wrote to."""
    for name, value in kept.items():
        setattr(optimizer, name, value)
    for p, array in before:
        p.data = array


def not_outside_error(p):
    """Return the error for a step that changes an argument, or a Tensor that the function made."""
    return TraceError(
        f"{line_of_user()}: an optimizer in a compiled function changes {p.name or 'a Tensor'}, which is an argument "
        "or was made by the function, so the change would be lost; close over a Parameter made before, and build a "
        "model before its first step"
    )
