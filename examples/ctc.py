"""The CTC loss of speech recognition, a loop over a lattice with ``np.logaddexp``; its gradient holds the alignment.

Run it from anywhere: ``python examples/ctc.py`` writes ``ctc.png``.
"""

from itertools import groupby, product

import numpy as np
from matplotlib import pyplot as plt

import tensorgrad as tg

LETTERS = "-cat"  # the first is the blank


def log_softmax(logits):
    return logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))


def ctc_loss(logits, labels):
    """Return ``-log p(labels)``, of all paths that spell labels: a letter may last, and blanks are mute."""
    states = [0, *(s for label in labels for s in (label, 0))]
    first, *frames = log_softmax(logits)
    alpha = [first[0], first[states[1]]] + [-np.inf] * (len(states) - 2)
    for frame in frames:
        before, alpha = alpha, []
        for i, s in enumerate(states):
            a = before[i] if i == 0 else np.logaddexp(before[i], before[i - 1])
            if i > 1 and s not in (0, states[i - 2]):
                a = np.logaddexp(a, before[i - 2])
            alpha.append(a + frame[s])
    return -np.logaddexp(alpha[-1], alpha[-2])


rng = np.random.default_rng(0)
labels = [LETTERS.index(letter) for letter in "cat"]
few = rng.normal(size=(6, 4))
spelling = [path for path in product(range(4), repeat=6) if [s for s, _ in groupby(path) if s] == labels]
paths = -np.log(sum(np.prod(np.exp(log_softmax(few))[range(6), path]) for path in spelling))
print(f"loss of 6 frames {ctc_loss(few, labels):.9f}, by its {len(spelling)} paths {paths:.9f}")
numeric = [(ctc_loss(few + h, labels) - ctc_loss(few - h, labels)) / 2e-5 for h in 1e-5 * np.eye(24).reshape(24, 6, 4)]
error = np.max(np.abs(tg.grad(ctc_loss)(few, labels).ravel() - numeric))
print(f"the gradient, and differences of the loss, agree to {error:.0e}")

spoken = [LETTERS.index(letter) for letter in "-----ccc----aaaa---tttt--"]
logits = 2 * np.eye(4)[spoken] + rng.normal(size=(25, 4))
p = np.exp(log_softmax(logits))
aligned = p - tg.grad(ctc_loss)(logits, labels)
print(f"p - gradient, the alignment, sums to one in each frame, to {np.max(np.abs(aligned.sum(1) - 1)):.0e}")

plt.switch_backend("Agg")
figure, axes = plt.subplots(2, 1, figsize=(8, 4), layout="constrained", sharex=True)
axes[0].set_title("Probabilities p from a noisy network")
axes[1].set(title="Aligned with “cat”: p - gradient of the loss", xlabel="frame")
for ax, values in zip(axes, (p, aligned), strict=True):
    ax.imshow(values.T, vmin=0, vmax=1, cmap="Blues", aspect="auto")
    ax.set_yticks(range(4), ["blank", *LETTERS[1:]])
figure.savefig("ctc.png", dpi=120)
