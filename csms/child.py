"""Programs of ours that run beside the server, in processes of their own."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[1]


@asynccontextmanager
async def running_child(program: str) -> AsyncIterator[Process]:
    """Run a program that talks over standard input and output; it is gone when this is left.

    Raises:
        OSError: It cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-c",
        program,
        stdin=PIPE,
        stdout=PIPE,
        env={**os.environ, "PYTHONPATH": _search_path()},
        start_new_session=True,  # Ctrl-C in a terminal is for the parent alone
    )
    try:
        yield process
    finally:
        end_child(process)
        await asyncio.shield(process.wait())


def end_child(process: Process) -> None:
    """End a program, if it has not ended by itself."""
    if process.returncode is None:
        process.kill()


def _search_path() -> str:
    """Where the program finds this one, wherever it runs from."""
    return os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
