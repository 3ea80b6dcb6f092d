"""Programs of ours that run beside the server, in processes of their own.

Who talks to one again and again does so in frames of a length and a pickled value; its first frame
says that all is loaded, and means nothing else.
"""

import asyncio
import os
import pickle
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

_LENGTH: Final = struct.Struct("!Q")
LENGTH_BYTES: Final = _LENGTH.size
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


def write_frame(value: object) -> bytes:
    """Write a value as a frame."""
    body = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


def read_length(head: bytes) -> int:
    """Read how many bytes follow a frame's first `LENGTH_BYTES`."""
    length: int = _LENGTH.unpack(head)[0]
    return length


def read_body(body: bytes) -> Any:  # noqa: ANN401
    """Read the value of a frame."""
    return pickle.loads(body)  # noqa: S301 - the other end is this program


async def exchange(process: Process, question: object) -> Any:  # noqa: ANN401
    """Ask a program, and wait for what it answers.

    Raises:
        ConnectionError: It does not listen.
        IncompleteReadError: It ended before it had answered.
    """
    if process.stdin is None:
        raise ConnectionError("the process has no input")
    process.stdin.write(write_frame(question))
    await process.stdin.drain()
    return await read_answer(process)


async def read_answer(process: Process) -> Any:  # noqa: ANN401
    """Wait for what a program says next; errors as of `exchange`."""
    if process.stdout is None:
        raise ConnectionError("the process has no output")
    head = await process.stdout.readexactly(LENGTH_BYTES)
    return read_body(await process.stdout.readexactly(read_length(head)))


def _search_path() -> str:
    """Where the program finds this one, wherever it runs from."""
    return os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
