"""Learn the kernel of a Gaussian process: its marginal likelihood goes through ``np.linalg.cholesky`` and ``solve``.

Run it from anywhere: ``python examples/gaussian_process.py`` writes ``gaussian_process.png``.
"""

import numpy as np
from matplotlib import pyplot as plt

import tensorgrad as tg


def kernel(theta, a, b):
    """``s² exp(-(a - b)² / 2l²)``; theta holds the logarithms of s, of the length l and of the noise σ."""
    return np.exp(2 * theta[0]) * np.exp(-0.5 * ((a[:, None] - b) / np.exp(theta[1])) ** 2)


def log_marginal_likelihood(theta, x, y):
    """``log N(y; 0, K + σ²I)``."""
    L = np.linalg.cholesky(kernel(theta, x, x) + np.exp(2 * theta[2]) * np.eye(len(x)))
    z = np.linalg.solve(L, y)
    return -0.5 * z @ z - np.sum(np.log(np.diag(L))) - len(x) / 2 * np.log(2 * np.pi)


def predict(theta, x, y, new):
    K, k = kernel(theta, x, x) + np.exp(2 * theta[2]) * np.eye(len(x)), kernel(theta, new, x)
    return k @ np.linalg.solve(K, y), np.sqrt(np.exp(2 * theta[0]) - np.sum(k.T * np.linalg.solve(K, k.T), axis=0))


rng = np.random.default_rng(1)
x = np.sort(rng.uniform(0, 10, 30))
y = np.sin(x) + 0.5 * np.sin(2.5 * x) + rng.normal(0, 0.2, 30)
f = log_marginal_likelihood
start = theta = np.log([1.0, 3.0, 1.0])
K, noise = kernel(theta, x, x), np.eye(30)
a = np.linalg.solve(K + noise, y)
dK = [2 * K, K * (x[:, None] - x) ** 2 / 3**2, 2 * noise]  # by each entry of theta
closed = [0.5 * (a @ d @ a - np.trace(np.linalg.solve(K + noise, d))) for d in dK]
print(f"the gradient, and its closed form, agree to {np.max(np.abs(tg.grad(f)(theta, x, y) - closed)):.0e}")

for step in range(101):
    value, g = tg.value_and_grad(f)(theta, x, y)
    if step % 50 == 0:
        print(f"step {step:3}: log marginal likelihood {value:.2f}, gradient {np.linalg.norm(g):.0e}")
    theta = theta + 0.01 * g
print("amplitude {:.2f}, length {:.2f}, noise {:.2f} (true 0.2)".format(*np.exp(theta)))
print(f"a maximum: the eigenvalues of the Hessian are {np.linalg.eigvalsh(tg.hessian(f)(theta, x, y)).round(1)}")

plt.switch_backend("Agg")
figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained", sharey=True)
new = np.linspace(0, 10, 300)
for ax, t, title in zip(axes, (start, theta), ("Before", "After"), strict=True):
    mean, sd = predict(t, x, y, new)
    ax.fill_between(new, mean - 2 * sd, mean + 2 * sd, alpha=0.2, lw=0, label="± 2 σ")
    ax.plot(new, mean, label="mean")
    ax.plot(new, np.sin(new) + 0.5 * np.sin(2.5 * new), "k--", lw=1, label="true")
    ax.plot(x, y, ".", color="gray", label="data")
    ax.set(title=f"{title}: log marginal likelihood {f(t, x, y):.1f}", xlabel="x")
axes[0].legend()
figure.savefig("gaussian_process.png", dpi=120)
