"""no_grad and enable_grad: decorated, shared between threads, interleaved or interrupted, nothing stays on."""

import asyncio
import contextlib
import contextvars
import gc
import sys
import threading
import weakref

import pytest

import tensorgrad as tg
from tensorgrad.core import decorators as decorate
from tensorgrad.core import modes as mode
from tensorgrad.core.modes import is_compile_off, is_recording, no_compile


class TestShared:
    def test_one_no_grad_in_many_threads(self):
        shared, problems = tg.no_grad(), []
        barrier = threading.Barrier(8)

        def work():
            barrier.wait()
            for _ in range(300):
                with shared:
                    if is_recording():
                        problems.append("recorded inside")
                    with shared, tg.enable_grad():
                        if not is_recording():
                            problems.append("not recorded")
                if not is_recording():
                    problems.append("left off")

        before = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            threads = [threading.Thread(target=work) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            sys.setswitchinterval(before)
        assert problems == []

    def test_entered_twice_at_once_by_two_threads(self):
        shared, inside, go = tg.no_grad(), threading.Event(), threading.Event()
        found = []

        def work():
            with shared:
                inside.set()
                go.wait(10)
                found.append(is_recording())
            found.append(is_recording())

        thread = threading.Thread(target=work)
        thread.start()
        inside.wait(10)
        with shared:
            pass
        assert is_recording()
        go.set()
        thread.join()
        assert found == [False, True]

    @pytest.mark.parametrize("first", [0, 1])
    def test_blocks_of_two_generators_end_in_any_order(self, first):
        def steps():
            with tg.no_grad():
                yield

        running = [steps(), steps()]
        for r in running:
            next(r)
        running[first].close()
        assert not is_recording()
        running[1 - first].close()
        assert is_recording()

    def test_a_generator_closed_in_another_context(self):
        def steps():
            with tg.no_grad():
                yield

        running = steps()
        contextvars.copy_context().run(next, running)
        running.close()
        assert is_recording()

    def test_a_task_goes_on_as_it_began(self):
        async def child(found):
            await asyncio.sleep(0.01)
            found.append(is_recording())
            with tg.enable_grad():
                found.append(is_recording())
            found.append(is_recording())

        async def main():
            found = []
            with tg.no_grad():
                task = asyncio.create_task(child(found))
                await asyncio.sleep(0)
            found.append(is_recording())
            await task
            return found

        assert asyncio.run(main()) == [True, False, True, False]


class TestByHand:
    def test_entered_and_left_without_a_with_statement(self):
        grad = tg.no_grad()
        assert grad.__enter__() is grad
        assert not is_recording()
        grad.__exit__(None, None, None)
        assert is_recording()
        grad.__exit__(None, None, None)
        assert is_recording()

    def test_an_exit_stack(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(tg.no_grad())
            assert not is_recording()
        assert is_recording()

    def test_nested_in_every_way(self):
        with tg.no_grad():
            with tg.enable_grad():
                with tg.no_grad():
                    assert not is_recording()
                assert is_recording()
            assert not is_recording()
            with tg.no_grad():
                pass
            assert not is_recording()

    @pytest.mark.parametrize("flag", [tg.no_grad, tg.enable_grad])
    def test_a_block_leaves_no_garbage(self, flag):
        gc.disable()
        try:
            with tg.no_grad(), flag():
                inside = weakref.ref(mode._recording.get())
            assert inside() is None
        finally:
            gc.enable()

    def test_an_error_inside_leaves_nothing_on(self):
        with pytest.raises(ZeroDivisionError), tg.no_grad(), no_compile():
            1 / 0  # noqa: B018  (it is there to raise)
        assert (is_recording(), is_compile_off()) == (True, False)


class Interrupt:
    """Raise KeyboardInterrupt at the ``n``-th instruction of the modes' own code."""

    def __init__(self, n):
        self.n, self.arrived = n, False

    def __call__(self, frame, event, arg):
        if frame.f_code.co_filename not in (mode.__file__, decorate.__file__):
            return None
        frame.f_trace_opcodes = True
        if event in ("call", "opcode"):
            self.n -= 1
            if self.n < 0 and not self.arrived:
                self.arrived = True
                raise KeyboardInterrupt
        return self


@tg.no_grad()
def quiet():
    return is_recording()


def plain_block():
    with tg.no_grad():
        pass


def mixed_block():
    with tg.no_grad(), tg.enable_grad(), no_compile():
        pass


def shared_block(shared=tg.no_grad()):  # noqa: B008  (one mode for all calls is the point)
    with shared, shared:
        pass


@pytest.mark.parametrize("block", [quiet, plain_block, mixed_block, shared_block])
@pytest.mark.parametrize("around", [contextlib.nullcontext, tg.no_grad])
def test_an_interrupt_at_any_instruction_leaves_nothing_on(block, around):
    kept, before = [], sys.gettrace()  # tracebacks are kept, as a notebook keeps the last one
    for n in range(2000):
        interrupt = Interrupt(n)
        with contextlib.suppress(KeyboardInterrupt):
            try:
                with around():
                    sys.settrace(interrupt)
                    try:
                        block()
                    finally:
                        sys.settrace(before)
            except KeyboardInterrupt as error:
                kept.append(error)
                raise
        assert (is_recording(), is_compile_off()) == (True, False), f"after an interrupt at instruction {n}"
        if not interrupt.arrived:
            break
    assert not interrupt.arrived
    assert len(kept) == n > 50
