"""History: the values of every epoch, and their plot."""

from __future__ import annotations

from typing import Any
from weakref import ref

from ..errors import printable_text, shorten_text
from .base import Callback

#: A title of more letters runs into its neighbour.
LONGEST = 40


class History(Callback):
    """What ``fit`` returns: the values of every epoch.

    history:  dict from name to a list with one float an epoch (``val_`` names: one for each validated epoch)
    epoch:    the numbers of the epochs, from 0
    measured: dict from name to the epochs its values belong to
    params:   ``verbose``, ``epochs`` and ``steps`` of the ``fit``
    model:    the trained model, or None when it is gone: the model keeps its History, so this is a weak reference
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []
        self.measured: dict[str, list[int]] = {}
        self._model: Any = None

    @property
    def model(self) -> Any:
        return None if self._model is None else self._model()

    def set_model(self, model: Any) -> None:
        self._model = None if model is None else ref(model)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_model": None}

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epoch.append(epoch)
        for key, value in (logs or {}).items():
            self.history.setdefault(key, []).append(value)
            self.measured.setdefault(key, []).append(epoch)

    def plot(self, save: Any = None) -> Any:
        """Draw the loss and each metric by epoch, training beside validation; return matplotlib's figure.

        save: a path to write the picture to. Needs matplotlib: ``pip install matplotlib``
        """
        return plot_history(self, save)

    def __repr__(self) -> str:
        last = ", ".join(f"{printable_text(key)}={values[-1]:.4g}" for key, values in self.history.items())
        return f"<History of {len(self.epoch)} epochs{'; last: ' + last if last else ''}>"


def plot_history(history: Any, save: Any = None) -> Any:
    """Draw the values of ``history`` by epoch, one panel each, training beside validation; return the figure."""
    try:
        from matplotlib import pyplot
        from matplotlib.ticker import MaxNLocator
    except ImportError as error:
        raise ImportError("history.plot() draws with matplotlib: pip install matplotlib") from error
    names = sorted((k for k in history.history if not k.startswith("val_")), key=lambda k: (k != "loss", k))
    figure = pyplot.figure(figsize=(4.8 * max(len(names), 1), 3.6), layout="constrained")
    for i, name in enumerate(names):
        axes = figure.add_subplot(1, len(names), i + 1)
        for key, label, style in ((name, "training", "-"), (f"val_{name}", "validation", "--")):
            values = history.history.get(key, [])
            if values:
                axes.plot(
                    epoch_numbers(history, key), values, style, marker="." if len(values) < 30 else "", label=label
                )
        axes.set_title(printable_text(shorten_text(name, LONGEST)), parse_math=False, usetex=False)
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend()
    if save is not None:
        figure.savefig(save)
    return figure


def epoch_numbers(history: Any, key: Any) -> list[int]:
    """Return the epochs, from 1, in which ``key`` was measured."""
    return [epoch + 1 for epoch in history.measured.get(key, [])]
