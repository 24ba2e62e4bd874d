"""The training loop: epochs of steps. Everything that can be settled once is settled before the first step."""

import warnings

import numpy as np

from ..callbacks.calls import ordered
from ..core.mode import no_grad
from ..errors import GradientError
from .interrupts import Interrupts


class Validation:
    """What is measured after an epoch: the batches, their Meters, and after which epochs."""

    def __init__(self, order, meters, freq):
        self.order, self.meters, self.freq = order, meters, freq

    def due(self, number):
        """Return whether epoch ``number``, counted from 1, is to be validated."""
        return number % self.freq == 0 if hasattr(self.freq, "__index__") else number in self.freq

    def logs(self, model, calls):
        """Return the values of ``model`` on the validation data, under their names in the logs of ``fit``."""
        self.order.restart()
        return {f"val_{key}": value for key, value in test_epoch(model, self.meters, self.order, calls).items()}


def train(model, meters, order, validation, calls, epochs):
    """Train ``model`` on the batches of ``order`` for the given epochs; return the History.

    validation: a Validation, or None
    """
    model.stop_training = False
    logs = {}
    with Interrupts() as guard:
        step = train_step(model, meters, guard)
        model.history = calls.history
        calls.call("on_train_begin", {})
        try:
            for epoch in epochs:
                calls.call("on_epoch_begin", epoch, {})
                logs = train_epoch(model, meters, order, calls, step)
                if validation is not None and validation.due(epoch + 1):
                    logs |= validation.logs(model, calls)
                logs = ordered(logs)
                calls.call("on_epoch_end", epoch, logs)
                if model.stop_training:
                    break
        finally:
            calls.abandon()
        calls.call("on_train_end", logs)
    return calls.history


def train_epoch(model, meters, order, calls, step):
    """Take the steps of one epoch; return its values."""
    meters.reset()
    for i, (x, y, w) in enumerate(order):
        calls.batch_begin("train", i)
        step(x, y, w)
        calls.batch_end("train", i, meters.logs)
        if model.stop_training:
            break
    return meters.logs()


def train_step(model, meters, guard=None):
    """Return ``step(x, y, w)``: forward, loss, backward and one move of the optimizer."""
    params = model.trainable_weights
    if not params:
        raise GradientError(f"{model.label()} has no trainable weights: there is nothing to train")
    guard = guard or Interrupts()
    training = model.compiled.training_step(model, meters.loss, params)
    update, told = meters.update, []

    def step(x, y, w, model=model):  # the program knows the model only weakly
        loss, y_pred = training.gradients(x, y, w)
        if len(training.reached) < len(params) and not told:
            told.extend(untrained(params, training.reached))
        update(loss, y, y_pred, w)
        guard.busy = True
        training.update()
        guard.free()

    return step


def untrained(params, reached):
    """Warn that a gradient reaches only some of ``params``, and return the others."""
    lost = [p for p in params if all(p is not q for q in reached)]
    names = ", ".join(str(p.name) for p in lost)
    warnings.warn(
        f"the loss does not depend on {names}: training leaves them as they are; is a layer unused, "
        "or does .numpy() or .detach() cut the way?",
        stacklevel=2,
    )
    return lost


def test_epoch(model, meters, order, calls):
    """Return the values of ``model`` on the batches of ``order``."""
    loss_of = meters.loss
    calls.call("on_test_begin", {})
    meters.reset()
    with no_grad():
        for i, (x, y, w) in enumerate(order):
            calls.batch_begin("test", i)
            y_pred = model(x, training=False)
            loss = None if loss_of is None else loss_of(y, y_pred, w).data.item()
            meters.update(loss, y, y_pred.data, w)
            calls.batch_end("test", i, meters.logs)
    logs = meters.logs()
    calls.call("on_test_end", ordered(logs))
    return logs


def predict_epoch(model, order, calls):
    """Return the outputs of ``model`` for the batches of ``order``, one array."""
    calls.call("on_predict_begin", {})
    outputs = []
    with no_grad():
        for i, (x, _, _) in enumerate(order):
            calls.batch_begin("predict", i)
            outputs.append(model(x, training=False).data)
            calls.batch_end("predict", i, lambda: {"outputs": outputs[-1]})
    calls.call("on_predict_end", {})
    return outputs[0].copy() if len(outputs) == 1 else np.concatenate(outputs)
