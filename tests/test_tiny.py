"""The whole way once, in two seconds: what one runs after every edit (``poe tiny``)."""

import numpy as np

import tensorgrad as tg
from tensorgrad.layers import Dense

X = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])


def test_a_gradient_is_the_slope():
    x = tg.Tensor(X, requires_grad=True)
    np.sum(np.tanh(x) * np.exp(x)).backward()
    h = 1e-6

    def f(x):
        return np.tanh(x) * np.exp(x)

    np.testing.assert_allclose(x.grad.data, (f(X + h) - f(X - h)) / (2 * h), rtol=1e-8)


def test_the_gradient_check_finds_a_wrong_rule_and_passes_a_right_one():
    cubes = [tg.elementwise(f"cube{k}", lambda x: x * x * x, x=lambda g, y, x, k=k: g * k * x * x) for k in (3, 2)]
    right, wrong = (tg.gradcheck(cube, X, raise_exception=False)["x"] for cube in cubes)
    assert (right.wrong, wrong.wrong) == (0, X.size)


def test_a_compiled_function_gives_what_the_function_gives():
    def f(x, w):
        y = np.tanh(x @ w)
        return y, np.where(y > 0, x.sum(), y.mean(axis=0))

    step, rng = tg.compile(f), np.random.default_rng(0)
    for _ in range(3):
        x, w = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))
        for found, expected in zip(step(x, w), f(x, w), strict=True):
            assert found.tobytes() == expected.tobytes()
    assert step.cache_info()[:2] == (2, 1)


def test_a_network_learns_exclusive_or():
    tg.set_random_seed(1)
    x, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    model = tg.Sequential([Dense(8, "tanh", input_shape=(2,)), Dense(1, "sigmoid")])
    model.compile(tg.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    losses = model.fit(x, y, epochs=200, verbose=0).history["loss"]
    assert losses[-1] < 0.1 < losses[0]
    assert not model.compiled.runs_eagerly
    np.testing.assert_array_equal(np.round(model.predict(x, verbose=0)), y)
    assert tg.gradcheck(model, x, y)


def test_a_graph_is_drawn():
    w = tg.Tensor(X, requires_grad=True, name="w")
    source = tg.draw(np.sum(np.exp(w)), backward="both").source
    assert source.startswith("digraph")
    assert all(word in source for word in ("exp", "sum", "w", "float64[2, 3]"))
