"""CallbackList: all callbacks of a run, called together."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from ..errors import OptionError, describe
from .base import HOOKS, Callback
from .history import History
from .progress_bar import ProgbarLogger

BATCH_HOOKS = [hook for hook in HOOKS if "batch" in hook]
NO_HOOKS: dict[str, list[Any]] = {hook: [] for hook in BATCH_HOOKS}


class CallbackList:
    """All callbacks of a run, called in order: the user's, then History and ProgbarLogger.

    ``params["verbose"]`` says whether there is a bar. A batch costs nothing when no callback has a hook for batches.
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: Any = False,
        add_progbar: Any = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        if callbacks is not None and not isinstance(callbacks, (list, tuple, Callback)):
            raise OptionError(f"callbacks must be a list of Callback objects, got {describe(callbacks)}")
        given = [callbacks] if isinstance(callbacks, Callback) else list(callbacks or [])
        for callback in given:
            if not isinstance(callback, Callback):
                hint = f"; make one: {callback.__name__}(...)" if isinstance(callback, type) else ""
                raise OptionError(f"callbacks must be a list of Callback objects, got {describe(callback)} in it{hint}")
        self.history = History() if add_history else None
        self.progbar = ProgbarLogger() if add_progbar else None
        self.callbacks = [*given, *filter(None, (self.history, self.progbar))]
        self.listeners = (
            {hook: [c for c in given if overrides_hook(c, hook)] for hook in BATCH_HOOKS} if given else NO_HOOKS
        )
        for callback in self.callbacks:
            callback.set_params(params)
            callback.set_model(model)

    def call(self, hook: Any, *args: Any) -> None:
        """Call one hook of every callback."""
        for callback in self.callbacks:
            getattr(callback, hook)(*args)

    def batch_hooks(self, what: Any, logs: Any) -> Any:
        """Return two functions of a batch's number, to call before and after it; None instead of one that does nothing.

        what: "train", "test" or "predict"
        logs: ``logs()`` gives the values so far, and is called only when they are needed
        """
        names = f"on_{what}_batch_begin", f"on_{what}_batch_end"
        first, last = [[getattr(c, name) for c in self.listeners[name]] for name in names]
        bar = self.progbar.bar if self.progbar is not None and not (what == "test" and self.progbar.fitting) else None
        bar = bar if bar is not None and bar.live else None

        def begin(batch: int) -> None:
            for hook in first:
                hook(batch, {})

        def end(batch: int) -> None:
            if last:
                values = sort_logs(logs())
                for hook in last:
                    hook(batch, values)
            if bar is not None and perf_counter() >= bar.due:
                bar.update(batch + 1, sort_logs(logs()) if what != "predict" else {})

        return begin if first else None, end if last or bar is not None else None

    def count(self, batches: Any, what: Any = None) -> None:
        """Note how many batches there were, for the last line of the bar; it does not show those of a validation."""
        if self.progbar is not None and not (what == "test" and self.progbar.fitting):
            self.progbar.seen = batches

    def abandon(self) -> None:
        """End a half-drawn bar before an error or Ctrl-C is shown."""
        if self.progbar is not None and self.progbar.bar is not None:
            self.progbar.bar.abandon()


#: The list of a run without callbacks and without a bar.
SILENT = CallbackList()


def callback_list(
    model: Any, callbacks: Any, verbose: Any, steps: Any, epochs: int = 1, history: bool = False
) -> CallbackList:
    """Return the CallbackList of a run of ``model``; ``verbose`` is "auto" or a number, as in ``fit``."""
    verbose = 1 if verbose == "auto" else int(verbose)
    if not verbose and callbacks is None and not history:
        return SILENT
    return CallbackList(callbacks, history, verbose != 0, model, verbose=verbose, epochs=epochs, steps=steps)


def overrides_hook(callback: Any, hook: Any) -> Any:
    """Return whether ``callback`` defines ``hook``, or its older name."""
    names = [hook, hook.replace("_train_batch", "_batch")]
    return any(name in vars(callback) or getattr(type(callback), name) is not getattr(Callback, name) for name in names)


def sort_logs(logs: Any) -> Any:
    """Return ``logs`` in alphabetical order, as Keras shows them."""
    return dict(sorted(logs.items()))
