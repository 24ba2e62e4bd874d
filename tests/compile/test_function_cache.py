"""FunctionCache: programs are found by their key, and functions that gain nothing from them run as they are."""

from types import SimpleNamespace

import pytest

from tensorgrad.compile.function_cache import EAGER, LIMIT, PATIENCE, UNUSED_LIMIT, VARIANTS, FunctionCache
from tensorgrad.errors import TraceError


class FakeGuards:
    def __init__(self, valid=True, paths=()):
        self.valid, self.paths = valid, paths

    def hold(self):
        return self.valid

    def changed_paths(self):
        return self.paths

    def arrays(self):
        return ["frozen"]


def replay(number=None, valid=True):
    """Return what stands for a Replay: for all numbers, or for one alone."""
    steady = None if number is None else lambda inputs: inputs == [number]
    return SimpleNamespace(steady=steady, holds=lambda: valid, overlap=SimpleNamespace(read=[]))


@pytest.fixture
def cache():
    return FunctionCache()


def key(i, rest="leaves"):
    return (i, rest, True, True)


def test_a_program_is_found_while_its_guards_and_tensors_hold(cache):
    guards, program = FakeGuards(), replay()
    assert cache.find(key(0), []) is None
    cache.keep(key(0), program, guards)
    assert cache.find(key(0), []) is program
    assert cache.find(key(1), []) is None
    assert program.overlap.read == ["frozen"]
    guards.valid = False
    assert cache.find(key(0), []) is None
    assert cache.info()[:2] == (1, 0)


def test_the_program_used_least_recently_goes(cache):
    for i in range(LIMIT):
        cache.keep(key(i), replay(), FakeGuards())
    cache.find(key(0), [])
    cache.keep(key(LIMIT), replay(), FakeGuards())
    assert cache.find(key(0), []) is not None
    assert cache.find(key(1), []) is None
    assert cache.info().currsize == LIMIT


def test_programs_for_certain_numbers_lie_side_by_side_up_to_a_limit(cache):
    made = [replay(i) for i in range(VARIANTS)]
    for i, program in enumerate(made):
        assert cache.find(key(0), [i]) is None
        cache.keep(key(0), program, FakeGuards())
    assert [cache.find(key(0), [i]) for i in range(VARIANTS)] == made
    assert cache.find(key(0), [VARIANTS]) is EAGER
    assert cache.newest(key(0)) is made[-1]


def test_a_program_that_no_longer_holds_is_replaced(cache):
    cache.keep(key(0), replay(1), FakeGuards(valid=False))
    cache.keep(key(0), new := replay(2), FakeGuards())
    assert [program for program, _ in cache.programs[key(0)]] == [new]


def test_a_function_may_change_things_once_but_not_again(cache):
    assert [cache.count_change(key(0)) for _ in range(PATIENCE)] == [False] * (PATIENCE - 1) + [True]
    assert cache.find(key(0), []) is EAGER
    assert cache.newest(key(0)) is EAGER
    assert cache.find(key(1), []) is None


def test_programs_that_are_never_used_again_end(cache):
    for i in range(UNUSED_LIMIT):
        assert cache.count_unused(key(i)) is None
        cache.keep(key(i), replay(), FakeGuards(paths=["model.rate"]))
    error = cache.count_unused(key(UNUSED_LIMIT - 1))
    assert isinstance(error, TraceError)
    words = f"model.rate, which it reads, is changed before each of {UNUSED_LIMIT + 1} calls in a row"
    assert str(error).startswith(words)
    assert cache.info().currsize == 0
    assert cache.find(key(0), []) is cache.find(key("new"), []) is EAGER
    assert cache.find(key(0, "other leaves"), []) is None


def test_one_use_in_between_starts_the_count_anew(cache):
    for i in range(2 * UNUSED_LIMIT):
        assert cache.count_unused(key(i)) is None
        cache.keep(key(i), replay(), FakeGuards())
        if i == UNUSED_LIMIT // 2 or i == UNUSED_LIMIT:
            cache.find(key(i), [])
