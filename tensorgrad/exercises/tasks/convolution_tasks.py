"""Windows that slide over the input: convolution in one and two dimensions, max-pooling."""

import numpy as np

from .task import Bug, Task


def conv1d(x, w, b):
    steps = x.shape[1] - w.shape[0] + 1
    return sum(x[:, k : k + steps] @ w[k] for k in range(w.shape[0])) + b


def conv1d_backward(dout, x, w, b):
    steps = dout.shape[1]
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for k in range(w.shape[0]):
        dx[:, k : k + steps] += dout @ w[k].T
        dw[k] = np.einsum("nsi,nso->io", x[:, k : k + steps], dout)
    db = dout.sum(axis=(0, 1))
    return dx, dw, db


def conv2d(x, w):
    rows, columns = x.shape[1] - w.shape[0] + 1, x.shape[2] - w.shape[1] + 1
    places = [(i, j) for i in range(w.shape[0]) for j in range(w.shape[1])]
    return sum(x[:, i : i + rows, j : j + columns] @ w[i, j] for i, j in places)


def conv2d_backward(dout, x, w):
    rows, columns = dout.shape[1:3]
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            window = (slice(None), slice(i, i + rows), slice(j, j + columns))
            dx[window] += dout @ w[i, j].T
            dw[i, j] = np.tensordot(x[window], dout, axes=([0, 1, 2], [0, 1, 2]))
    return dx, dw


def max_pool(x):
    n, rows, columns, channels = x.shape
    return x.reshape(n, rows // 2, 2, columns // 2, 2, channels).max(axis=(2, 4))


def max_pool_backward(dout, x):
    n, rows, columns, channels = x.shape
    windows = x.reshape(n, rows // 2, 2, columns // 2, 2, channels)
    largest = windows.max(axis=(2, 4), keepdims=True)
    mask = windows == largest
    dwindows = mask * dout[:, :, None, :, None, :]
    dx = dwindows.reshape(x.shape)
    return dx


CONV1D = Task(
    name="conv1d",
    title="Convolution in one dimension",
    level=3,
    formula="y[n, s] = Σₖ x[n, s + k] w[k] + b,  w[k]: a matrix from the channels in to the channels out",
    forward=conv1d,
    backward=conv1d_backward,
    inputs=lambda rng, n: {"x": rng.normal(size=(n, 6, 2)), "w": rng.normal(size=(3, 2, 4)), "b": rng.normal(size=4)},
    wrt=("x", "w", "b"),
    hints=(
        "For one k this is a matrix product of a slice of x with w[k]; the output is the sum over k.",
        "Do for each k what matmul does backward, and add each slice's gradient where the slice came from.",
        "Begin with zeros. For each k, add dout·w[k]ᵀ to the slice of dx; dw[k] sums the slice of x times dout.",
    ),
    bugs=(
        Bug(
            "dx[:, k : k + steps] += dout @ w[k].T",
            "dx[:, k : k + steps] = dout @ w[k].T",
            "the windows overlap: their gradients add up",
        ),
        Bug(
            'dw[k] = np.einsum("nsi,nso->io", x[:, k : k + steps], dout)',
            'dw[-1 - k] = np.einsum("nsi,nso->io", x[:, k : k + steps], dout)',
            "the kernel came out reversed",
            "reversed",
        ),
        Bug(
            'dw[k] = np.einsum("nsi,nso->io", x[:, k : k + steps], dout)',
            'dw[k] = np.einsum("nsi,nso->io", x[:, :steps], dout)',
            "the slice must start at k",
        ),
        Bug("db = dout.sum(axis=(0, 1))", "db = dout.sum(axis=0)", "b is added at every step, too", "lacks the sum"),
    ),
)

CONV2D = Task(
    name="conv2d",
    title="Convolution in two dimensions",
    level=3,
    formula="y[n, r, c] = Σᵢⱼ x[n, r + i, c + j] w[i, j],  w[i, j]: a matrix from the channels in to the channels out",
    forward=conv2d,
    backward=conv2d_backward,
    inputs=lambda rng, n: {"x": rng.normal(size=(n - 2, 5, 4, 2)), "w": rng.normal(size=(3, 3, 2, 3))},
    wrt=("x", "w"),
    hints=(
        "As in one dimension, with a loop over i and j: solve conv1d first.",
        "For each (i, j) the same window of x is read in the forward and written in the backward.",
        "Begin with zeros. For each (i, j), add dout·w[i, j]ᵀ to the window of dx; dw[i, j] sums window times dout.",
    ),
    bugs=(
        Bug(
            "dx[window] += dout @ w[i, j].T",
            "dx[window] = dout @ w[i, j].T",
            "the windows overlap: their gradients add up",
        ),
        Bug(
            "dx[window] += dout @ w[i, j].T",
            "dx[window] += dout @ w[-1 - i, -1 - j].T",
            "the kernel is not turned round here: the slices take care of it",
        ),
        Bug(
            "dw[i, j] = np.tensordot(x[window], dout, axes=([0, 1, 2], [0, 1, 2]))",
            "dw[j, i] = np.tensordot(x[window], dout, axes=([0, 1, 2], [0, 1, 2]))",
            "rows and columns of the kernel are exchanged",
            "transposed",
        ),
    ),
)

MAX_POOL = Task(
    name="max_pool",
    title="Max-pooling over windows of 2 × 2",
    level=2,
    formula="y[n, r, c] = the largest of x[n, 2r, 2c], x[n, 2r, 2c+1], x[n, 2r+1, 2c], x[n, 2r+1, 2c+1]",
    forward=max_pool,
    backward=max_pool_backward,
    inputs=lambda rng, n: {"x": rng.normal(size=(n, 6, 10, 2))},
    wrt=("x",),
    hints=(
        "Only the largest element of a window moves the output.",
        "So the gradient of a window goes to that one element, whole; the other three get zero.",
        "Build a mask of where x is the maximum of its window, and multiply it by dout spread over the window.",
    ),
    bugs=(
        Bug(
            "dwindows = mask * dout[:, :, None, :, None, :]",
            "dwindows = (mask | ~mask) * dout[:, :, None, :, None, :]",
            "the mask is missing: all four elements get the gradient",
            "should be zero",
        ),
        Bug(
            "dwindows = mask * dout[:, :, None, :, None, :]",
            "dwindows = (mask | ~mask) * dout[:, :, None, :, None, :] / 4",
            "that is the backward of mean-pooling: here the largest element gets all of it",
        ),
        Bug("mask = windows == largest", "mask = windows != largest", "the mask is the wrong way round", "inverted"),
    ),
)
