"""What is written about the project and its tools is so: tasks, versions, extras, public names, what runs code."""

import ast
import importlib
import re
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

import tensorgrad as tg

ROOT = Path(__file__).parent.parent
SETUP = ConfigParser()
SETUP.read(ROOT / "setup.cfg")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TASKS = PYPROJECT["tool"]["poe"]["tasks"]
EXTRAS = {name: re.findall(r"^([\w-]+)", text, re.M) for name, text in SETUP["options.extras_require"].items()}
PYTHONS = re.findall(r"Python :: (3\.\d+)$", SETUP["metadata"]["classifiers"], re.M)
NUMPY = re.search(r"^numpy>=([\d.]+)$", SETUP["options"]["install_requires"], re.M).group(1)
CI = (ROOT / ".ci" / "run").read_text()
YAML = [*ROOT.glob(".*.yaml"), *ROOT.glob(".github/**/*.yml")]
PAPERS = [ROOT / ".ci" / "run", *YAML, *ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob(".github/*.md")]


def name_of(path):
    return str(path.relative_to(ROOT))


def workflow():
    return yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text())


def commands(task):
    """Return the command lines that a task runs."""
    if "cmd" in task:
        return [task["cmd"]]
    return [line for step in task["sequence"] for line in commands(TASKS[step] if isinstance(step, str) else step)]


# ---- the runner


def test_every_habit_has_a_task_that_says_what_it_does():
    habits = {
        "check",
        "lint",
        "types",
        "room",
        "tiny",
        "fast",
        "test",
        "coverage",
        "peers",
        "browser",
        "benchmarks",
        "docs",
    }
    assert habits <= TASKS.keys()
    for name, task in TASKS.items():
        assert task["help"][0].isupper(), name
        assert commands(task), name


@pytest.mark.parametrize("path", PAPERS, ids=name_of)
def test_tasks_that_are_named_are_there(path):
    named = set(re.findall(r"(?:\b(?:run|entry|name): |^|`)poe ([a-z]+)", path.read_text(), re.M))
    assert named <= TASKS.keys()


def test_what_lands_has_passed_every_task_that_checks():
    assert re.findall(r"^poe (\w+)$", CI, re.M) == ["lint", "types", "coverage", "browser", "peers"]
    assert not re.search(r"^(?:\w+=\S+ )*(?:pytest|ruff|mypy|coverage)\b", CI, re.M), "written twice: call the task"


@pytest.mark.parametrize("name", TASKS)
def test_files_and_markers_in_tasks_are_there(name):
    for line in commands(TASKS[name]):
        for path in re.findall(r"(?<=\s)(?:tests|tensorgrad)[\w/.]*(?=\s|$)", line):
            module = ROOT / path.replace(".", "/")
            assert (ROOT / path).exists() or module.is_dir() or module.with_suffix(".py").exists(), path
        for marker in re.findall(r"-m '?(?:not )?(\w+)'?", line.replace("-m pytest", "")):
            known = re.search(rf"^{marker}:", SETUP["tool:pytest"]["markers"], re.M)
            assert known or (ROOT / marker).is_dir() or line.startswith("python -m"), marker


def test_what_the_tasks_run_is_in_the_extra_for_tests():
    tools = {line.split()[0] for task in TASKS.values() for line in commands(task)} - {"python"}
    assert tools == {"pytest", "ruff", "mypy", "coverage"}
    assert tools | {"poethepoet", "pytest-xdist", "pyyaml"} <= set(EXTRAS["test"])


# ---- versions and extras


def test_the_versions_of_python_are_said_alike_everywhere():
    oldest = PYTHONS[0]
    assert SETUP["options"]["python_requires"] == f">={oldest}"
    assert SETUP["mypy"]["python_version"] == oldest
    assert PYPROJECT["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    assert f"python{oldest} -m venv" in CI
    assert f"Python {oldest} or newer" in (ROOT / "README.md").read_text()
    jobs = workflow()["jobs"]
    assert jobs["versions"]["strategy"]["matrix"]["python"] == PYTHONS
    assert jobs["everything"]["steps"][1]["with"]["python-version"] == oldest


def test_the_workflow_tries_the_oldest_numpy():
    rows = workflow()["jobs"]["versions"]["strategy"]["matrix"]["include"]
    assert {row["numpy"] for row in rows} == {f"numpy=={NUMPY}.*"}
    assert rows[0]["python"] == PYTHONS[0]


def test_the_workflow_runs_what_a_change_must_pass():
    jobs = workflow()["jobs"]
    assert jobs["everything"]["steps"][-1]["run"] == ".ci/run"
    assert jobs["versions"]["steps"][-1]["run"] == "poe fast"


@pytest.mark.parametrize("path", PAPERS, ids=name_of)
def test_extras_that_are_named_are_there(path):
    named = re.findall(r"[\"']\.\[([\w,]+)\]", path.read_text())
    assert {name for names in named for name in names.split(",")} <= EXTRAS.keys()


def test_the_extra_for_tests_holds_what_examples_and_pictures_need():
    assert {*EXTRAS["viz"], *EXTRAS["plot"], *EXTRAS["examples"]} <= set(EXTRAS["test"])


def test_the_version_is_said_alike():
    assert SETUP["metadata"]["version"] == tg.__version__
    assert tg.__version__ in (ROOT / "CHANGELOG.md").read_text()


# ---- GitHub


@pytest.mark.parametrize("path", YAML, ids=name_of)
def test_yaml_can_be_read(path):
    assert isinstance(yaml.safe_load(path.read_text()), dict)


def test_actions_are_pinned_to_a_major_version():
    used = [step["uses"] for job in workflow()["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", name) for name in used)


def test_issue_forms_ask_for_something():
    for path in ROOT.glob(".github/ISSUE_TEMPLATE/*.yml"):
        form = yaml.safe_load(path.read_text())
        if path.stem != "config":
            assert {"name", "description", "body"} <= form.keys()
            ids = [field["id"] for field in form["body"]]
            assert ids
            assert len(ids) == len(set(ids))


def test_hooks_call_tasks():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert [hook["entry"] for hook in hooks] == ["poe lint", "poe types", "poe tiny"]


# ---- the changelog, what is stable, what is safe


def test_the_changelog_keeps_its_form():
    text = (ROOT / "CHANGELOG.md").read_text()
    releases = re.findall(r"^## (.+)$", text, re.M)
    assert releases[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", release) for release in releases[1:])
    kinds = re.findall(r"^### (.+)$", text, re.M)
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def public_modules():
    listed = (ROOT / "docs" / "stability.md").read_text().split("<!-- public modules -->")[1].split("\n\n")[0]
    return re.findall(r"`([\w.]+)`", listed)


def test_the_modules_that_are_public_are_all_there():
    functions = {"draw"}  # also the name of a package
    modules = {name for name in tg.__all__ if (ROOT / "tensorgrad" / name).with_suffix(".py").exists()
               or (ROOT / "tensorgrad" / name).is_dir()} - functions  # fmt: skip
    reached_otherwise = {"ops", "methods"}  # as tg.exp, as Tensor.exp
    assert modules - reached_otherwise <= {name.removeprefix("tensorgrad.") for name in public_modules()}
    assert len(public_modules()) > 10


@pytest.mark.parametrize("name", public_modules())
def test_what_a_public_module_lists_is_there_and_documented(name):
    module = importlib.import_module(name)
    assert len(module.__all__) == len(set(module.__all__))
    values = {public: getattr(module, public) for public in module.__all__}
    assert [public for public, value in values.items() if value is not None and not value.__doc__] == []  # newaxis


#: What runs text or data as code, or starts what could.
RUNS_CODE = {"eval", "exec", "__import__"}
MODULES = {"pickle", "marshal", "shelve", "subprocess", "socket", "urllib", "http", "runpy", "dill", "joblib"}


def runs_code(path):
    """Return whether a file calls what runs text as code, and the modules that it imports of those that could."""
    tree = ast.parse(path.read_text())
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    return bool(called & RUNS_CODE), {name.split(".")[0] for name in imported} & MODULES


def test_code_is_executed_where_the_page_on_security_says_and_nowhere_else():
    listed = (ROOT / "SECURITY.md").read_text().split("<!-- modules that execute source -->")[1].split("\n\n")[0]
    found = {path: runs_code(path) for path in sorted((ROOT / "tensorgrad").rglob("*.py"))}
    assert re.findall(r"`(.+?)`", listed) == [name_of(path) for path, (runs, _) in found.items() if runs]
    assert {name_of(path): modules for path, (_, modules) in found.items() if modules} == {}


def test_arrays_are_never_loaded_with_pickles():
    for path in (ROOT / "tensorgrad").rglob("*.py"):
        assert "allow_pickle" not in path.read_text(), path


@pytest.mark.parametrize("name", ["os.system", "__import__", "builtins.eval", "tensorgrad.Sequential", "numpy.load"])
def test_a_config_names_classes_of_ours_alone(name):
    config = {"class_name": name, "config": {"command": "exit 1"}}
    for wrong in (
        lambda: tg.Sequential.from_config({"layers": [config]}),
        lambda: tg.layers.Dense.from_config({"units": 1, "kernel_initializer": config}),
        lambda: tg.layers.Dense.from_config({"units": 1, "activation": name}),
        lambda: tg.optimizers.get(config),
        lambda: tg.losses.get(config),
        lambda: tg.metrics.get(config),
        lambda: tg.initializers.get(config),
    ):
        with pytest.raises(tg.errors.UnknownNameError):
            wrong()
