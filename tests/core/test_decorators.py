"""Decorated functions of every kind: what they compute is inside the manager, what their callers compute is not."""

import asyncio
import functools

import pytest

import tensorgrad as tg
from tensorgrad.core.modes import is_recording


class TestDecorated:
    """What a decorated function computes is not recorded; what its caller computes is."""

    def test_a_function_a_method_and_a_partial(self):
        class Model:
            @tg.no_grad()
            def predict(self, x):
                """Docs."""
                return x, is_recording()

        assert Model().predict(3) == (3, False)
        assert (Model.predict.__name__, Model.predict.__doc__) == ("predict", "Docs.")
        assert tg.no_grad()(functools.partial(is_recording))() is False
        assert is_recording()

    def test_a_generator(self):
        @tg.no_grad()
        def steps():
            seen = [is_recording()]
            try:
                seen.append((yield 1))
                seen.append(is_recording())
                yield 2
            except ValueError:
                seen.append(is_recording())
                yield 3
            return [*seen, is_recording()]

        running = steps()
        assert (next(running), is_recording()) == (1, True)
        assert (running.send("sent"), is_recording()) == (2, True)
        assert (running.throw(ValueError), is_recording()) == (3, True)
        with pytest.raises(StopIteration) as end:
            next(running)
        assert end.value.value == [False, "sent", False, False, False]
        assert is_recording()

    def test_a_generator_that_is_closed(self):
        seen = []

        @tg.no_grad()
        def steps():
            try:
                yield 1
            finally:
                seen.append(is_recording())

        running = steps()
        next(running)
        running.close()
        assert seen == [False]
        assert is_recording()

    def test_a_generator_of_partials_and_methods(self):
        def steps(self, n):
            yield n, is_recording()

        assert list(tg.no_grad()(functools.partial(steps, None))(1)) == [(1, False)]
        assert list(tg.no_grad()(steps.__get__(self))(2)) == [(2, False)]

    def test_a_coroutine_and_its_neighbours(self):
        seen = []

        @tg.no_grad()
        async def predict():
            seen.append(is_recording())
            await asyncio.sleep(0)
            seen.append(is_recording())
            return 5

        async def other():
            for _ in range(3):
                seen.append(is_recording())
                await asyncio.sleep(0)

        async def main():
            result, _ = await asyncio.gather(predict(), other())
            return result, is_recording()

        assert asyncio.run(main()) == (5, True)
        assert sorted(seen) == [False, False, True, True, True]

    def test_a_coroutine_driven_by_hand(self):
        @tg.no_grad()
        async def predict():
            await asyncio.sleep(0)
            return is_recording()

        steps = predict()
        steps.send(None)
        assert is_recording()
        with pytest.raises(StopIteration) as end:
            steps.send(None)
        assert end.value.value is False

    def test_an_asynchronous_generator(self):
        @tg.no_grad()
        async def batches():
            try:
                sent = yield is_recording()
                await asyncio.sleep(0)
                yield sent, is_recording()
            except ValueError:
                yield "caught", is_recording()

        async def main():
            found = [x async for x in batches()]
            sending = batches()
            found += [await sending.asend(None), await sending.asend("sent")]
            throwing = batches()
            found += [await throwing.__anext__(), await throwing.athrow(ValueError()), is_recording()]
            await throwing.aclose()
            await sending.aclose()
            return found

        assert asyncio.run(main()) == [False, (None, False), False, ("sent", False), False, ("caught", False), True]

    def test_an_asynchronous_generator_that_is_closed(self):
        seen = []

        @tg.no_grad()
        async def batches():
            try:
                yield 1
            finally:
                await asyncio.sleep(0)
                seen.append(is_recording())

        async def main():
            running = batches()
            await running.__anext__()
            await running.aclose()
            return is_recording()

        assert asyncio.run(main()) is True
        assert seen == [False]
