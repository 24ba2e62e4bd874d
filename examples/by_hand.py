"""The low-level way: a two-layer network from Tensors and NumPy functions, trained, checked and drawn.

The data are two interleaved half moons, made here. Run it from anywhere: ``python examples/by_hand.py``.
"""

import numpy as np

import tensorgrad as tg

rng = np.random.default_rng(0)
angle = rng.uniform(0, np.pi, 200)
inner, outer = np.array([[1.0], [0.5]]), np.array([[0.0], [0.0]])
moons = np.hstack([np.stack([np.cos(angle), np.sin(angle)]) + outer, inner - np.stack([np.cos(angle), np.sin(angle)])])
x = moons.T + rng.normal(0, 0.1, (400, 2))
y = np.repeat([0.0, 1.0], 200)[:, None]

W1 = tg.Tensor(rng.normal(0, 1.0, (2, 16)), requires_grad=True, name="W1")
b1 = tg.Tensor(np.zeros(16), requires_grad=True, name="b1")
W2 = tg.Tensor(rng.normal(0, 0.5, (16, 1)), requires_grad=True, name="W2")
b2 = tg.Tensor(np.zeros(1), requires_grad=True, name="b2")
parameters = [W1, b1, W2, b2]


def loss(x=x, y=y):
    h = tg.relu(x @ W1 + b1)
    return np.mean(tg.sigmoid_cross_entropy(h @ W2 + b2, y))


optimizer = tg.optimizers.SGD(1.0)
for step in range(301):
    value = loss()
    value.backward()
    optimizer.step(parameters)  # moves them, and clears their gradients
    if step % 100 == 0:
        print(f"step {step:3d}  loss {value:.4f}")

print()
few, labels = x[190:210], y[190:210]
print(tg.gradcheck(lambda *_: loss(few, labels), parameters))
print()

picture = tg.draw(loss(few, labels), backward="both", direction="TB", names={"x": few, "y": labels})
print(picture)
print(f"\nthe same as a picture: {picture.save('by_hand.svg').resolve()}")
