"""What ``compile`` settles: the optimizer, the loss and the metrics of a model."""

import weakref

from .. import losses, metrics, optimizers
from ..compile.training import TrainingStep
from ..config import floatx
from ..core.mode import runs_plainly
from ..core.tensor import Tensor
from ..errors import DataError, GradientError, OptionError, describe
from .frozen import Programs
from .inference import Inference
from .meters import Meters, fitting


class Compiled:
    """The optimizer, loss and metrics of one ``compile``; names are checked here, shapes when data come."""

    def __init__(self, optimizer, loss, metrics, weighted_metrics, eagerly=False, exact=False):
        self.optimizer = optimizers.get(optimizer)
        self.loss = loss
        if loss is not None:
            losses.check(loss)
        self.metrics = listed(metrics, "metrics")
        self.weighted = listed(weighted_metrics, "weighted_metrics")
        self._meters = {}
        self._training, self._testing = Programs(), Programs()
        self.eagerly, self.exact = eagerly, exact

    def training_step(self, model, meters, params):
        """Return the TrainingStep of ``model``: the one of before, with its programs, if nothing has changed."""
        eagerly = self.without_programs

        def make():
            forward = training_forward(model, meters, self._training)
            return TrainingStep(forward, self.optimizer, params, eagerly, self.exact)

        if runs_plainly():  # for as long as somebody watches; the next fit goes on with the programs of before
            return make()
        return self._training.step((id(meters), *map(id, params)), model, meters, make)

    def test_step(self, model, meters):
        """Return the Inference that computes the outputs of ``model`` and the loss."""
        eagerly = self.without_programs
        return self._testing.step(
            (id(meters), eagerly), model, meters,
            lambda: Inference(test_forward(model, meters, self._testing), eagerly),
        )  # fmt: skip

    @property
    def without_programs(self):
        """Whether layers run as they are: the user wished it, somebody watches, or they could not be traced."""
        return self.eagerly or runs_plainly() or any(step.eagerly for step in self._training.steps.values())

    def prepare(self, data, output_shape, where, name="y"):
        """Raise unless the loss can compare the targets with such outputs; make them floats unless they are ids."""
        if self.loss is None:
            return
        if data.y is None:
            raise DataError(f"{where}: {name} is missing, and the loss compares it with the output")
        shape = (len(data), *output_shape[1:])
        loss = losses.resolve(self.loss, data.y.shape, shape)
        losses.check_targets(loss, data.y, shape)
        losses.check_weights(loss, data.w, shape)
        if not loss.takes_ids:
            data.y = data.y.astype(floatx(), copy=False)

    def meters(self, y, output_shape):
        """Return the Meters for targets like ``y`` and outputs of ``output_shape``, made once for these shapes."""
        true = None if y is None else (None, *y.shape[1:])
        key = true, output_shape
        if key not in self._meters:
            plain, weighted = ([], []) if true is None else (self.metrics, self.weighted)
            self._meters[key] = Meters(
                None if self.loss is None else losses.resolve(self.loss, true, output_shape),
                [fitting(metrics.resolve(m, true, output_shape), y, output_shape) for m in plain],
                [fitting(metrics.resolve(m, true, output_shape), y, output_shape) for m in weighted],
            )
        return self._meters[key]


def training_forward(model, meters, programs):
    """Return ``forward(x, y, w)`` -> the loss and the predictions of ``model`` in training."""
    found = weakref.ref(model)  # the model keeps what compile settled, which keeps this: no cycle
    loss_of = meters.loss

    def forward(x, y, w):
        model = found()
        y_pred = programs.called(model, x, training=True)
        loss = loss_of(y, y_pred, w)
        if not isinstance(loss, Tensor) or not loss.requires_grad:
            raise GradientError(
                f"the loss {loss_of.name!r} does not depend on the weights of {model.label()}: "
                "compute it with Tensors throughout, without .numpy() or .detach(), outside no_grad()"
            )
        meters.add(y, y_pred.data)
        return loss, y_pred

    return forward


def test_forward(model, meters, programs):
    """Return ``forward(x, y, w)`` -> the predictions of ``model`` and, if there is a loss, the loss."""
    found = weakref.ref(model)

    def forward(x, y=None, w=None):
        y_pred = programs.called(found(), x, training=False)
        if y is not None:
            meters.add(y, y_pred.data)
        return [y_pred] if meters.loss is None else [y_pred, meters.loss(y, y_pred, w)]

    return forward


def listed(value, name):
    """Return the metrics in ``value`` as a list, each of them known."""
    if value is None:
        return []
    if not isinstance(value, (list, tuple)):
        shown = repr(value) if isinstance(value, str) else "..."
        raise OptionError(f"compile: {name} must be a list, got {describe(value)}; write {name}=[{shown}]")
    for item in value:
        metrics.check(item)
    return list(value)
