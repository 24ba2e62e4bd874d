"""``fit`` on 60 batches, shuffled, verbose=0: an epoch's time divided by its steps, nothing compiled within it.

One more column is the same with the progress bar of ``verbose=1``, drawn on a terminal that throws it away.
"""

import io
from contextlib import redirect_stdout

from .networks import RATE, tasks
from .runner import agree, contestants, measure, table
from .train import model_of

BATCHES = 60
OURS = "tensorgrad fit"


def epochs(model, task):
    """Return a function that trains for one epoch and returns its loss."""

    def epoch(shuffle=True):
        history = model.fit(task.x, task.labels, batch_size=task.batch, verbose=0, shuffle=shuffle)
        return history.history["loss"][0]

    return epoch


def tensorgrad_fit(task):
    return epochs(model_of(task), task)


class Terminal(io.StringIO):
    """Takes what a terminal would show."""

    def isatty(self):
        return True


def with_progress(task):
    model = model_of(task)

    def epoch(shuffle=True):
        with redirect_stdout(Terminal()):
            history = model.fit(task.x, task.labels, batch_size=task.batch, verbose=1, shuffle=shuffle)
        return history.history["loss"][0]

    return epoch


def keras_model(task):
    """Return the compiled Keras model of ``task``, with its weights."""
    import keras

    *hidden, classes = task.sizes[1:]
    dense = [keras.layers.Dense(n, task.activation) for n in hidden]
    model = keras.Sequential([keras.Input(task.sizes[:1]), *dense, keras.layers.Dense(classes)])
    model.set_weights(task.weights())
    model.compile(keras.optimizers.SGD(RATE), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def keras_fit(task):
    return epochs(keras_model(task), task)


ROWS = [
    (OURS, "tensorgrad", tensorgrad_fit),
    ("with verbose=1", "tensorgrad", with_progress),
    ("Keras fit on JAX", "keras", keras_fit),
]


def report(options):
    times = {}
    for task in tasks(options.only, BATCHES):
        found = contestants(ROWS, task)
        agree({name: lambda epoch=epoch: epoch(shuffle=False) for name, epoch in found.items()}, first_steps=2)
        times[str(task)] = measure(found, options.rounds)
    return table("**`fit`**: median µs a step (÷ ours)", times, OURS, scale=1e6 / BATCHES)
