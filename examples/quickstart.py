"""Train a network on real handwritten digits, check its gradients, and draw its graph.

The data are scikit-learn's 1,797 images of 8×8 pixels. Run it from anywhere: ``python examples/quickstart.py``.
"""

from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import tensorgrad as tg
from tensorgrad.layers import Dense, Dropout, Input
from tensorgrad.models import Sequential
from tensorgrad.utils import set_random_seed

set_random_seed(0)

digits = load_digits()
x_train, x_test, y_train, y_test = train_test_split(
    digits.data / 16, digits.target, test_size=0.2, random_state=0, stratify=digits.target
)
print(f"{len(x_train)} images to learn from, {len(x_test)} held back\n")

model = Sequential(name="digits")
model.add(Input(shape=(64,)))
model.add(Dense(128, activation="relu", name="hidden"))
model.add(Dropout(0.2, name="dropout"))
model.add(Dense(10, activation="softmax", name="output"))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.summary()

history = model.fit(x_train, y_train, epochs=40, batch_size=32, validation_split=0.1)

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"\nheld-back images: loss {loss:.3f}, accuracy {accuracy:.1%}\n")

print(tg.gradcheck(model, x_test[:8], y_test[:8]), end="\n\n")

graph = model.draw(x_test[:8], y_test[:8], backward="both").save("graph.svg")
plot = Path("history.png").resolve()
history.plot(plot)
print(f"the graph, forward and backward: {Path(graph).resolve()}\nthe training curves:             {plot}")
