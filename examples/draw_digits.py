"""Draw a network that reads handwritten digits: each op beside its rule, each weight beside its gradient.

Run it from anywhere: ``python examples/draw_digits.py`` writes ``digits.svg`` and ``flow.png``.
"""

from pathlib import Path

from sklearn.datasets import load_digits

import tensorgrad as tg
from tensorgrad.layers import Dense
from tensorgrad.models import Sequential

tg.set_random_seed(0)
digits = load_digits()
x, y = digits.data[:32] / 16, digits.target[:32]

model = Sequential(name="digits")
model.add(Dense(32, activation="relu", input_shape=(64,), name="hidden"))
model.add(Dense(10, activation="softmax", name="output"))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")

picture = model.draw(x, y, backward="both")
print(picture)
print(f"\nthe same as a picture: {picture.save('digits.svg').resolve()}\n")

print(model.gradient_flow(x, y))
flow = Path("flow.png").resolve()
model.plot_gradient_flow(x, y, save=flow)
print(f"\nthe same as a chart: {flow}")
