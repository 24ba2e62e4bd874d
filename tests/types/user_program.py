"""A program of a user, which ``mypy --strict`` and ``basedpyright`` in strict mode have nothing to say about."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

import tensorgrad as tg
from tensorgrad.callbacks import Callback, History
from tensorgrad.initializers import GlorotUniform, HeNormal
from tensorgrad.layers import Activation, Dense, Dropout, Flatten, Input, Layer
from tensorgrad.losses import BinaryCrossentropy, Loss
from tensorgrad.metrics import BinaryAccuracy, Mean, Metric
from tensorgrad.models import Sequential
from tensorgrad.optimizers import SGD, Adam, Optimizer


class Scale(Layer):
    """A layer of one's own."""

    factor: float = 1.0

    def build(self, input_shape: tuple[Any, ...]) -> None:
        self.gain = self.add_weight((input_shape[-1],), "ones", name="gain")

    def call(self, x: tg.Tensor) -> tg.Tensor:
        return x * self.gain * self.factor


class Cubed(Loss):
    """A loss of one's own."""

    def call(self, y_true: tg.Tensor, y_pred: tg.Tensor) -> tg.Tensor:
        return ((y_pred - y_true) ** 2).mean(axis=-1)


class SignSGD(Optimizer):
    """An optimizer of one's own."""

    learning_rate: float = 0.01

    def update(self, w: Any, g: Any, rate: float, step: int, spare: Any) -> None:
        w -= rate * np.sign(g)


class Longest(Metric):
    """A metric of one's own."""

    length = 0

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.length = max(self.length, len(y_pred))

    def result(self) -> float:
        return float(self.length)

    def reset_state(self) -> None:
        self.length = 0


class Short(Callback):
    """A callback of one's own."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.model.stop_training = logs is not None and logs["loss"] < 0.1


tg.set_random_seed(0)
x: NDArray[Any] = np.random.default_rng(0).normal(size=(32, 4))
y = (x[:, :1] > 0).astype(int)

model = Sequential([Input((4,)), Dense(8, "relu", kernel_initializer=HeNormal(seed=1))], name="small")
model.add(Dropout(0.1))
model.add(Scale(2.0, name="scale"))
model.add(Flatten())
model.add(Dense(1, kernel_initializer=GlorotUniform()))
model.add(Activation("sigmoid"))
model.compile(optimizer=Adam(0.01), loss=BinaryCrossentropy(from_logits=False), metrics=["accuracy", BinaryAccuracy()])
history: History = model.fit(x, y, epochs=2, batch_size=16, validation_split=0.25, verbose=0, callbacks=[Short()])
losses: list[float] = history.history["loss"]
predicted: NDArray[Any] = model.predict(x, verbose=0)
scores: dict[str, float] = model.evaluate(x, y, verbose=0, return_dict=True)
weights: list[NDArray[Any]] = model.get_weights()
count: int = model.count_params()
first: Layer = model.layers[0]
hidden: tg.Parameter = first.weights[0]
model.summary(print_fn=lambda line: None)
model.compile(SignSGD(), Cubed(), metrics=[Longest()])
values = model.train_on_batch(x, y)
picture = model.draw(x[:1], y[:1], backward="both")
text: str = picture.source

w = tg.Tensor([1.0, 2.0], requires_grad=True, name="w")
loss = ((w * 2 - 1) ** 2).sum()
loss.backward()
assert w.grad is not None
gradient: NDArray[Any] = w.grad.numpy()
SGD(0.1, momentum=0.9).step([w])
shape: tuple[int, ...] = (w @ w).shape
with tg.no_grad():
    z = w.reshape(1, 2).T


@tg.no_grad()
def doubled(t: tg.Tensor) -> tg.Tensor:
    """Return twice ``t``."""
    return t * 2


half: tg.Tensor = doubled(w) / 4


def squares(w: tg.Tensor) -> tg.Tensor:
    """Return the sum of the squares of ``w``."""
    return (w * w).sum()


report = tg.gradcheck(squares, (w,))
right: bool = bool(report)
plot = tg.utils.plot_model(model, to_file=None)
centre = Mean()


def slope(g: Any, y: Any, x: Any) -> Any:
    """Return the gradient of the softsign."""
    return g / (1 + abs(x)) ** 2


def value(x: Any) -> Any:
    """Return the softsign."""
    return x / (1 + abs(x))


softsign = tg.elementwise("softsign", value, x=slope)


@tg.primitive
def scaled(x: Any, *, by: float = 2.0) -> Any:
    """Return ``x`` times ``by``."""
    return x * by


@scaled.vjp("x")
def scaled_x(g: Any, y: Any, x: Any, *, by: float) -> Any:
    """Return the gradient of ``scaled``."""
    return g * by


s: tg.Tensor = scaled(softsign(w), by=3.0)
e: tg.Tensor = tg.exp(w) + tg.stack([w, w]).sum(axis=0)
row: tg.Op = softsign.op
