"""What one call costs where each is small: a step on one batch, the outputs for one row, a ``fit`` of a single batch.

Everyone does what its users do: a step reads its loss, outputs come back as an array of NumPy's. "The program alone" is
what ``train_on_batch`` and ``predict`` run in the end: the program, and the optimizer's move. PyTorch runs eagerly, JAX
jitted, Keras on JAX. Before anything is measured, all must have the same losses and outputs.
"""

import numpy as np

from .fit import keras_model
from .hand import HandWritten
from .networks import WORKLOADS, Task
from .runner import agree, contestants, measure, table
from .train import jax_jit, model_of, torch_eager, torch_modules

NETWORKS = ("10-32-64-10", "12×64-tanh")
OURS, ALONE = "tensorgrad", "the program alone"


def train_on_batch(task):
    model = model_of(task)
    return lambda: model.train_on_batch(task.x, task.labels)


def step_alone(task):
    model = model_of(task)
    first = [model.train_on_batch(task.x, task.labels)]  # which writes the program
    (measures,) = model.compiled._measures.values()
    step = measures.training.kept[0]

    def run():
        if first:
            return first.pop()
        loss, *_ = step.replay.run(task.x, task.labels)
        step.update()
        return loss.item()

    return run


def keras_step(task):
    model = keras_model(task)
    return lambda: float(model.train_on_batch(task.x, task.labels))


TRAIN = [
    (OURS, "tensorgrad", train_on_batch),
    (ALONE, "tensorgrad", step_alone),
    ("hand NumPy", "numpy", lambda task: HandWritten(task).step),
    ("PyTorch", "torch", torch_eager),
    ("JAX jit", "jax", jax_jit),
    ("Keras", "keras", keras_step),
]


def predict(task):
    model = model_of(task)
    return lambda: model.predict(task.x, verbose=0)


def outputs_alone(task):
    model = model_of(task)
    step = model._inference()
    while not step.replays:
        model.predict(task.x, verbose=0)
    (replay,) = step.replays.values()
    return lambda: replay.run(task.x)[0]


def called(task):
    """The model called as a function, which runs its layers' Python."""
    from tensorgrad import no_grad

    model = model_of(task)

    def call():
        with no_grad():
            return model(task.x).numpy()

    return call


def hand(task):
    """The forward in the fewest calls of NumPy."""
    weights = task.weights()
    activate = {"relu": lambda z: np.maximum(z, 0, out=z), "tanh": lambda z: np.tanh(z, out=z)}[task.activation]

    def call():
        h = task.x
        for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
            h = h @ kernel
            h += bias
            activate(h)
        return h @ weights[-2] + weights[-1]

    return call


def torch_outputs(task):
    import torch

    model, x = torch_modules(task), torch.from_numpy(task.x)

    def call():
        with torch.no_grad():
            return model(x).numpy()

    return call


def jax_outputs(task):
    import jax
    import jax.numpy as jnp

    activate = {"relu": jax.nn.relu, "tanh": jnp.tanh}[task.activation]

    def forward(params, h):
        for kernel, bias in zip(params[:-2:2], params[1:-2:2], strict=True):
            h = activate(h @ kernel + bias)
        return h @ params[-2] + params[-1]

    program, params = jax.jit(forward), [jnp.array(w) for w in task.weights()]
    return lambda: np.asarray(program(params, task.x))


def keras_outputs(task):
    model = keras_model(task)
    return lambda: model.predict(task.x, verbose=0)


def keras_called(task):
    model = keras_model(task)
    return lambda: np.asarray(model(task.x))


PREDICT = [
    (OURS, "tensorgrad", predict),
    (ALONE, "tensorgrad", outputs_alone),
    ("hand NumPy", "numpy", hand),
    ("PyTorch", "torch", torch_outputs),
    ("JAX jit", "jax", jax_outputs),
    ("Keras", "keras", keras_outputs),
]
CALL = [
    (OURS, "tensorgrad", called),
    ("hand NumPy", "numpy", hand),
    ("PyTorch", "torch", torch_outputs),
    ("JAX jit", "jax", jax_outputs),
    ("Keras", "keras", keras_called),
]


def one_fit(model, task):
    def fit():
        return model.fit(task.x, task.labels, batch_size=task.batch, verbose=0, shuffle=False).history["loss"][0]

    return fit


FIT = [
    (OURS, "tensorgrad", lambda task: one_fit(model_of(task), task)),
    (ALONE, "tensorgrad", step_alone),
    ("hand NumPy", "numpy", lambda task: HandWritten(task).step),
    ("Keras", "keras", lambda task: one_fit(keras_model(task), task)),
]


def networks(only=None):
    """Yield the tasks."""
    for row in WORKLOADS:
        if row[0] in (only or NETWORKS):
            yield Task(*row)


def one_row(task):
    """Return ``task`` with a single row."""
    found = Task(task.name, task.sizes, task.activation, task.batch)
    found.x, found.labels = task.x[:1], task.labels[:1]
    return found


def summed(step):
    """Return a function that gives the sum of what ``step`` returns, or the number that it is."""
    return lambda: float(np.abs(step()).sum())


#: Title, contestants, and what they are given.
TABLES = [
    ("**`train_on_batch`**", TRAIN, lambda task: task),
    ("**`predict` of one row**", PREDICT, one_row),
    ("**`model(row)`** under `no_grad`", CALL, one_row),
    ("**`fit` of a single batch**", FIT, lambda task: task),
]


def report(options):
    found = []
    for title, rows, given in TABLES:
        times = {}
        for task in networks(options.only):
            steps = contestants(rows, given(task))
            agree({name: summed(step) for name, step in steps.items()}, first_steps=3)
            times[str(task)] = measure(steps, options.rounds)
        found.append(table(f"{title}: median µs (÷ ours)", times, OURS))
    return "\n\n".join(found)
