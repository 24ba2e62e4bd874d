"""Draw one neuron, ``y = sigmoid(w·x + b)``, forward and backward, with its values and gradients.

Run it from anywhere: ``python examples/draw_neuron.py`` writes ``neuron.svg``.
"""

import tensorgrad as tg

x = tg.Tensor([2.0, 1.5], name="x")
w = tg.Parameter([0.5, -1.0], name="w")
b = tg.Parameter(0.25, name="b")

s = w @ x
z = s + b
y = tg.sigmoid(z)

picture = tg.draw(y, backward="both", values=True, names=locals())
print(picture)
print(f"\nthe same as a picture: {picture.save('neuron.svg').resolve()}")
