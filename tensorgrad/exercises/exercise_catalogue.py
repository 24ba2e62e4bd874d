"""All exercises, in the order in which they build on each other."""

import numpy as np

from ..errors import unknown_name_error
from .exercise import Exercise
from .tasks import activation_tasks as activations
from .tasks import arithmetic_tasks as arithmetic
from .tasks import convolution_tasks as convolution
from .tasks import linear_tasks as linear
from .tasks import loss_tasks as losses
from .tasks import network_tasks as networks
from .tasks import normalisation_tasks as normalisation
from .tasks import sequence_tasks as sequences

TASKS = (
    arithmetic.PRODUCT,
    arithmetic.REUSE,
    linear.BIAS,
    linear.MEAN,
    linear.MATMUL,
    activations.RELU,
    activations.SIGMOID,
    activations.TANH,
    losses.MSE,
    networks.DROPOUT,
    losses.L2,
    networks.TWO_LAYER,
    activations.SOFTMAX,
    losses.SOFTMAX_CROSS_ENTROPY,
    convolution.MAX_POOL,
    convolution.CONV1D,
    convolution.CONV2D,
    normalisation.BATCH_NORM,
    normalisation.LAYER_NORM,
    sequences.RNN,
    sequences.ATTENTION,
)


class Catalogue:
    """The exercises by name or number, in order; it prints as a table that shows what you have solved.

    >>> catalogue = Catalogue(TASKS)
    >>> len(catalogue), catalogue["matmul"].number, catalogue[1].name
    (21, 5, 'product')
    """

    def __init__(self, tasks):
        self.exercises = [Exercise(i, len(tasks), task) for i, task in enumerate(tasks, 1)]

    def __iter__(self):
        return iter(self.exercises)

    def __len__(self):
        return len(self.exercises)

    def __getitem__(self, key):
        for exercise in self.exercises:
            if key in (exercise.name, exercise.number):
                return exercise
        raise unknown_name_error("exercise", key, [e.name for e in self.exercises])

    def find_the_bug(self, name=None, seed=0):
        """Return a Hunt: a backward with a planted bug, of the exercise ``name`` or of a random one."""
        if name is None:
            name = self.exercises[np.random.default_rng(seed).integers(len(self))].name
        return self[name].bug(seed)

    def __repr__(self):
        heads = ("", "exercise", "level", "solved", "task")
        rows = [(str(e.number), e.name, "●" * e.task.level, _progress(e), e.task.title) for e in self]
        widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(4)]
        lines = ["  " + "  ".join([c.ljust(w) for c, w in zip(row, widths, strict=False)] + [row[4]])
                 for row in (heads, *rows)]  # fmt: skip
        solved = sum(e.solved for e in self)
        head = f"{len(self)} exercises, {solved} solved; tg.exercises.product.show() shows the first"
        return "\n".join([head, *lines])


def _progress(exercise):
    if exercise.solved:
        return "yes"
    return f"{exercise.attempts} tried" if exercise.attempts else "–"
