"""What the process of a server is set to: its event loop, its open files, its garbage."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from csms.cli.garbage import short_pauses

if sys.platform == "win32":
    new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop

    def allow_files() -> None:
        """Leave the number of open files as it is: there is no limit to raise."""
else:
    import resource

    from uvloop import new_event_loop

    def allow_files() -> None:
        """Allow as many open files, one for each station, as the system lets the process have."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with suppress(ValueError, OSError):  # some systems say "unlimited" and do not mean it
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def run_server(main: Coroutine[Any, Any, None]) -> None:
    """Run a server until it ends."""
    allow_files()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_run(main))


async def _run(main: Coroutine[Any, Any, None]) -> None:
    async with short_pauses():
        await main
