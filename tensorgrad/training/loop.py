"""The training loop: epochs of steps. All that can be done once is done before the first step."""

import warnings

import numpy as np

from ..callbacks.calls import sort_logs
from ..errors import printable_text


class Validation:
    """The validation of a training: its batches, its Measures, and the epochs after which it runs."""

    def __init__(self, order, measures, freq):
        self.order, self.measures, self.freq = order, measures, freq

    def is_due(self, number):
        """Return whether epoch ``number``, counted from 1, is to be validated."""
        return number % self.freq == 0 if hasattr(self.freq, "__index__") else number in self.freq

    def logs(self, model, meters, calls):
        """Return the values of ``model`` on the validation data, under their names in the logs of ``fit``.

        meters: of the training, whose metrics serve here too
        """
        self.order.restart()
        meters = meters if meters.measures is self.measures else self.measures.meters()
        return {f"val_{key}": value for key, value in test_epoch(model, meters, self.order, calls).items()}


def train(model, measures, order, validation, calls, epochs):
    """Train ``model`` on the batches of ``order`` for the given epochs; return the History.

    validation: a Validation, or None
    """
    meters = measures.meters()
    model.stop_training = False
    logs = {}
    try:
        step = TrainStep(model, meters)
        step.renew()  # raises before anything is trained
        model.history = calls.history
        calls.call("on_train_begin", {})
        for epoch in epochs:
            calls.call("on_epoch_begin", epoch, {})
            logs = train_epoch(model, meters, order, calls, step)
            if validation is not None and validation.is_due(epoch + 1):
                logs |= validation.logs(model, meters, calls)
            logs = sort_logs(logs)
            calls.call("on_epoch_end", epoch, logs)
            if model.stop_training:
                break
    finally:
        meters.close()
        calls.abandon()
    calls.call("on_train_end", logs)
    return calls.history


def train_epoch(model, meters, order, calls, step):
    """Take the steps of one epoch; return its values."""
    meters.reset()
    begin, end = calls.batch_hooks("train", meters.logs)
    i = -1
    for i, (x, y, w) in enumerate(order):
        if begin is not None:
            begin(i)
        step(x, y, w)
        order.lent = step.training.found is None  # a layer that runs without a program may keep its input
        if end is not None:
            end(i)
        if model.stop_training:
            break
    calls.count(i + 1)
    return meters.logs()


class TrainStep:
    """``step(x, y, w)``: forward, loss, backward and one move of the optimizer; returns the loss, a float.

    The next step sees all changes of the model.

    training: the TrainingStep for the model as it was
    """

    __slots__ = ("meters", "model", "training", "warned")

    def __init__(self, model, meters):
        self.model, self.meters = model, meters
        self.warned, self.training = False, None

    def __call__(self, x, y, w):
        training = self.training
        if (
            training is None
            or training.guards is None
            or training.optimizer is not self.model.compiled.optimizer  # a callback may call compile
            or not training.guards.hold()
        ):
            training = self.renew()
        loss, y_pred, *sums = training.forward_backward(x, y, w)
        if training.reached is not training.params and not self.warned and len(training.reached) < len(training.params):
            self.warned = warn_untrained(training.params, training.reached)
        self.meters.update(loss, y, y_pred, w, sums)
        training.update()
        return loss

    def renew(self):
        """Take the TrainingStep for the model as it is now, and return it."""
        self.training = self.model.compiled.training_step(self.model, self.meters.measures)
        return self.training


def warn_untrained(params, reached):
    """Warn that a gradient reaches only some of ``params``; return True."""
    lost = [p for p in params if all(p is not q for q in reached)]
    names = ", ".join(printable_text(p.name) for p in lost)
    warnings.warn(
        f"the loss does not depend on {names}: training leaves them as they are; is a layer unused, "
        "or does .numpy() or .detach() cut the way?",
        stacklevel=2,
    )
    return True


def test_epoch(model, meters, order, calls):
    """Return the values of ``model`` on the batches of ``order``."""
    run = model.compiled.test_step(model, meters.measures)
    has_loss = meters.measures.loss is not None and order.data.y is not None
    calls.call("on_test_begin", {})
    meters.reset()
    begin, end = calls.batch_hooks("test", meters.logs)
    i = -1
    for i, (x, y, w) in enumerate(order):
        if begin is not None:
            begin(i)
        y_pred, *sums = run(x) if y is None else run(x, y) if w is None else run(x, y, w)
        meters.update(sums.pop(0).item() if has_loss else None, y, y_pred, w, sums)
        if end is not None:
            end(i)
    calls.count(i + 1, "test")
    logs = meters.logs()
    calls.call("on_test_end", sort_logs(logs))
    return logs


def predict_epoch(run, order, calls):
    """Return the outputs of a model for the batches of ``order``, one array; ``run`` is its Inference."""
    calls.call("on_predict_begin", {})
    outputs: list = []
    begin, end = calls.batch_hooks("predict", lambda: {"outputs": outputs[-1]})
    for i, (x, _, _) in enumerate(order):
        if begin is not None:
            begin(i)
        outputs += run(x)
        if end is not None:
            end(i)
    calls.count(len(outputs))
    calls.call("on_predict_end", {})
    return outputs[0].copy() if len(outputs) == 1 else np.concatenate(outputs)
