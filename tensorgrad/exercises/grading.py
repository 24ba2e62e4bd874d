"""Grading: compare a learner's backward with numeric gradients, at one point."""

import numpy as np

from ..check.compare.claims import Comparison, named_sizes
from ..check.handwritten import claimed_gradients
from ..check.subject.numpy_loss import NumpyLoss
from ..check.subject.parameters import match_gradients
from ..errors import GradientError, describe
from .source import plant_bug


class Point:
    """Random inputs of a task with ``n`` rows, and a random gradient of what its forward returns."""

    def __init__(self, task, n):
        rng = np.random.default_rng(n)
        self.task, self.inputs = task, task.inputs(rng, n)
        out = task.forward(**self.inputs)
        self.dout = None if task.is_loss else rng.normal(size=out.shape)
        self.params = {name: self.inputs[name] for name in task.wrt}

    def loss(self, params):
        """Return the loss for other values of the inputs whose gradients are to be written."""
        out = self.task.forward(**{**self.inputs, **params})
        return out if self.dout is None else np.sum(self.dout * out)

    def arguments(self, params=None, dout=None):
        """Return copies of the arguments of a backward, by name."""
        dout = self.dout if dout is None else dout
        named = {**({} if dout is None else {"dout": dout}), **self.inputs, **(params or {})}
        return {name: x.copy() if isinstance(x, np.ndarray) else x for name, x in named.items()}

    def call(self, backward, params=None, dout=None):
        """Return the gradients from a backward; raise an error if it changes its arguments."""
        arguments = self.arguments(params, dout)
        before = {name: np.copy(x) for name, x in arguments.items()}
        try:
            found = backward(*arguments.values())
        except Exception as error:  # the learner's function may raise anything
            given = ", ".join(f"{name} {describe(x)}" for name, x in arguments.items())
            error.add_note(f"exercise {self.task.name!r}: your function was called with {given}")
            raise
        for name, x in arguments.items():
            if not np.array_equal(x, before[name]):
                raise GradientError(f"check_gradients: your function changed {name} in place; compute on a copy")
        if found is None:
            raise TypeError("check_gradients: your function returned None; is a return missing?")
        return found if isinstance(found, (dict, list, tuple)) else [found]


def grade(task, backward, n):
    """Return the Report on a learner's ``backward`` of ``task`` at ``n`` rows of data.

    Raises TypeError or GradientError if it does not return gradients.
    """
    point = Point(task, n)
    try:
        loss = NumpyLoss(point.loss, point.params, ())
        claimed = claimed_gradients(lambda params: point.call(backward, params), point.params, loss)
        comparison = Comparison(loss, claimed)
        if not comparison.report(task.name):
            comparison.known = _known_facts(point, backward, claimed)
        return comparison.report(f"exercise {task.name!r}", chained=task.is_loss)
    except (TypeError, GradientError) as error:
        if not str(error).startswith("check_gradients: "):
            raise
        words = str(error).removeprefix("check_gradients: ").replace("grads ", "your function ", 1)
        raise type(error)(f"exercise {task.name!r}: {words}") from None


def _known_facts(point, backward, claimed):
    """Return fields of a Context by input, which help to name a mistake."""
    mistakes = _known_mistakes(point)
    known = {name: {"sizes": named_sizes(point.inputs), "known_mistakes": mistakes[name]} for name in claimed}
    if point.dout is not None:
        twice = _claimed_gradients(point, backward, 2 * point.dout)
        for name, fields in known.items():
            fields["doubled"] = twice.get(name)
            fields["upstream"] = point.dout if point.dout.shape == claimed[name].shape else None
    more = point.task.known(**point.arguments()) if point.task.known else {}
    return {name: {**fields, **more.get(name, {})} for name, fields in known.items()}


def _known_mistakes(point):
    """Return the wrong gradients of the planted bugs, by input and by the description of the bug."""
    found: dict = {name: {} for name in point.params}
    for bug in point.task.bugs:
        gradients = _claimed_gradients(point, plant_bug(point.task, bug)[1], point.dout)
        for name, g in gradients.items():
            found[name][bug.why] = g
    return found


def _claimed_gradients(point, backward, dout):
    return match_gradients(point.call(backward, dout=dout), point.params)
