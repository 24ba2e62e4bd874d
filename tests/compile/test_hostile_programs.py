"""Hostile names in what is executed: no foreign text in it, and the numbers, structure and files of harmless names.

What is shown is tried in tests/test_hostile_names.py; here also what programs show of themselves.
"""

import ast
import builtins
import json
import subprocess
import sys
import warnings

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.core.op import REGISTRY
from tests.conftest import BUILT_IN
from tests.hostile import FEW, LONG, Watch, harmless, hostile_names, renamed

NAMES = [name for name in hostile_names() if name]
#: Of each kind one, and what is a name of Python's, NumPy's or of a program's own; as identifiers some are equal.
TRAPS = [
    *FEW[:9], "µ", "μ", "ﬁ", "fi", "np", "run", "open", "__import__", "lambda", "v0", "a0", "buffer0", "kept", "# c",
    '"""', "%s", "{}", "../../x", "h\r    1/0", "h\x0c1/0", "h\x1c    1/0", "h\u2029    1/0",
    "'); open('X','w')", LONG,
]  # fmt: skip
BATCHES = [pytest.param(TRAPS, id="traps")] + [
    pytest.param(NAMES[i : i + 30], id=f"{i}", marks=pytest.mark.heavy) for i in range(0, len(NAMES), 30)
]
every_batch = pytest.mark.parametrize("names", BATCHES)
X = np.array([[0.5, -1.0], [2.0, 0.25], [-0.5, 1.0]])

RUN = """
import builtins, json, sys
builtins.ran = []
sys.path.insert(0, sys.argv[1])
import numpy as np
import step
found = step.run(np.array(json.loads(sys.argv[2])))
print(json.dumps([np.asarray(y).tolist() for y in found] + [builtins.ran]))
"""


@pytest.fixture(autouse=True)
def watch(tmp_path, monkeypatch):
    watch = Watch(tmp_path / "empty", monkeypatch)
    yield watch
    watch.check()


@pytest.fixture
def executed(monkeypatch):
    """The source and the trees that are compiled or executed meanwhile, as text."""
    found = []

    def noting(function):
        def note(source, *args, **kwargs):
            if isinstance(source, (str, bytes)):
                found.append(source if isinstance(source, str) else source.decode())
            elif isinstance(source, ast.AST):
                found.append(ast.dump(source))
            return function(source, *args, **kwargs)

        return note

    for name in ("compile", "exec", "eval"):
        monkeypatch.setattr(builtins, name, noting(getattr(builtins, name)))
    return found


def forget_ops():
    for name in REGISTRY.keys() - BUILT_IN.keys():
        del REGISTRY[name]


def function_of(name):
    """Return a function of ``x`` in which an op, its arguments, Tensors, a layer, files and functions bear ``name``."""
    forget_ops()
    kernel = renamed(lambda a, b: a * b + b, args=[f"{name}a", f"{name}b"], file=name, name=name)
    rules = {f"{name}a": lambda g, y, a, b: g * b, f"{name}b": lambda g, y, a, b: g * (a + 1)}
    op = tg.elementwise(f"{name}!", kernel, symbol=f"{name}?", **rules)
    w = tg.Parameter([1.5, -2.0], name=name)
    layer = tg.layers.Dense(2, "tanh", kernel_initializer="ones")
    layer.build((None, 2))
    layer.name = layer.kernel.name = name
    constant = tg.Tensor([0.5, 0.25], name=name)

    def f(x):
        z = layer(op(w * 2.0, x)) + constant
        return z.data, np.sum(z).data

    return renamed(f, args=[name], file=name, name=name)


def program_of(name):
    step = tg.compile(function_of(name))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it is a program, and no run of the Python code
        results = [step(X), step(X + 1.0)]
    return results, step.program(X)


def equal(a, b):
    return all(np.array_equal(x, y) for some, other in zip(a, b, strict=True) for x, y in zip(some, other, strict=True))


def structure(source):
    """Return the tree of Python code, without what names are called and texts say."""
    tree = ast.parse(source)
    for scope in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
        arguments = {node.arg for node in ast.walk(scope.args) if isinstance(node, ast.arg)}
        rename(scope, dict.fromkeys(arguments, "argument"), arguments)  # they may hide a name of the script's
    rename(tree, {})
    return ast.dump(tree)


def rename(tree, known, only=None):
    """Number the names of a tree in their order, and blank its texts; ``only`` some names, where it is given."""
    for node in ast.walk(tree):
        for field in ("id", "arg", "name"):
            text = getattr(node, field, None)
            if isinstance(text, str) and not isinstance(node, ast.alias) and (only is None or text in only):
                setattr(node, field, known.setdefault(text, f"n{len(known)}"))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""


def structures(executed):
    """Return the different structures of what was executed: trees are written as their dump, which is one."""
    return {source if source.startswith("Module(") else structure(source) for source in list(executed)}


@every_batch
def test_programs_give_the_numbers_of_harmless_names(names):
    expected, _ = program_of("name")
    assert equal(expected, [function_of("name")(X), function_of("name")(X + 1.0)])
    for name in names:
        assert equal(program_of(name)[0], expected), name[:80]


@every_batch
def test_no_name_is_in_what_is_executed(names, executed):
    program_of("name")
    known = structures(executed)
    assert known, "nothing was compiled: this test looks in the wrong place"
    for name in names:
        del executed[:]
        program_of(f"zqj{name}zqj")
        assert not any("zqj" in source for source in executed)
        assert structures(executed) <= known  # a program of the same calls need not be compiled again


@every_batch
def test_what_a_program_shows_is_lines_of_printable_text(names):
    _, plain = program_of("name")
    for name in names:
        _, program = program_of(name)
        assert structure(program.source) == structure(plain.source)
        for text, expected in ((program.source, plain.source), (str(program), str(plain))):
            found = text.split("\n")
            assert all(line.isprintable() for line in found)
            assert len(found) == len(expected.split("\n"))
        assert len(program.profile(X, n=1)) == len(plain.profile(X, n=1))


@every_batch
def test_pictures_of_programs(names, tmp_path):
    _, plain = program_of("name")
    for name in names:
        _, program = program_of(name)
        for picture, expected in ((tg.draw(program), tg.draw(plain)), (program.draw("LR"), plain.draw("LR"))):
            assert len(picture.view.boxes) == len(expected.view.boxes)
            assert len(picture.source.split("\n")) == len(expected.source.split("\n"))
            assert all(line.isprintable() for line in picture.source.split("\n"))
            assert len(repr(picture).split("\n")) == len(repr(expected).split("\n"))
            picture.save(tmp_path / "g.mmd")
            picture.player().save(tmp_path / "g.html")


def saved(name, folder):
    folder.mkdir()
    results, program = program_of(name)
    program.save(folder / "step.py")
    return results, (folder / "step.py").read_text()


@every_batch
def test_saved_scripts_are_alike(names, tmp_path):
    _, plain = saved("name", tmp_path / "plain")
    for i, name in enumerate(names):
        _, source = saved(name, tmp_path / f"saved{i}")
        assert structure(source) == structure(plain)
        assert all(line.isprintable() for line in source.split("\n"))
        assert len(source.split("\n")) == len(plain.split("\n"))
        assert sorted(path.name for path in (tmp_path / f"saved{i}").iterdir()) == ["step.npz", "step.py"]


@pytest.mark.parametrize(
    "name", [TRAPS[0], "np", "buffer0", "arrays", "v2", "µ", '"""', "h\u2028    1/0", "'); open('X','w')"]
)
def test_a_saved_script_runs_alone(name, tmp_path):
    results, _ = saved(name, tmp_path / "saved")
    (tmp_path / "elsewhere").mkdir()
    command = [sys.executable, "-c", RUN, str(tmp_path / "saved"), json.dumps(X.tolist())]
    out = subprocess.run(command, check=True, cwd=tmp_path / "elsewhere", capture_output=True, text=True)
    *found, ran = json.loads(out.stdout)
    assert not ran
    assert equal([found], results[:1])
    assert not list((tmp_path / "elsewhere").iterdir())


# ---- models from configs


def model_of(name):
    """Return a compiled model whose layers, loss and metric bear ``name``."""
    tg.set_random_seed(1)
    layers = [
        {"class_name": "Dense", "config": {"units": 3, "name": name, "activation": "tanh"}},
        {"class_name": "Dense", "config": {"units": 1, "name": f"{name} "}},
    ]
    model = tg.Sequential.from_config({"name": name, "layers": layers, "build_input_shape": (None, 2)})

    def loss(y_true, y_pred):
        return np.mean((y_true - y_pred) ** 2, axis=-1)

    loss.__name__ = f"{name}?"
    model.compile("adam", renamed(loss, file=name, name=f"{name}?"), metrics=["mae"])
    return model


def trained(name):
    """Return everything that fit, evaluate, predict and train_on_batch give."""
    model, y = model_of(name), X[:, :1] * 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = model.fit(X, y, epochs=3, batch_size=2, verbose=0, shuffle=False).history
        values = [*history.values(), model.evaluate(X, y, verbose=0), model.train_on_batch(X, y)]
        values += [model.predict(X, verbose=0), *model.get_weights()]
    return values


@every_batch
def test_models_train_as_with_harmless_names(names):
    expected = trained("name")
    for name in names:
        for found, value in zip(trained(name), expected, strict=True):
            assert np.array_equal(found, value), name[:80]


@every_batch
def test_no_name_of_a_model_is_in_what_is_executed(names, executed):
    trained("name")
    assert executed, "nothing was compiled: this test looks in the wrong place"
    for name in names:
        del executed[:]
        trained(f"zqj{name}zqj")
        assert not any("zqj" in source for source in executed)


def test_names_that_are_equal_as_identifiers_stay_apart():
    """Python takes µ for μ and ﬁ for fi in source; as Parameters they are four."""
    names = ["µ", "μ", "ﬁ", "fi", "np_add", "np", *harmless(range(3))]
    params = [tg.Parameter([1.0 + i, 2.0], name=name) for i, name in enumerate(names)]

    def f(x):
        return np.sum(sum(x[0, 0] * p for p in params)).data, [(p * x[0]).data for p in params]

    step = tg.compile(f)
    for x in (X, X + 1.0, X):
        total, parts = step(x)
        expected, others = f(x)
        assert total == expected
        assert equal([parts], [others])


def test_what_cannot_be_compiled_is_said_on_one_line():
    def f(x):
        return x if float(x[0, 0]) > 0 else -x

    for name in TRAPS:
        with pytest.raises(tg.errors.TraceError) as error:
            tg.compile(renamed(f, args=[name], file=name, name=name))(X)
        assert str(error.value).isprintable()
