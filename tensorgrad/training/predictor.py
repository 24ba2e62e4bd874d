"""Predictor: what a model computes for data."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..callbacks.calls import callback_list
from ..core.modes import is_compile_off
from ..graph.code import model_method
from .arguments import check_run
from .batches import Batches
from .loop import predict_epoch
from .model_data import model_data
from .programs import Inference, StepCache, inference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from numpy.typing import NDArray

    from ..callbacks.base import Callback
    from ..layers.base import Layer as Mixed  # what a model is besides
    from .training_setup import TrainingSetup
else:
    Mixed = object


class Predictor(Mixed):
    """A model that predicts. ``compiled`` is what ``compile`` set, or None."""

    _uncounted = frozenset({"compiled", "_inferences"})

    compiled = cast("TrainingSetup | None", None)
    _inferences = None

    @model_method
    def predict(
        self,
        x: Any = None,
        batch_size: int | None = None,
        verbose: int | Literal["auto"] = "auto",
        steps: int | None = None,
        callbacks: Sequence[Callback] | Callback | None = None,
    ) -> NDArray[Any]:
        """Return the outputs for all rows of ``x``, one array."""
        check_run("predict", batch_size, verbose, steps)
        data = model_data(self, x, None, None, "predict")
        if verbose == 0 and callbacks is None and steps is None and len(data.x) <= (batch_size or 32):
            return self._inference()(data.x)[0].copy()  # one batch without callbacks
        order = Batches(data, batch_size, steps)
        calls = callback_list(self, callbacks, verbose, order.steps)
        try:
            return predict_epoch(self._inference(), order, calls)
        finally:
            calls.abandon()

    @model_method
    def predict_on_batch(self, x: Any) -> NDArray[Any]:
        """Return the outputs for one batch, an array."""
        return self.predict(x, batch_size=np.iinfo(np.int64).max, verbose=0)

    def _inference(self) -> Any:
        """Return the Inference of the outputs: the previous one, with its programs, if nothing has changed."""
        if is_compile_off() if self.compiled is None else self.compiled.runs_eagerly:
            return Inference(outputs_of(self))
        if self._inferences is None:
            self._inferences = StepCache()
        return inference(self._inferences, outputs_of, self)


def outputs_of(model: Any) -> Any:
    """Return ``function(x)`` -> the outputs of ``model``, in a list."""
    found: Any = weakref.ref(model)
    return lambda x: [found()(x, training=False)]
