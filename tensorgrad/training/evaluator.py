"""Evaluator: the loss and the metrics of a model on data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..callbacks.calls import callback_list
from ..errors import NotReadyError
from ..graph.code import model_method
from ..options import boolean, one_of
from .arguments import check_run, run_checks
from .batches import Batches
from .data import numeric_array
from .loop import test_epoch
from .model_data import training_data
from .predictor import Predictor
from .training_setup import TrainingSetup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal

    from ..callbacks.base import Callback
    from ..core.tensor import Tensor
    from ..losses.base import Loss
    from ..optimizers.base import Optimizer


class Evaluator(Predictor):
    """A model that has an optimizer, a loss and metrics, and is measured on data."""

    def compile(
        self,
        optimizer: str | Optimizer | type[Optimizer] | dict[str, Any] = "sgd",
        loss: str | Loss | type[Loss] | Callable[..., Any] | dict[str, Any] | None = None,
        *,
        metrics: Sequence[Any] | None = None,
        weighted_metrics: Sequence[Any] | None = None,
        run_eagerly: bool = False,
        jit_compile: bool | Literal["auto", "exact"] = "auto",
    ) -> None:
        """Set the optimizer, the loss and the metrics. Each call checks all names and replaces what an earlier one set.

        optimizer:        a name or an Optimizer; ``"sgd"`` unless given (Keras's default is RMSprop)
        loss:             a name, a Loss or a function ``(y_true, y_pred)``
        metrics:          a list of names, Metrics or functions; ``"accuracy"`` is the one that fits the shapes
        weighted_metrics: the same, but these use class and sample weights
        run_eagerly:      True runs the layers' Python at every step, as does ``jit_compile=False``; else it runs once,
                          and later steps run a program of its NumPy calls, with the same results but for the order
                          in which sums are added up; ``jit_compile="exact"`` keeps that order too, to the last bit

        So what a layer or a loss does besides computing (printing, counting) happens once for each shape of batch.
        Layers that are frozen, thawed or given other options, new weights and learning rates are seen by the next step.
        A layer that looks at values, ``if x.mean() > 0``, cannot become a program: ``fit`` says where, once, and runs
        all layers at every step.
        """
        jits = one_of("auto", True, False, "exact")
        run_checks("compile", run_eagerly=(run_eagerly, boolean), jit_compile=(jit_compile, jits))
        eagerly = run_eagerly or jit_compile is False
        self.compiled = TrainingSetup(optimizer, loss, metrics, weighted_metrics, eagerly, jit_compile == "exact")

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer, or None before ``compile``."""
        return None if self.compiled is None else self.compiled.optimizer

    @property
    def loss(self) -> Any:
        """The loss as it was given, or None before ``compile``."""
        return None if self.compiled is None else self.compiled.loss

    @model_method
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | Literal["auto"] = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Sequence[Callback] | Callback | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Return the loss and the metrics on data: a float if there is only one, else a list, the loss first.

        ``return_dict=True`` returns them by name; the rest is as in ``fit``.
        """
        compiled = self._require_compiled("evaluate")
        check_run("evaluate", batch_size, verbose, steps)
        data = training_data(self, x, y, sample_weight, "evaluate")
        order = Batches(data, batch_size, steps)
        calls = callback_list(self, callbacks, verbose, order.steps)
        meters = compiled.measures(data.y, self.output_shape).meters()
        try:
            logs = test_epoch(self, meters, order, calls)
        finally:
            meters.close()
            calls.abandon()
        return pack_logs(logs, return_dict)

    @model_method
    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Return the loss and metrics of one batch, like ``evaluate``."""
        return self.evaluate(x, y, batch_size=np.iinfo(np.int64).max, verbose=0, sample_weight=sample_weight,
                             return_dict=return_dict)  # fmt: skip

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Tensor:
        """Return the loss, a scalar Tensor: of the outputs ``y_pred``, or of those for ``x``.

        >>> from tensorgrad.layers import Dense
        >>> from tensorgrad.models import Sequential
        >>> model = Sequential([Dense(1, kernel_initializer="ones")])
        >>> model.compile("sgd", "mse")
        >>> model.compute_loss([[1.0, 2.0]], [[5.0]]).item()
        4.0
        """
        compiled = self._require_compiled("compute_loss")
        y_pred = self(x, training=training) if y_pred is None else y_pred
        y = numeric_array(y, "y", "compute_loss")
        return compiled.measures(y, (None, *y_pred.shape[1:])).loss(y, y_pred, sample_weight)

    def reset_metrics(self) -> None:
        """Reset all metrics."""
        for measures in self.compiled._measures.values() if self.compiled else ():
            measures.reset()

    @property
    def metrics_names(self) -> list[str]:
        """The names of what ``evaluate`` returns, in order; known once the model has seen data."""
        found = list(self.compiled._measures.values()) if self.compiled else []
        return [] if not found else [*([] if found[-1].loss is None else ["loss"]), *found[-1].keys]

    def _require_compiled(self, where: str) -> TrainingSetup:
        compiled = self.compiled
        if compiled is None:
            raise NotReadyError(f"{where}: call compile() first, e.g. model.compile('sgd', loss='mse')")
        if compiled.loss is None and where in ("fit", "train_on_batch", "compute_loss", "draw", "gradient_flow"):
            raise NotReadyError(f"{where}: compile() was given no loss; e.g. model.compile('sgd', loss='mse')")
        return compiled


def pack_logs(logs: Any, return_dict: Any) -> Any:
    """Return values as Keras does: by name, in a list, or the only one by itself."""
    if return_dict:
        return dict(sorted(logs.items()))
    values = list(logs.values())
    return values[0] if len(values) == 1 else values
