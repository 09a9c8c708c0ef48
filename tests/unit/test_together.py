"""Waits at once: an error of one ends the others."""

import asyncio

import pytest

from shared.together import together
from tests.support.units.aio import in_loop


async def soon(value: int) -> int:
    await asyncio.sleep(0)
    return value


@in_loop
async def test_all_results_come_in_the_order_of_the_works() -> None:
    assert await together(soon(n) for n in range(3)) == [0, 1, 2]
    assert await together([]) == []


@in_loop
async def test_none_runs_on_when_one_has_failed() -> None:
    ended: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("endless")

    async def broken() -> None:
        await asyncio.sleep(0)
        raise OSError("QuickSight is out of reach")

    with pytest.raises(OSError, match="out of reach"):
        await together([endless(), broken()])

    assert ended == ["endless"]
