"""The generator's process: carries out one order after the other, and ends with whoever asks.

with generating(population) as generator:
    generator.ask(Arrive())
    figures = generator.ask(Closed(Message.SAMPLE, seconds=10))
"""

import asyncio
import gc
import multiprocessing
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final, Generic, TypeVar

import uvloop

from benchmarks.load.fleet import Fleet, Population

ResultT = TypeVar("ResultT")

_LONGEST_S: Final = 3600.0
_END_S: Final = 10.0


class GeneratorError(Exception):
    """The generator could not do what it was asked to."""


class Order(ABC, Generic[ResultT]):
    """Something that stations are to do. Both processes share the clock `time.monotonic`."""

    @abstractmethod
    async def carry_out(self, fleet: Fleet) -> ResultT:
        """Do it; return what came of it."""


@dataclass(frozen=True, slots=True)
class _Fault:
    text: str


class Generator:
    """The other end of the generator's process.

    Args:
        connection: Where orders go and results come from.
    """

    def __init__(self, connection: "Connection[Any, Any]") -> None:
        self._connection = connection

    def ask(self, order: Order[ResultT]) -> ResultT:
        """Have an order carried out, and wait until that is done.

        Raises:
            GeneratorError: It could not be.
        """
        self.begin(order)
        return self.finish(order)

    def begin(self, order: Order[Any]) -> None:
        """Have an order carried out."""
        self._connection.send(order)

    def finish(self, _order: Order[ResultT]) -> ResultT:
        """Wait until the order that was begun is done.

        Raises:
            GeneratorError: It could not be.
        """
        if not self._connection.poll(_LONGEST_S):
            raise GeneratorError(f"no result within {_LONGEST_S:g} s")
        try:
            result: ResultT | _Fault = self._connection.recv()
        except EOFError as error:
            raise GeneratorError("the process has ended") from error
        if isinstance(result, _Fault):
            raise GeneratorError(result.text)
        return result


@contextmanager
def generating(population: Population) -> Iterator[Generator]:
    """Stations in a process of their own, which are gone when this is left."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_main, args=(theirs, population), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Generator(ours)
    finally:
        ours.close()
        process.join(_END_S)
        if process.is_alive():
            process.kill()
            process.join()


def _main(connection: "Connection[Any, Any]", population: Population) -> None:
    gc.disable()  # going through all objects of 10,000 stations takes longer than what is measured
    uvloop.run(_serve(connection, Fleet(population)))


async def _serve(connection: "Connection[Any, Any]", fleet: Fleet) -> None:
    """Carry out orders until there will be no more."""
    orders: asyncio.Queue[Order[Any] | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def receive() -> None:
        try:
            orders.put_nowait(connection.recv())
        except (EOFError, OSError):
            loop.remove_reader(connection.fileno())
            orders.put_nowait(None)

    loop.add_reader(connection.fileno(), receive)
    while (order := await orders.get()) is not None:
        try:
            connection.send(await order.carry_out(fleet))
        except Exception as error:  # noqa: BLE001 - whoever asked is told, and decides
            connection.send(_Fault(f"{type(order).__name__}: {error!r}"))
