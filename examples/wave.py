"""Turn a nonlinear wave back: the gradient of a loss at the end of a spectral simulation by the state at its start.

Run it from anywhere: ``python examples/wave.py`` writes ``wave.png``.
"""

import numpy as np
from matplotlib import pyplot as plt

import tensorgrad as tg

LENGTH, POINTS, DT, STEPS = 30.0, 64, 0.2, 60
x = np.arange(POINTS) * LENGTH / POINTS
k = 2 * np.pi * np.fft.rfftfreq(POINTS, LENGTH / POINTS)


def acceleration(u):
    """Return ``u_tt = u_xx - sin(u)``, the sine-Gordon equation, with ``u_xx`` by the Fourier transform."""
    return np.fft.irfft(-(k**2) * np.fft.rfft(u), POINTS) - np.sin(u)


def simulate(u):
    """Return the wave at each step of the leapfrog, from rest at ``u``."""
    v, wave = DT / 2 * acceleration(u), [u]
    for _ in range(STEPS):
        u = u + DT * v
        v = v + DT * acceleration(u)
        wave.append(u)
    return np.stack(wave)


def loss(start, seen):
    """Return how far the last eight states are from those that were seen."""
    return np.sum((simulate(start)[-8:] - seen) ** 2)


true = 2 * np.exp(-((x - 10) ** 2) / 4) - 1.2 * np.exp(-((x - 19) ** 2) / 6)
seen = simulate(true)[-8:]
start, momentum = np.zeros(POINTS), 0
numeric = [(loss(true / 2 + h, seen) - loss(true / 2 - h, seen)) / 2e-4 for h in 1e-4 * np.eye(POINTS)]
error = np.max(np.abs(tg.grad(loss)(true / 2, seen) - numeric))
print(f"the gradient, and differences of the loss, agree to {error:.0e}")
for step in range(81):
    value, g = tg.value_and_grad(loss)(start, seen)
    momentum = 0.8 * momentum - 0.03 * g
    start = start + momentum
    if step % 20 == 0:
        print(f"step {step:2}: loss {value:.0e}, the start is wrong by {np.max(np.abs(start - true)):.4f} at most")

plt.switch_backend("Agg")
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
left.imshow(simulate(start), origin="lower", aspect="auto", cmap="RdBu_r", vmin=-2, vmax=2, extent=(0, LENGTH, 0, 12))
left.axhline(DT * (STEPS - 7), color="k", ls="--", lw=1)
left.set(title="The wave (seen: only above the line)", xlabel="x", ylabel="time")
right.plot(x, seen[-1], color="gray", lw=1, label="end, seen")
right.plot(x, start, lw=3, label="start, found")
right.plot(x, true, "k--", lw=1, label="start, true")
right.set(title="Its start, from its end", xlabel="x")
right.legend()
figure.savefig("wave.png", dpi=120)
