"""A training step: float32, softmax cross-entropy from logits, plain SGD, on one batch over and over.

Every step returns its loss as a Python number, as a loop that reports its progress needs it; so its work is done when
the clock stops. JAX computes in a thread of its own and need not be waited for: "loss unread" is a row of steps, waited
for once. Before anything is measured, all contestants must have the same losses in the first five steps.
"""

import shutil
import sys

from . import chart
from .hand import HandWritten, textbook
from .networks import RATE, tasks
from .runner import agree, contestants, measure, peak, table

#: What the others are divided by.
OURS = "tensorgrad, as fit"


def model_of(task):
    """Return the compiled Sequential of ``task``, with its weights."""
    from tensorgrad.layers import Dense, Input
    from tensorgrad.losses import SparseCategoricalCrossentropy
    from tensorgrad.models import Sequential
    from tensorgrad.optimizers import SGD

    *hidden, classes = task.sizes[1:]
    model = Sequential([Input(task.sizes[:1]), *(Dense(n, task.activation) for n in hidden), Dense(classes)])
    model.set_weights(task.weights())
    model.compile(SGD(RATE), SparseCategoricalCrossentropy(from_logits=True))
    return model


def as_fit(task):
    """The step that ``fit`` takes: a Sequential, its loss, gradients and optimizer."""
    from tensorgrad.training.loop import TrainStep

    model = model_of(task)
    meters = model.compiled.measures(task.labels, model.output_shape).meters()
    step = TrainStep(model, meters)
    return lambda: step(task.x, task.labels, None)


def eager(task):
    """Tensors, ``loss.backward()``, ``SGD.step``."""
    import numpy as np

    import tensorgrad as tg

    activate = {"relu": tg.relu, "tanh": np.tanh}[task.activation]
    params = [tg.Parameter(w) for w in task.weights()]
    optimizer = tg.optimizers.SGD(RATE)
    layers = list(zip(params[::2], params[1::2], strict=True))

    def step():
        h = task.x
        for kernel, bias in layers[:-1]:
            h = activate(h @ kernel + bias)
        kernel, bias = layers[-1]
        loss = tg.sparse_softmax_cross_entropy(h @ kernel + bias, task.labels).mean()
        loss.backward()
        optimizer.step(params)
        return loss.item()

    return step


def torch_modules(task):
    import torch
    from torch import nn

    activation = {"relu": nn.ReLU, "tanh": nn.Tanh}[task.activation]
    modules = []
    weights = [torch.from_numpy(w) for w in task.weights()]
    for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
        linear = nn.Linear(*kernel.shape)
        linear.weight.data.copy_(kernel.T)
        linear.bias.data.copy_(bias)
        modules += [linear, activation()]
    return nn.Sequential(*modules[:-1])


def torch_eager(task, prepare=lambda model: model):
    """``prepare`` may compile the model."""
    import torch
    from torch.nn.functional import cross_entropy

    model = prepare(torch_modules(task))
    optimizer = torch.optim.SGD(model.parameters(), RATE)
    x, labels = torch.from_numpy(task.x), torch.from_numpy(task.labels)

    def step():
        loss = cross_entropy(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def torch_compiled(task):
    import torch

    torch._dynamo.reset()  # or the limit of recompilations is soon reached
    return torch_eager(task, torch.compile)


def jax_jit(task, read=float):
    """The whole step is one program, which may overwrite the weights it is given."""
    import jax
    import jax.numpy as jnp

    activate = {"relu": jax.nn.relu, "tanh": jnp.tanh}[task.activation]

    def loss_of(params, x, labels):
        h = x
        for kernel, bias in zip(params[:-2:2], params[1:-2:2], strict=True):
            h = activate(h @ kernel + bias)
        scores = jax.nn.log_softmax(h @ params[-2] + params[-1])
        return -jnp.take_along_axis(scores, labels[:, None], axis=1).mean()

    def update(params, x, labels):
        loss, grads = jax.value_and_grad(loss_of)(params, x, labels)
        return [w - RATE * g for w, g in zip(params, grads, strict=True)], loss

    program = jax.jit(update, donate_argnums=0)
    params = [jnp.array(w) for w in task.weights()]
    x, labels = jnp.array(task.x), jnp.array(task.labels)

    def step():
        nonlocal params
        params, loss = program(params, x, labels)
        return read(loss)

    return step


def hips_autograd(task):
    import autograd.numpy as np
    from autograd import value_and_grad

    activate = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh}[task.activation]
    params, one_hot = task.weights(), task.one_hot

    def loss_of(params):
        h = task.x
        for kernel, bias in zip(params[:-2:2], params[1:-2:2], strict=True):
            h = activate(np.dot(h, kernel) + bias)
        z = np.dot(h, params[-2]) + params[-1]
        z = z - np.max(z, axis=1, keepdims=True)
        return np.mean(np.log(np.sum(np.exp(z), axis=1)) - np.sum(z * one_hot, axis=1))

    gradient = value_and_grad(loss_of)

    def step():
        loss, grads = gradient(params)
        for w, g in zip(params, grads, strict=True):
            w -= RATE * g
        return loss.item()

    return step


def mygrad_eager(task):
    import mygrad
    from mygrad.nnet import relu, softmax_crossentropy

    mygrad.turn_memory_guarding_off()  # as its documentation advises for speed
    activate = {"relu": relu, "tanh": mygrad.tanh}[task.activation]
    params = [mygrad.tensor(w) for w in task.weights()]
    layers = list(zip(params[::2], params[1::2], strict=True))

    def step():
        h = task.x
        for kernel, bias in layers[:-1]:
            h = activate(mygrad.matmul(h, kernel) + bias)
        kernel, bias = layers[-1]
        loss = softmax_crossentropy(mygrad.matmul(h, kernel) + bias, task.labels)
        loss.backward()
        for p in params:
            p.data -= RATE * p.grad
        return loss.item()

    return step


#: Of tensorgrad; a compiled step is one more row here, and then what ``OURS`` names.
TENSORGRAD = [
    (OURS, "tensorgrad", as_fit),
    ("tensorgrad eager", "tensorgrad", eager),
]
HAND = [
    ("hand NumPy", "numpy", lambda task: HandWritten(task).step),
    ("textbook NumPy", "numpy", textbook),
]
PEERS = [
    ("PyTorch eager", "torch", torch_eager),
    ("JAX jit", "jax", jax_jit),
    ("JAX jit, loss unread", "jax", lambda task: jax_jit(task, read=lambda loss: loss)),
    ("HIPS autograd", "autograd", hips_autograd),
    ("MyGrad", "mygrad", mygrad_eager),
]
COMPILED_PEERS = [("torch.compile", "torch", torch_compiled)]

#: Those that allocate through NumPy, whose memory Python can see.
NUMPY_ONLY = ("tensorgrad", "numpy", "autograd", "mygrad")


def rows(options):
    found = [*TENSORGRAD, *HAND, *PEERS]
    if options.torch_compile:
        if not any(map(shutil.which, ("c++", "g++", "clang++"))):
            sys.exit("--torch-compile needs a C++ compiler")
        found += COMPILED_PEERS
    return found


def report(options):
    times, memory = {}, {}
    for task in tasks(options.only):
        steps = contestants(rows(options), task)
        agree(steps)
        times[str(task)] = measure(steps, options.rounds)
        memory[str(task)] = {name: peak(maker, task) for name, package, maker in rows(options)
                             if name in steps and package in NUMPY_ONLY}  # fmt: skip
    if options.chart:
        chart.save(times, OURS, options.chart)
    return "\n\n".join([
        table("**A training step**: median µs (÷ ours)", times, OURS),
        table("**Peak memory of a step**: KiB, weights and buffers included (÷ ours)", memory, OURS, scale=1 / 1024),
    ])  # fmt: skip
