"""Metric: a number gathered over the batches of an epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..core.tensor import Tensor
from ..errors import describe
from ..losses.base import align_weights
from ..losses.targets import align_axes
from ..options import Options, option, snake_case
from ..tracking import Tracked


class Metric(Options):
    """Base of all metrics: a subclass defines ``update_state``, ``result`` and ``reset_state``.

    Calling a metric updates it with a batch and returns the result so far.

    >>> class Longest(Metric):
    ...     length = 0
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.length = max(self.length, len(y_pred))
    ...     def result(self):
    ...         return float(self.length)
    ...     def reset_state(self):
    ...         self.length = 0
    >>> longest = Longest()
    >>> longest([1, 0], [1, 1]), longest.name
    (2.0, 'longest')
    """

    dtype: Any = option(default=None, kw_only=True)
    name: str | None = option(default=None, of_class=snake_case, kw_only=True)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Take in a batch: ``(y_true, y_pred, sample_weight=None)``, or ``(values, sample_weight=None)`` of numbers."""
        raise TypeError(f"{type(self).__name__} must define update_state(self, y_true, y_pred, sample_weight=None)")

    def result(self) -> Any:
        """Return the number over all batches since the last ``reset_state``."""
        raise TypeError(f"{type(self).__name__} must define result(self)")

    def reset_state(self) -> None:
        """Forget all batches."""
        raise TypeError(f"{type(self).__name__} must define reset_state(self)")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.update_state(*args, **kwargs)
        return self.result()


def plain_array(x: Any) -> Any:
    """Return ``x``, a Tensor, an array or a list, as an array."""
    return x.data if isinstance(x, Tensor) else np.asarray(x)


def as_floats(x: Any) -> Any:
    x = plain_array(x)
    return x if x.dtype.kind == "f" else x.astype(float)


class Sum(Metric):
    """The weighted sum of all values.

    >>> total = Sum()
    >>> total([1.0, 2.0]), total([4.0], sample_weight=[0.5])
    (3.0, 5.0)
    """

    name: str = "sum"
    dtype: Any = None

    total = 0.0

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add ``values``, each times its weight; a weight per sample holds for all values of the sample."""
        values = as_floats(values)
        if sample_weight is not None:
            values, weight = align_weights(values, as_floats(sample_weight))
            values = values * weight
        self.total += float(np.add.reduce(values, axis=None))

    def result(self) -> float:
        return self.total

    def reset_state(self) -> None:
        self.total = 0.0


class Mean(Metric):
    """The weighted mean of all values; of several values for one sample, their mean counts. 0 before any.

    >>> mean = Mean()
    >>> mean([1.0, 3.0]), mean([5.0], sample_weight=[2.0])
    (2.0, 3.5)
    """

    name: str = "mean"
    dtype: Any = None

    total = 0.0
    count = 0.0

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take in ``values``, their first axis the samples, with a weight each, or one each value."""
        values = as_floats(values)
        n = values.shape[0] if values.ndim else 1
        if sample_weight is None:
            if values.size:
                self.total += float(np.add.reduce(values, axis=None)) * n / values.size
            self.count += n
            return
        values, weight = align_weights(values, as_floats(sample_weight))
        if values.size:
            self.total += float(np.add.reduce(values * weight, axis=None)) * n / values.size
            self.count += float(np.add.reduce(weight, axis=None)) * sample_count(weight) / weight.size

    def result(self) -> float:
        return self.total / self.count if self.count else 0.0

    def reset_state(self) -> None:
        self.total = self.count = 0.0


def sample_count(weight: Any) -> Any:
    return weight.shape[0] if weight.ndim else 1


class MeanMetricWrapper(Mean):
    """The mean of a function ``(y_true, y_pred, **settings)`` that gives one value per sample.

    >>> far = MeanMetricWrapper(lambda y_true, y_pred: abs(y_pred - y_true) > 1, name="far")
    >>> far([1.0, 2.0], [1.0, 4.0])
    0.5
    """

    def __init__(self, fn: Any, name: Any = None, dtype: Any = None, **settings: Any) -> None:
        super().__init__(name=name or getattr(fn, "__name__", type(fn).__name__).strip("<>"), dtype=dtype)
        self.fn, self.settings = fn, settings

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]  # computes the values
        """Take in a batch of targets and predictions."""
        y_true, y_pred = align_axes(plain_array(y_true), plain_array(y_pred))
        values = plain_array(self.fn(y_true, y_pred, **self.settings))
        if values.dtype.kind not in "fiub":
            raise TypeError(f"metric {self.name!r} must return one value per sample, got {describe(values)}")
        super().update_state(values, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the options, the function and its settings."""
        return {**super().get_config(), "fn": self.fn, **self.settings}


class FunctionMetric(Tracked, Mean):
    """Base of the classes that ``metric_class`` makes: the mean of ``function``, its settings as options."""

    _uncounted = frozenset({"total", "count"})

    settings = tuple[str, ...]()

    if TYPE_CHECKING:
        function: ClassVar[Callable[..., Any]]

        def __init__(self, *args: Any, **options: Any) -> None: ...  # those that the function has

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]  # computes the values
        """Take in a batch of targets and predictions."""
        super().update_state(self.values(*align_axes(plain_array(y_true), plain_array(y_pred))), sample_weight)

    def values(self, y_true: Any, y_pred: Any) -> Any:
        """Return the value of each sample."""
        return self.function(y_true, y_pred, **{name: getattr(self, name) for name in self.settings})


def metric_class(
    name: Any, function: Any, order: Any = ("name", "dtype"), without: Any = (), aliases: tuple[str, ...] = ()
) -> Any:
    """Return the class ``name`` of a metric function: the function's settings become options.

    order:   the options that come first, as in Keras
    without: settings that Keras does not offer
    aliases: shorter names, such as ``"mse"``
    """
    code = function.__code__
    settings = dict(zip(code.co_varnames[2 : code.co_argcount], function.__defaults__ or (), strict=True))
    settings = {setting: value for setting, value in settings.items() if setting not in without}
    options = {"name": function.__name__, "dtype": None, **settings}
    options = {**{k: options[k] for k in order}, **options}
    summary = function.__doc__.strip().splitlines()[0]
    return type(name, (FunctionMetric,), {
        "__doc__": f"{summary}\n\nThe mean of ``{function.__name__}`` over all samples.", "__module__": __package__,
        "__annotations__": dict.fromkeys(options, Any), **options,
        "function": staticmethod(function), "settings": tuple(settings), "aliases": aliases,
    })  # fmt: skip
