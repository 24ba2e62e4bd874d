"""Attempts: a function that changes something once is traced again; one that always does, or raises, is not."""

import warnings

import pytest

from tensorgrad.compile.attempts import Attempts, CompilerFault, Unsettled, change_text, convert_faults
from tensorgrad.compile.guards.guards import Guards
from tensorgrad.errors import TraceError, UncompiledWarning


def raiser(error):
    def write():
        raise error

    return write


def unsettled(*paths):
    return Unsettled({path: (f"a call changes {path}", "keep it in a Tensor") for path in paths})


def run(attempts, error):
    return attempts.run(raiser(error), lambda: "eager", Guards({}))


def test_what_changes_once_may_be_traced_again_and_what_changes_twice_may_not():
    attempts = Attempts()
    for paths in (["model.cache"], ["model.cache", "model.calls"]):
        assert run(attempts, unsettled(*paths)) == "eager"
        assert attempts.reason is None
    with pytest.warns(UncompiledWarning, match=r"a call changes model.calls at every call.*; keep it in a Tensor; or"):
        assert run(attempts, unsettled("model.calls")) == "eager"
    assert "model.calls" in attempts.reason


def test_a_trace_that_succeeds_forgets_what_changed_before():
    attempts = Attempts()
    run(attempts, unsettled("model.cache"))
    assert attempts.run(lambda: "program", lambda: "eager", Guards({})) == "program"
    run(attempts, unsettled("model.cache"))
    assert attempts.reason is None


def test_a_trace_error_ends_the_attempts_and_silence_keeps_all_but_faults_quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        silent = Attempts(silent=True)
        run(silent, TraceError("item() needs the value"))
    assert silent.reason.endswith("more slowly: item() needs the value")
    with pytest.warns(UncompiledWarning, match="more slowly: a fault"):
        run(Attempts(silent=True), CompilerFault("a fault"))


def test_a_fault_of_the_compiler_gets_no_second_chance_though_something_changed():
    model, attempts = {"calls": 0}, Attempts()

    def eager():
        model["calls"] += 1

    with pytest.warns(UncompiledWarning, match="a fault"):
        attempts.run(raiser(CompilerFault("a fault")), eager, Guards({"model": lambda: model}))
    assert attempts.reason is not None


def test_an_error_of_the_users_own_is_the_one_that_the_eager_run_raises():
    attempts = Attempts()
    with pytest.raises(KeyError, match="eager"):
        attempts.run(raiser(KeyError("traced")), raiser(KeyError("eager")), Guards({}))
    assert attempts.reason is None


@pytest.mark.parametrize("error", [ValueError("traced"), KeyboardInterrupt()])
def test_what_a_failed_trace_changed_is_put_back_before_the_eager_run(error):
    model = {"calls": 0}

    def write():
        model["calls"] += 1
        raise error

    def eager():
        return model["calls"]

    guards = Guards({"model": lambda: model})
    attempts = Attempts(silent=True)
    if isinstance(error, KeyboardInterrupt):
        with pytest.raises(KeyboardInterrupt):
            attempts.run(write, eager, guards)
    else:
        assert attempts.run(write, eager, guards) == 0
    assert model == {"calls": 0}


def test_many_changes_are_counted_after_the_first_three():
    text = str(unsettled("a", "b", "c", "d", "e"))
    assert text.startswith("a call changes a, a call changes b, a call changes c, and 2 more at every call")
    assert text.count("keep it in a Tensor") == 1


def test_errors_while_a_program_is_written_are_faults_of_the_compiler_with_their_place():
    words = r"please report ZeroDivisionError in [\w.]*test_attempts:\d+"
    with pytest.raises(CompilerFault, match=words) as caught, convert_faults():
        divmod(1, 0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    with pytest.raises(TraceError, match="as it is"), convert_faults():
        raise TraceError("as it is")


def test_changes_are_told_by_the_longest_name_that_owns_them():
    names = ["layer 'a'", "layer 'a'.inner"]
    assert change_text("layer 'a'.inner.calls", names, False)[0] == "layer 'a'.inner changes its attribute calls"
    assert change_text("cache['x']", names, False)[0] == "a call changes cache['x']"
    does, remedy = change_text("layer 'a'.rng", names, True)
    assert (does, remedy) == ("layer 'a' draws from rng", "draw with tensorgrad.ops.random.uniform_like")


def test_what_no_guard_can_follow_is_told_before_any_trace():
    guards, attempts = Guards({}), Attempts()
    guards.unseen = ["reads a clock"]
    with pytest.warns(UncompiledWarning, match="it reads a clock; that may be something else at each call"):
        assert attempts.run(raiser(AssertionError("traced")), lambda: "eager", guards) == "eager"
    assert attempts.reason is not None
