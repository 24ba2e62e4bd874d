"""Draw a transformer of six blocks, written with Tensors: one block is drawn, and how often it is repeated.

Vaswani et al., "Attention Is All You Need" (2017), with the normalisation first, as it is trained today.
Run it from anywhere: ``python examples/draw_transformer.py`` writes ``transformer.svg``.
"""

import numpy as np

import tensorgrad as tg
from tensorgrad.layers import Dense, Layer

HEADS, WIDTH, WORDS = 4, 32, 10


class Norm(Layer):
    def build(self, shape):
        self.gain = self.add_weight(shape[-1:], "ones", name="gain")
        self.shift = self.add_weight(shape[-1:], "zeros", name="shift")

    def call(self, x):
        centred = x - x.mean(axis=-1, keepdims=True)
        return centred / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5) * self.gain + self.shift


class Attention(Layer):
    def build(self, shape):
        for name in ("query", "key", "value", "out"):
            setattr(self, name, self.add_weight((WIDTH, WIDTH), name=name))

    def heads(self, x):
        return np.swapaxes(x.reshape(-1, WORDS, HEADS, WIDTH // HEADS), 1, 2)

    def call(self, x):
        q, k, v = self.heads(x @ self.query), self.heads(x @ self.key), self.heads(x @ self.value)
        weights = tg.softmax(q @ k.mT / (WIDTH / HEADS) ** 0.5)
        return np.swapaxes(weights @ v, 1, 2).reshape(-1, WORDS, WIDTH) @ self.out


class Block(Layer):
    def build(self, shape):
        self.norm_1, self.attention = Norm(name="norm_1"), Attention(name="attention")
        self.norm_2, self.mlp_1, self.mlp_2 = Norm(name="norm_2"), Dense(4 * WIDTH, "gelu"), Dense(WIDTH)

    def call(self, x):
        x = x + self.attention(self.norm_1(x))
        return x + self.mlp_2(self.mlp_1(self.norm_2(x)))


tg.set_random_seed(0)
model = tg.Sequential([Block(name=f"block_{i}") for i in range(6)], name="transformer")
x = np.random.default_rng(0).normal(size=(2, WORDS, WIDTH))
picture = model.draw(x, depth=1)  # of the model's layers the ops, of the layers inside them a box each
print(
    f"{len(picture.graph.boxes)} ops and values as {len(picture.view.boxes)} boxes: {picture.save('transformer.svg')}"
)
