"""Work that is done side by side, and ends together."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def until_one_ends(*work: Coroutine[Any, Any, None]) -> None:
    """Do all at the same time until one ends; the others are cancelled, and its error is raised."""
    jobs = [asyncio.ensure_future(one) for one in work]
    try:
        ended, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
        for job in ended:
            job.result()
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
