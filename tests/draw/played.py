"""What the tests of the player play: a neuron, a network, 200 boxes, hostile names."""

import numpy as np

import tensorgrad as tg

HOSTILE = ['a "quoted" name', "it's", "back\\slash\\", "</script><script>alert(1)</script>",
           "<img src=x onerror=alert(1)>", "{{data}} ${x} `y`", "<!-- & &lt;", "two\nlines\t", "\x00\x1b[1m\u2028",
           "n" * 10_000, "\ud800 alone", "∂ 漢字 🙂", "__proto__", ""]  # fmt: skip


def neuron():
    x, w, b = np.array([2.0, 1.0]), tg.Parameter([0.5, -1.0], name="w"), tg.Parameter(0.25, name="b")
    z = w @ x + b
    y = tg.sigmoid(z)
    z.name, y.name = "z", "y"
    return y, {"x": x}


def fan():
    """a is used three times: its gradient is a sum."""
    a = tg.Parameter(2.0, name="a")
    y = a * a + a * 3.0
    y.name = "y"
    return y


def network():
    """Return a model of two layers with its data."""
    model = tg.Sequential(
        [tg.layers.Dense(3, "tanh", input_shape=(2,), name="hidden"), tg.layers.Dense(1, name="output")], name="net"
    )
    model.compile("sgd", "mse")
    rng = np.random.default_rng(0)
    return model, rng.normal(size=(4, 2)), rng.normal(size=(4, 1))


def tangle(boxes=200, shape=(16, 16)):
    """Return a loss whose graph has about so many boxes, with edges that jump."""
    rng = np.random.default_rng(1)
    made = [tg.Parameter(rng.normal(size=shape), name=f"w{i}") for i in range(20)]
    while len(made) < boxes - 2:
        near = made[-6:]
        a, b = near[rng.integers(len(near))], made[rng.integers(len(made))]
        made.append([a * b, a + b, np.tanh(a), a - b][len(made) % 4])
    unused = np.stack(made)
    return np.sum(unused)


def named(names):
    """Return a sum of products in which everything bears those names, and a scope of that name for each product."""
    total, scopes = 0.0, []
    for i, name in enumerate(names):
        y = tg.Parameter(1.0 + i, name=name) * tg.Tensor([1.0], name=name)
        y.name = name
        scopes.append((y.seq, y.seq, name, 0))
        total = total + y
    return total, scopes


def hostile():
    total, _ = named(HOSTILE)
    scopes = [(t.seq, t.seq, name, 0) for t, name in zip(_made(total), HOSTILE[::-1], strict=False)]
    return total.sum(), scopes


def _made(total):
    while total.op is not None:
        yield total
        total = total.inputs[0]
