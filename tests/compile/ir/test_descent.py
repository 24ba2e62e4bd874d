"""An optimizer's step inside a compiled function: the eager one, bit for bit, and nothing of it frozen."""

import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile import compile
from tensorgrad.errors import TraceError
from tensorgrad.optimizers import SGD, Adam

OPTIMIZERS = {
    "sgd": lambda: SGD(0.1),
    "momentum": lambda: SGD(0.1, momentum=0.9, nesterov=True),
    "adam": lambda: Adam(0.01),
    "amsgrad": lambda: Adam(0.01, amsgrad=True),
    "decay": lambda: Adam(0.01, weight_decay=0.1),
    "clipnorm": lambda: SGD(0.1, clipnorm=0.3),
    "clipvalue": lambda: SGD(0.1, momentum=0.5, clipvalue=0.1),
    "global_clipnorm": lambda: Adam(0.02, global_clipnorm=0.5),
    "schedule": lambda: Adam(lambda step: 0.1 / (1 + step)),
}


def network(dtypes=("f", "f", "f")):
    rng = np.random.default_rng(1)
    shapes = {"W": (3, 5), "b": (5,), "v": (5, 1)}
    return [
        tg.Parameter(rng.normal(size=shape).astype(dtype), name=name)
        for (name, shape), dtype in zip(shapes.items(), dtypes, strict=True)
    ]


def loss_of(params, x, y):
    W, b, v = params
    return np.mean((tg.relu(x @ W + b) @ v - y) ** 2)


def by_step(optimizer, params):
    def step(x, y):
        loss = loss_of(params, x, y)
        loss.backward()
        optimizer.step(params)
        return loss

    return step


def by_apply(optimizer, params):
    def step(x, y):
        loss = loss_of(params, x, y)
        loss.backward()
        optimizer.apply([p.grad for p in params], params)
        for p in params:
            p.grad = None
        return loss

    return step


def by_minimize(optimizer, params):
    return lambda x, y: optimizer.minimize(lambda: loss_of(params, x, y), params)


WAYS = {"step": by_step, "apply": by_apply, "minimize": by_minimize}


def batch(seed, rows=4):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, 3)).astype("f"), rng.normal(size=(rows, 1)).astype("f")


class Pair:
    """One training step, compiled and eager, each on weights and an optimizer of its own."""

    def __init__(self, make, way=by_step, **settings):
        self.params, self.optimizers = [network(**settings) for _ in range(2)], [make(), make()]
        functions = [way(o, p) for o, p in zip(self.optimizers, self.params, strict=True)]
        self.compiled, self.eager = compile(functions[0]), functions[1]

    def run(self, n=3, seed=0, rows=4):
        for i in range(n):
            x, y = batch(seed + i, rows)
            assert self.compiled(x, y).data.tobytes() == self.eager(x, y).data.tobytes()
            self.agree()

    def agree(self):
        for p, q in zip(*self.params, strict=True):
            assert p.data.tobytes() == q.data.tobytes()
            assert p.grad is None
        for a, b in zip(*[o.variables for o in self.optimizers], strict=True):
            assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_steps_are_the_eager_ones_to_the_last_bit(make, way):
    pair = Pair(make, way)
    pair.run(5)
    for optimizer in pair.optimizers:
        optimizer.learning_rate = 0.003
    pair.run(3, seed=5)
    assert pair.optimizers[0].iterations == 8
    assert pair.compiled.cache_info()[:2] == (6, 2)  # the first step moves the parameters, the second is written anew


def test_the_program_has_one_call_for_the_step_and_gradients_land_where_it_wants_them():
    pair = Pair(OPTIMIZERS["adam"])
    pair.run(2)
    program = pair.compiled.program(*batch(0))
    assert "copyto" not in program.source
    assert len(re.findall(r"^    adam\.descend\(\)  # test_descent.py:\d+$", program.source, re.M)) == 1
    assert re.search(r"^%(\d+) <- Adam\.descend\(%\1, %\d+, %\d+, %\d+\)", str(program), re.M)
    assert len(program.code.plan.external) == 3


def test_parameters_of_two_dtypes_step_together():
    pair = Pair(OPTIMIZERS["momentum"], dtypes=("f", "d", "f"))
    pair.run(4)
    assert pair.compiled.cache_info().hits == 2


def test_another_size_of_batch_is_one_more_program():
    pair = Pair(OPTIMIZERS["adam"])
    for seed, rows in enumerate([4, 2, 4, 2, 4, 2]):
        pair.run(1, seed, rows)
    assert pair.compiled.cache_info().currsize == 2


def test_weights_given_between_steps_are_seen_and_need_no_new_program():
    pair = Pair(OPTIMIZERS["momentum"])
    pair.run(3)
    for params in pair.params:
        params[0].data = np.ones((3, 5), "f")
        params[1].data[...] = 0.5
    misses = pair.compiled.cache_info().misses
    pair.run(3, seed=3)
    assert pair.compiled.cache_info().misses == misses


def test_an_optimizer_used_elsewhere_in_between_is_noticed():
    pair = Pair(OPTIMIZERS["momentum"])
    others = network()[:1], network()[:1]
    pair.run(3)
    for optimizer, params in zip(pair.optimizers, others, strict=True):
        optimizer.apply([np.ones((3, 5), "f")], params)
    pair.run(3, seed=3)


def test_parameters_read_after_the_step_are_new_and_copies_from_before_are_old():
    def make():
        params, optimizer = network(), SGD(0.1)
        return params, optimizer

    def way(optimizer, params):
        def step(x, y):
            old = params[0].data.copy()
            before = loss_of(params, x, y)
            optimizer.minimize(before, params)
            after = loss_of(params, x, y)
            return before.data, after.data, old, params[0].data - old

        return step

    results = []
    for wrapper in (compile, lambda f: f):
        params, optimizer = make()
        step = wrapper(way(optimizer, params))
        results.append([step(*batch(0)) for _ in range(4)])
    for a, b in zip(*results, strict=True):
        assert [np.asarray(u).tobytes() for u in a] == [np.asarray(u).tobytes() for u in b]
    assert results[0][-1][1] < results[0][-1][0]


def test_two_steps_of_one_optimizer_do_not_mix_up_their_gradients():
    def way(optimizer, params):
        def step(x, y):
            first = loss_of(params, x, y)
            found = [tg.backward.gradients(loss) for loss in (first, loss_of(params, -x, y))]
            grads = [[next(g for q, g in pairs if q is p) for p in params] for pairs in found]
            for g in grads:  # both are computed before the first is used
                optimizer.apply(g, params)
            return first

        return step

    pair = Pair(OPTIMIZERS["momentum"], way)
    pair.run(4)
    assert pair.compiled.cache_info().hits == 2


def test_a_gradient_that_is_also_returned_is_not_spoilt_by_the_step():
    def way(optimizer, params):
        def step(x, y):
            loss = loss_of(params, x, y)
            loss.backward()
            kept = params[0].grad
            optimizer.step(params)
            return kept

        return step

    Pair(OPTIMIZERS["sgd"], way).run(4)


def test_one_gradient_for_two_parameters_and_one_parameter_given_twice():
    def way(optimizer, params):
        W, b, v = params

        def step(x, y):
            g = tg.Tensor(x.sum() * np.ones(5, "f"))
            optimizer.apply([g, g, None, np.full((5, 1), 0.5, "f"), g], [b, b, W, v, b])
            return b + v[:, 0]

        return step

    pair = Pair(OPTIMIZERS["momentum"], way)
    pair.run(4)
    assert (pair.params[0][0].data == network()[0].data).all()


def test_two_optimizers_in_one_function():
    def way(optimizer, params):
        second = SGD(0.05, momentum=0.5)

        def step(x, y):
            loss = loss_of(params, x, y)
            loss.backward()
            optimizer.step(params[:2])
            second.step(params[2:])
            return loss

        return step

    pair = Pair(OPTIMIZERS["adam"], way)
    pair.run(5)
    assert pair.compiled.cache_info().hits == 3


@pytest.mark.parametrize("warm", [False, True])
def test_a_function_that_fails_after_the_step_has_changed_nothing(warm):
    params, optimizer = network(), Adam(0.01)
    if warm:
        by_step(optimizer, params)(*batch(0))
    state = [p.data.copy() for p in params] + [v.copy() for v in optimizer.variables[2:]]

    @compile
    def step(x, y):
        params[0].data *= 2
        loss = by_step(optimizer, params)(x, y)
        return float(loss)

    with pytest.raises(TraceError, match=r"float\(\) needs the value"):
        step(*batch(0))
    now = [p.data for p in params] + optimizer.variables[2:]
    for a, b in zip(state, now, strict=False):
        np.testing.assert_array_equal(a, b)
    assert not any(v.any() for v in now[len(state) :])
    assert optimizer.iterations == int(warm)
    eager, twin = by_step(optimizer, params), network()
    reference = by_step(Adam(0.01), twin)
    for _ in range(2 - warm):
        eager(*batch(0))
    for _ in range(2):
        reference(*batch(0))
    for p, q in zip(params, twin, strict=True):
        assert p.data.tobytes() == q.data.tobytes()


def test_what_the_optimizer_itself_refuses_is_refused_alike():
    params, optimizer = network(), SGD(0.1)
    step = compile(lambda x: optimizer.step(params))
    with pytest.raises(tg.GradientError, match="step: 'W' has no gradient"):
        step(np.ones(3))
    with pytest.raises(tg.ShapeError, match="the gradient of 'W' must have shape"):
        compile(lambda x: optimizer.apply([x], params[:1]))(np.ones(3))


def test_a_parameter_that_would_not_outlive_the_run_is_refused():
    def inner(x):
        w = tg.Parameter(np.ones(3), name="w")
        return SGD(0.1).minimize((w * x).sum(), [w])

    with pytest.raises(TraceError, match=r"test_descent.py:\d+: an optimizer in a compiled function changes w, which"):
        compile(inner)(np.ones(3))
    w, optimizer = tg.Parameter(np.ones(3), name="w"), SGD(0.1)
    with pytest.raises(TraceError, match="close over a Parameter made before"):
        compile(lambda w: optimizer.minimize((w * w).sum(), [w]))(w)
    assert optimizer.iterations == 0


def test_descend_alone_would_be_frozen_and_is_refused():
    w, optimizer = tg.Parameter(np.ones(3)), SGD(0.1)
    optimizer.places([w])
    with pytest.raises(TraceError, match="would descend once and never again"):
        compile(lambda x: optimizer.descend())(np.ones(1))


def test_a_script_cannot_hold_an_optimizer_and_says_so(tmp_path):
    pair = Pair(OPTIMIZERS["adam"])
    with pytest.raises(tg.OptionError, match=r"save: the program uses Adam"):
        pair.compiled.program(*batch(0)).save(tmp_path / "step.py")
