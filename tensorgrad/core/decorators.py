"""A context manager around a function, of whatever kind: one that returns, yields, awaits, or does both."""

from __future__ import annotations

from functools import wraps
from typing import Any

#: Bits of ``co_flags``, as ``inspect`` names them, without its 5 ms of import.
GENERATOR, COROUTINE, ASYNC_GENERATOR = 0x20, 0x80, 0x200


def decorate(function: Any, manager: Any) -> Any:
    """Return ``function`` so that all it computes is computed inside ``manager``."""
    flags = code_flags(function)
    if flags & GENERATOR:
        return wraps(function)(lambda *args, **kwargs: (yield from run_steps(function(*args, **kwargs), manager)))
    if flags & COROUTINE:
        return wrap_coroutine(function, manager)
    if flags & ASYNC_GENERATOR:
        return wrap_async_generator(function, manager)

    @wraps(function)
    def inside(*args: Any, **kwargs: Any) -> Any:
        with manager:
            return function(*args, **kwargs)

    return inside


def code_flags(function: Any) -> Any:
    """Return the ``co_flags`` of a function, of a method's, or of what a ``functools.partial`` calls; 0 if unknown."""
    while hasattr(function, "func"):
        function = function.func
    return getattr(getattr(function, "__code__", None), "co_flags", 0)


def wrap_coroutine(function: Any, manager: Any) -> Any:
    @wraps(function)
    async def inside(*args: Any, **kwargs: Any) -> Any:
        return await ManagedAwaitable(function(*args, **kwargs), manager)

    return inside


def wrap_async_generator(function: Any, manager: Any) -> Any:
    @wraps(function)
    async def inside(*args: Any, **kwargs: Any) -> Any:
        running = function(*args, **kwargs)
        step = running.__anext__()
        while True:
            try:
                value = await ManagedAwaitable(step, manager)
            except StopAsyncIteration:
                return
            try:
                sent = yield value
            except GeneratorExit:
                await ManagedAwaitable(running.aclose(), manager)
                raise
            except BaseException as error:  # thrown in, for the generator to catch
                step = running.athrow(error)
            else:
                step = running.asend(sent)

    return inside


class ManagedAwaitable:
    """An awaitable, each step of which is taken inside a context manager."""

    def __init__(self, awaitable: Any, manager: Any) -> None:
        self.awaitable, self.manager = awaitable, manager

    def __await__(self) -> Any:
        return run_steps(self.awaitable.__await__(), self.manager)


def run_steps(steps: Any, manager: Any) -> Any:
    """Run the generator ``steps``, each step inside ``manager`` and what is between two of them outside."""
    send: Any = steps.__next__
    given: tuple[Any, ...] = ()
    try:
        while True:
            with manager:
                value = send(*given)
            try:
                sent = yield value
            except GeneratorExit:
                with manager:
                    steps.close()
                raise
            except BaseException as error:  # thrown in, for the generator to catch
                send, given = steps.throw, (error,)
            else:
                send, given = (steps.__next__, ()) if sent is None else (steps.send, (sent,))
    except StopIteration as end:
        return end.value
