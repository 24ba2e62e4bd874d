"""Learn the scales of features so that their principal components, by ``np.linalg.svd``, show the classes.

Run it from anywhere: ``python examples/pca.py`` writes ``pca.png``.
"""

import numpy as np
from matplotlib import pyplot as plt

import tensorgrad as tg


def components(scale, x):
    """Return the first two principal components of the scaled features, and the share of the variance in them."""
    z = (x - np.mean(x, axis=0)) * scale
    _, s, Vt = np.linalg.svd(z, full_matrices=False)
    return z @ Vt[:2].T, np.sum(s[:2] ** 2) / np.sum(s**2)


def explained(scale, x):
    return components(scale, x)[1]


def overlap(log_scale, x, classes):
    """Return the scatter within the classes in the plane of the first two components, as a share of all scatter."""
    p = components(np.exp(log_scale), x)[0]
    within = sum(np.sum((p[classes == c] - np.mean(p[classes == c], axis=0)) ** 2) for c in range(3))
    return within / np.sum(p**2)


rng = np.random.default_rng(0)
classes = np.repeat(range(3), 50)
centers = rng.normal(size=(3, 6)) * [2, 2, 2, 0, 0, 0]
x = centers[classes] + rng.normal(size=(150, 6)) * [0.6, 0.6, 0.6, 4, 4, 2]  # the last three say nothing, loudly

_, s, Vt = np.linalg.svd(x - np.mean(x, axis=0), full_matrices=False)
closed = 2 * (s[:2] ** 2 @ Vt[:2] ** 2 - explained(np.ones(6), x) * (s**2 @ Vt**2)) / np.sum(s**2)
error = np.max(np.abs(tg.grad(explained)(np.ones(6), x) - closed))
print(f"the gradient of the explained variance, and its closed form, agree to {error:.0e}")

log_scale = np.zeros(6)
numeric = [(overlap(h, x, classes) - overlap(-h, x, classes)) / 2e-5 for h in 1e-5 * np.eye(6)]
error = np.max(np.abs(tg.grad(overlap)(log_scale, x, classes) - numeric))
print(f"the gradient of the overlap, and its differences, agree to {error:.0e}")

for step in range(61):
    value, g = tg.value_and_grad(overlap)(log_scale, x, classes)
    if step % 20 == 0:
        print(f"step {step:2}: overlap {value:.3f}, scales {np.exp(log_scale).round(2)}")
    log_scale = log_scale - 0.5 * g

plt.switch_backend("Agg")
figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
for ax, t, title in zip(axes, (np.zeros(6), log_scale), ("Before", "With the scales learned"), strict=True):
    ax.scatter(*components(np.exp(t), x)[0].T, c=np.array(["C0", "C1", "C2"])[classes], s=15)
    ax.set(title=f"{title}: overlap {overlap(t, x, classes):.0%}", xlabel="component 1", ylabel="component 2")
figure.savefig("pca.png", dpi=120)
