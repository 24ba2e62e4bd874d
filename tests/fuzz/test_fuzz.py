"""The fuzzer in CI: some thousand programs and some models from fixed seeds; and tests of the fuzzer itself."""

import functools
import re

import numpy as np
import pytest

import tensorgrad as tg
from tests.fuzz.compare import difference
from tests.fuzz.generate import program
from tests.fuzz.generate_models import story
from tests.fuzz.judge import stem
from tests.fuzz.lines import Line
from tests.fuzz.program import Program, Round
from tests.fuzz.report import reproduction
from tests.fuzz.run import outcome
from tests.fuzz.search import in_processes, searched
from tests.fuzz.shrink import shrunk
from tests.fuzz.snapshot import snapshot
from tests.heavy import heavy

#: At most so many of a hundred programs may be refused: a compiled function that always refuses would keep the law too.
REFUSED = 35


@functools.cache
def hundred(start):
    return searched(0, range(start, start + 100))


def assert_clean(tally, seed):
    found = [f"{len(f)} × {s}: {f[0].words} (--seed {seed} --one {f[0].number})" for s, f in tally.found.items()]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("start", [0, 100, 200, *heavy(300, 400, 500)])
def test_programs(start):
    assert_clean(hundred(start), 0)


@pytest.mark.heavy
@pytest.mark.parametrize("start", range(0, 2500, 250))
def test_more_programs(start):
    assert_clean(searched(1, range(start, start + 250)), 1)


@pytest.mark.heavy
@pytest.mark.parametrize("start", range(0, 60, 10))
def test_models(start):
    assert_clean(searched(0, range(start, start + 10), model=True), 0)


def test_most_programs_run_and_few_are_refused():
    tallies = hundred(0), hundred(100)
    assert sum(t.verdicts["raised"] for t in tallies) <= 0.3 * 200
    assert sum(t.verdicts["refused"] for t in tallies) <= 0.01 * REFUSED * 200


def test_a_program_can_be_made_again():
    assert program(3, 17).script() == program(3, 17).script() != program(3, 18).script()
    assert story(3, 17).script() == story(3, 17).script() != story(4, 17).script()


def two_calls(body, *arguments, captured=(), returned=("v",), options=""):
    """Return a program of one parameter that is called twice or more."""
    lines = tuple(Line("statement", text) for text in body)
    rounds = tuple(Round((), (("x", a),)) for a in arguments or ("np.ones(3)", "np.arange(3.0)"))
    return Program(
        "planted", tuple(Line("captured", c) for c in captured), (), PARAMS, lines, returned, "one", rounds, options
    )


PARAMS = program(0, 0).params[:1]


def planted(monkeypatch, wrong):
    """Make compiled functions give ``wrong(result)`` from the second call on."""
    compile = tg.compile

    def faulty(f, **options):
        step, calls = compile(f, **options), []

        def call(*args, **kwargs):
            calls.append(1)
            found = step(*args, **kwargs)
            return wrong(found) if len(calls) > 1 else found

        return call

    monkeypatch.setitem(program(0, 0).ways()[1].names, "compiled", faulty)


@pytest.mark.parametrize(
    ("wrong", "aspect"),
    [
        (lambda v: np.nextafter(v, np.inf), "value"),
        (lambda v: np.where(v == 0, -0.0, v), "value"),
        (lambda v: v.astype("float32"), "dtype"),
        (lambda v: v[:1], "shape"),
        (lambda v: v.tolist(), "kind"),
        (lambda v: None, "kind"),
    ],
)
def test_a_wrong_result_is_found(monkeypatch, wrong, aspect):
    one = two_calls(["v = x * 2"])
    assert outcome(one).verdict == "same"
    planted(monkeypatch, wrong)
    found = outcome(one)
    assert found.verdict == "failed"
    assert found.signature[:3] == ("mismatch", "result", aspect)
    assert "after call 1: result1" in found.words


def test_a_faulty_pass_is_found_and_the_program_shrunk(monkeypatch):
    from tensorgrad.compile import executable

    optimized = executable.optimize

    def faulty(recorded, *args, **how):
        for call in recorded.calls:
            if call.function is np.multiply:
                call.function = np.add
        return optimized(recorded, *args, **how)

    monkeypatch.setattr(executable, "optimize", faulty)
    tally = searched(9, range(60))
    finding = next(f[0] for signature, f in tally.found.items() if signature[:3] == ("mismatch", "result", "value"))
    text, small = reproduction(program(9, finding.number))
    assert "mismatch" in text
    assert len(small.body) <= 3
    assert len(small.rounds) <= 2
    assert sum(len(line.source()) for line in small.body) < 200


def test_shrinking_keeps_what_matters():
    one = two_calls(["a = x + 1", "for i in range(2):\n    pass", "v = a * 3", "b = v - 1"], "x1", "x2", "x3")
    small = shrunk(one, lambda p: "v = a * 3" in p.script() and len(p.rounds) > 1)
    assert [line.text for line in small.body] == ["v = a * 3"]
    assert len(small.rounds) == 2


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (["v = x[7]"], "raised"),
        (["v = float(x.sum())"], "refused"),
        (["v = x + 1"], "same"),
        (["v = x.tolist()"], "refused"),
    ],
)
def test_verdicts(body, verdict):
    found = outcome(two_calls(body, captured=["k = []"]))
    assert found.verdict == verdict, found


def test_an_internal_error_is_a_failure_and_a_refusal_that_quotes_one_is_too(monkeypatch):
    def broken(error):
        def compiled(f, **options):
            def call(*args):
                raise error

            return call

        monkeypatch.setitem(program(0, 0).ways()[1].names, "compiled", compiled)
        return outcome(two_calls(["v = x + 1"]))

    assert broken(IndexError("tuple index out of range")).signature[0] == "IndexError"
    assert broken(tg.errors.TraceError("'NoneType' object has no attribute 'shape'")).verdict == "failed"
    assert broken(tg.errors.TraceError("if needs the value of float64[]")).verdict == "refused"


def test_what_a_refused_call_wrote_is_put_back():
    assert outcome(two_calls(["x += 1", "v = float(x.sum())"])).verdict == "refused"


def test_snapshots_see_what_is_inside():
    t = tg.Tensor([1.0], requires_grad=True)

    def leaves():
        k = [t, {"a": (np.float32(2), 2.0)}]
        return snapshot(["k", "g"], {"k": k, "g": lambda: k})

    before = leaves()
    assert difference(before, leaves()) is None
    t.data[0] = np.nan
    path, aspect, _ = difference(before, leaves())
    assert (path, aspect) == ("k[0].data", "value")
    assert any(name.startswith("g.<k>") for name in before)


def test_numbers_that_are_equal_are_told_apart():
    values = [2, 2.0, True, np.float64(2), np.float32(2), np.array(2.0), -0.0, 0.0, "2"]
    seen = [snapshot(["v"], {"v": v}) for v in values]
    for i, a in enumerate(seen):
        for j, b in enumerate(seen):
            assert (difference(a, b) is None) is (i == j), (values[i], values[j])
    nan = np.array([0x7FF8000000000001, 0xFFF8000000000000], "uint64").view("float64")
    assert difference(snapshot(["v"], {"v": nan[:1]}), snapshot(["v"], {"v": nan[1:]})) is None


def test_a_program_that_ends_its_process_is_named(monkeypatch):
    import os

    from tests.fuzz import search

    judge = search.judge
    monkeypatch.setattr(search, "judge", lambda base, n, model: os._exit(3) if n == 4 else judge(base, n, model))
    tally = in_processes(0, 10, 2)
    assert tally.total == 10
    assert [f.number for f in tally.found["crash", "exit status 3"]] == [4]


def test_messages_of_one_kind_are_counted_together():
    a, b = "f.py:3: float() needs the value of float64[3]", "g.py:12: float() needs the value of int8[2, 2]"
    assert stem(a) == stem(b)
    assert not re.search(r"\d", stem(a))
