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
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from copyreg import __newobj__  # type: ignore[attr-defined]
from dataclasses import fields, is_dataclass
from io import BytesIO
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, TypeAlias

_LENGTH: Final = struct.Struct("!Q")
LENGTH_BYTES: Final = _LENGTH.size
_StateOf: TypeAlias = Callable[[object], list[object]]
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
    body = BytesIO()
    _Pickler(body).dump(value)
    return _LENGTH.pack(body.tell()) + body.getvalue()


class _Pickler(pickle.Pickler):
    """Writes frozen dataclasses with slots as they are written anyway, in less time.

    Their own `__getstate__` finds out what fields they have each time that it is asked.
    """

    def __init__(self, body: BytesIO) -> None:
        super().__init__(body, protocol=pickle.HIGHEST_PROTOCOL)
        self._states: dict[type, _StateOf | None] = {}

    def reducer_override(self, value: object) -> Any:  # noqa: ANN401
        """Write a value as its class and all of its fields."""
        kind = type(value)
        if kind not in self._states:
            self._states[kind] = _state_of(kind)
        state_of = self._states[kind]
        return NotImplemented if state_of is None else (__newobj__, (kind,), state_of(value))


def _state_of(kind: type) -> _StateOf | None:
    """What tells the fields of a kind of dataclass, None where it has a way of its own."""
    has_slots = "__slots__" in vars(kind) and "__setstate__" in vars(kind)
    names = [one.name for one in fields(kind)] if is_dataclass(kind) and has_slots else []
    if len(names) < 2:  # of a single one `attrgetter` makes no tuple
        return None
    get = attrgetter(*names)
    return lambda value: list(get(value))


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
