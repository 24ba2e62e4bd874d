"""Packages that only re-export: what ``__init__`` lists is public, and what is public is listed."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import tensorgrad as tg

#: Each package, and the base of the classes that a user finds in it.
PACKAGES = {
    tg.callbacks: tg.callbacks.Callback,
    tg.layers: tg.layers.Layer,
    tg.losses: tg.losses.Loss,
    tg.metrics: tg.metrics.Metric,
    tg.models: tg.Sequential,
    tg.optimizers: tg.optimizers.Optimizer,
}
#: Bases that users do not derive from: ``loss_class`` and ``metric_class`` do.
INNER = {"FunctionLoss", "FunctionMetric"}


def reexports(package):
    """Return the names that type checkers take as re-exported: those of ``from .file import name as name``."""
    tree = ast.parse(Path(package.__file__).read_text())
    names = [name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names]
    return [alias.asname for alias in names if alias.asname == alias.name]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_what_type_checkers_see_is_what_a_star_imports(package):
    assert sorted(reexports(package)) == sorted(package.__all__)


@pytest.mark.parametrize(("package", "base"), PACKAGES.items(), ids=lambda x: x.__name__)
def test_every_class_that_is_written_is_exported(package, base):
    files = [
        importlib.import_module(f"{package.__name__}.{file.name}") for file in pkgutil.iter_modules(package.__path__)
    ]
    written = {
        name
        for file in files
        for name, value in vars(file).items()
        if inspect.isclass(value) and issubclass(value, base) and value.__module__.startswith(package.__name__)
    }
    assert {name for name in written if not name.startswith("_")} - INNER <= set(package.__all__)
