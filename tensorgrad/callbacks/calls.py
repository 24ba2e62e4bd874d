"""CallbackList: all callbacks of a run, called together."""

from time import perf_counter

from ..errors import OptionError, describe
from .base import HOOKS, Callback
from .history import History
from .progress import ProgbarLogger


class CallbackList:
    """All callbacks of a run, called in order: the user's, then History and ProgbarLogger.

    ``params["verbose"]`` says whether there is a bar. A batch costs nothing when no callback looks at batches.
    """

    def __init__(self, callbacks=None, add_history=False, add_progbar=False, model=None, **params):
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
        self.listening = {hook: [c for c in given if listens(c, hook)] for hook in HOOKS if "batch" in hook}
        for callback in self.callbacks:
            callback.set_params(params)
            callback.set_model(model)

    def call(self, hook, *args):
        """Call one hook of every callback."""
        for callback in self.callbacks:
            getattr(callback, hook)(*args)

    def batch_begin(self, what, batch):
        """Call ``on_train_batch_begin`` and its like, of callbacks that have it."""
        for callback in self.listening[f"on_{what}_batch_begin"]:
            getattr(callback, f"on_{what}_batch_begin")(batch, {})

    def batch_end(self, what, batch, logs):
        """Call ``on_train_batch_end`` and its like. ``logs()`` gives the values, and is called only when needed."""
        listening = self.listening[f"on_{what}_batch_end"]
        if listening:
            values = ordered(logs())
            for callback in listening:
                getattr(callback, f"on_{what}_batch_end")(batch, values)
        bar = self.progbar
        if bar is not None and not (bar.fitting and what == "test"):
            bar.seen = batch + 1
            if bar.bar.live and perf_counter() >= bar.bar.due:
                bar.bar.update(bar.seen, ordered(logs()) if what != "predict" else {})

    def abandon(self):
        """End a half-drawn bar: an error or Ctrl-C is about to be shown."""
        if self.progbar is not None and self.progbar.bar is not None:
            self.progbar.bar.abandon()


def listens(callback, hook):
    """Return whether ``callback`` does anything at ``hook``."""
    names = [hook, hook.replace("_train_batch", "_batch")]
    return any(name in vars(callback) or getattr(type(callback), name) is not getattr(Callback, name) for name in names)


def ordered(logs):
    """Return ``logs`` in alphabetical order, as Keras shows them."""
    return dict(sorted(logs.items()))
