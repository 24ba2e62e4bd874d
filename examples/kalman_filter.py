"""Find the noise of a Kalman filter: its log-likelihood is a loop in NumPy, and ``tg.value_and_grad`` climbs it.

Run it from anywhere: ``python examples/kalman_filter.py`` writes ``kalman_filter.png``.
"""

import numpy as np
from matplotlib import pyplot as plt

import tensorgrad as tg


def kalman_filter(theta, y):
    """Return the log-likelihood, and mean and variance of the position at each step; the velocity is a random walk."""
    q, r = np.exp(theta)
    F, Q = np.array([[1.0, 1.0], [0.0, 1.0]]), q * np.diag([0.0, 1.0])
    m, P, loglik, track = np.zeros(2), 10 * np.eye(2), 0.0, []
    for measured in y:
        m, P = F @ m, F @ P @ F.T + Q
        v, S = measured - m[0], P[0, 0] + r
        loglik = loglik - 0.5 * (np.log(2 * np.pi * S) + v**2 / S)
        K = P[:, 0] / S
        m, P = m + K * v, P - np.outer(K, P[0])
        track.append((m[0], P[0, 0]))
    return loglik, track


def log_likelihood(theta, y):
    return kalman_filter(theta, y)[0]


rng = np.random.default_rng(9)
true = np.array([0.2, 9.0])  # variances of the motion, q, and of the measurement, r
position = np.cumsum(np.cumsum(rng.normal(0, np.sqrt(true[0]), 80)))
y = position + rng.normal(0, np.sqrt(true[1]), 80)

path = [np.array([0.0, 3.0])]
numeric = [(log_likelihood(path[0] + h, y) - log_likelihood(path[0] - h, y)) / 2e-5 for h in 1e-5 * np.eye(2)]
error = np.max(np.abs(tg.grad(log_likelihood)(path[0], y) - numeric))
print(f"the gradient, and differences of the log-likelihood, agree to {error:.0e}")
for step in range(61):
    value, g = tg.value_and_grad(log_likelihood)(path[-1], y)
    path.append(path[-1] + 0.02 * g)
    if step % 20 == 0:
        print(f"step {step:2}: log-likelihood {value:.2f}, q and r {np.exp(path[-1]).round(2)}, true {true}")

mean, variance = np.array(kalman_filter(path[-1], y)[1]).T
plt.switch_backend("Agg")
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained", width_ratios=(3, 2))
left.fill_between(range(80), mean - 2 * variance**0.5, mean + 2 * variance**0.5, alpha=0.2, lw=0, label="± 2 σ")
left.plot(mean, label="filtered")
left.plot(position, "k--", lw=1, label="true")
left.plot(y, ".", color="gray", label="measured")
left.set(title="The filter with the noise found", xlabel="time", ylabel="position")
right.semilogy(np.exp(path), label=["q, of the motion", "r, of the measurement"])
right.hlines(true, 0, 61, ["C0", "C1"], "dotted", label="true")
right.set(title="Climbing the likelihood", xlabel="step", ylabel="variance")
left.legend()
right.legend()
figure.savefig("kalman_filter.png", dpi=120)
