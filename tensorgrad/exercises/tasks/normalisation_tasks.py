"""Normalisation: the mean and the variance depend on the input, too."""

import numpy as np

from .task import Bug, Task


def batch_norm(x, gamma, beta, eps):
    mean = x.mean(axis=0)
    var = ((x - mean) ** 2).mean(axis=0)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta


def batch_norm_backward(dout, x, gamma, beta, eps):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    dgamma = (dout * x_hat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dx_hat = dout * gamma
    through_mean = dx_hat.mean(axis=0)
    through_var = x_hat * (dx_hat * x_hat).mean(axis=0)
    dx = (dx_hat - through_mean - through_var) / std
    return dx, dgamma, dbeta


def layer_norm(x, gamma, beta, eps):
    mean = x.mean(axis=-1, keepdims=True)
    var = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta


def layer_norm_backward(dout, x, gamma, beta, eps):
    std = np.sqrt(x.var(axis=-1, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=-1, keepdims=True)) / std
    dgamma = (dout * x_hat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dx_hat = dout * gamma
    through_mean = dx_hat.mean(axis=-1, keepdims=True)
    through_var = x_hat * (dx_hat * x_hat).mean(axis=-1, keepdims=True)
    dx = (dx_hat - through_mean - through_var) / std
    return dx, dgamma, dbeta


def _inputs(rng, n):
    return {"x": rng.normal(size=(n + 1, 4)), "gamma": rng.uniform(0.5, 2, 4), "beta": rng.normal(size=4), "eps": 1e-5}


def _normalisation_facts(dout, x, gamma, beta, eps):
    arrays = {"gamma": gamma}
    return {"x": {"arrays": arrays}, "gamma": {"parts": {}}, "beta": {"arrays": arrays}}


BATCH_NORM = Task(
    name="batch_norm",
    title="Batch normalisation (training)",
    level=3,
    formula="x̂ = (x − mean) / √(var + ε) over the rows;  y = γ x̂ + β",
    forward=batch_norm,
    backward=batch_norm_backward,
    inputs=_inputs,
    wrt=("x", "gamma", "beta"),
    hints=(
        "γ and β are easy: a product and a bias that are broadcast over the rows. For x, start with dx̂ = dout·γ.",
        "x acts on x̂ in three ways: directly, through the mean and through the variance. Write the gradient of each.",
        "With σ = √(var + ε): dx = (dx̂ − mean(dx̂) − x̂·mean(dx̂·x̂)) / σ, means over the rows.",
    ),
    bugs=(
        Bug(
            "dx = (dx_hat - through_mean - through_var) / std",
            "dx = (dx_hat - through_var) / std",
            "x also acts through the mean",
            "the same all along axis 0",
        ),
        Bug(
            "dx = (dx_hat - through_mean - through_var) / std",
            "dx = (dx_hat - through_mean) / std",
            "x also acts through the variance",
            "through the variance",
        ),
        Bug(
            "dx = (dx_hat - through_mean - through_var) / std",
            "dx = dx_hat / std",
            "mean and variance were taken for constants",
            "the mean and through the variance",
        ),
        Bug("dx_hat = dout * gamma", "dx_hat = dout", "x̂ is multiplied by γ in the forward", "gamma"),
        Bug(
            "dgamma = (dout * x_hat).sum(axis=0)",
            "dgamma = (dout * x_hat).mean(axis=0)",
            "γ acts in every row: these effects add up",
            "1/",
        ),
        Bug("dgamma = (dout * x_hat).sum(axis=0)", "dgamma = (dout * x).sum(axis=0)", "γ is multiplied by x̂, not by x"),
    ),
    known=_normalisation_facts,
)

LAYER_NORM = Task(
    name="layer_norm",
    title="Layer normalisation",
    level=3,
    formula="x̂ = (x − mean) / √(var + ε) within each row;  y = γ x̂ + β",
    forward=layer_norm,
    backward=layer_norm_backward,
    inputs=_inputs,
    wrt=("x", "gamma", "beta"),
    hints=(
        "As batch normalisation, but with mean and variance along the last axis; γ and β are still shared by all rows.",
        "So the means in dx run along the last axis (keepdims), and the sums in dγ and dβ over the rows.",
        "dx = (dx̂ − mean(dx̂) − x̂·mean(dx̂·x̂)) / σ along the last axis, dx̂ = dout·γ.",
    ),
    bugs=(
        Bug(
            "dx = (dx_hat - through_mean - through_var) / std",
            "dx = (dx_hat - through_var) / std",
            "x also acts through the mean",
            "the same all along axis 1",
        ),
        Bug(
            "dx = (dx_hat - through_mean - through_var) / std",
            "dx = (dx_hat - through_mean) / std",
            "x also acts through the variance",
            "through the variance along axis 1",
        ),
        Bug(
            "through_mean = dx_hat.mean(axis=-1, keepdims=True)",
            "through_mean = dx_hat.mean(axis=0, keepdims=True)",
            "the mean was taken within each row",
        ),
        Bug("dbeta = dout.sum(axis=0)", "dbeta = dout.mean(axis=0)", "β acts in every row: these effects add up", "1/"),
        Bug("dx_hat = dout * gamma", "dx_hat = dout", "x̂ is multiplied by γ in the forward"),
    ),
    known=_normalisation_facts,
)
