"""The `ocpp` package's charge point, with handlers as its example central system has them."""

import asyncio
import logging
from typing import Any, Final

import ocpp.messages
from ocpp.routing import on
from ocpp.v16 import ChargePoint as ChargePoint16
from ocpp.v16 import call_result as result16
from ocpp.v201 import ChargePoint as ChargePoint201
from ocpp.v201 import call_result as result201

from benchmarks.codec.messages import Message

_NOON: Final = "2026-01-14T12:00:00Z"


class Socket:
    """Takes what is sent, and keeps the last of it."""

    def __init__(self) -> None:
        self.sent = ""

    async def send(self, text: str) -> None:
        """Take a frame."""
        self.sent = text


class Station16(ChargePoint16):  # type: ignore[misc]
    """A 1.6 station's connection."""

    @on("Heartbeat")  # type: ignore[untyped-decorator]
    def on_heartbeat(self) -> Any:  # noqa: ANN401
        """Tell the time."""
        return result16.Heartbeat(current_time=_NOON)

    @on("StartTransaction")  # type: ignore[untyped-decorator]
    def on_start_transaction(self, **_: object) -> Any:  # noqa: ANN401
        """Accept."""
        return result16.StartTransaction(transaction_id=7, id_tag_info={"status": "Accepted"})

    @on("MeterValues")  # type: ignore[untyped-decorator]
    def on_meter_values(self, **_: object) -> Any:  # noqa: ANN401
        """Take note."""
        return result16.MeterValues()


class Station201(ChargePoint201):  # type: ignore[misc]
    """A 2.0.1 station's connection."""

    @on("TransactionEvent")  # type: ignore[untyped-decorator]
    def on_transaction_event(self, **_: object) -> Any:  # noqa: ANN401
        """Take note."""
        return result201.TransactionEvent()


class TheirSide:
    """Calls answered by the `ocpp` package.

    Args:
        is_lean: Without the two costs that its users can switch off: validation in a thread pool,
            and a log record for every frame. Otherwise as its example server runs.
    """

    def __init__(self, *, is_lean: bool) -> None:
        self._is_lean = is_lean
        self._socket = Socket()
        self._loop = asyncio.new_event_loop()
        self._stations = {
            "1.6": Station16("G-01", self._socket),
            "2.0.1": Station201("G-01", self._socket),
        }

    def answer(self, message: Message, times: int = 1) -> str:
        """Answer the same call so many times; returns the last answer."""
        ocpp.messages.ASYNC_VALIDATION = not self._is_lean
        logging.getLogger("ocpp").setLevel(logging.WARNING if self._is_lean else logging.INFO)
        self._loop.run_until_complete(
            self._route(self._stations[message.version], message.text, times)
        )
        return self._socket.sent

    def close(self) -> None:
        """End the threads in which it validates."""
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _route(self, station: Any, text: str, times: int) -> None:  # noqa: ANN401
        for _ in range(times):
            await station.route_message(text)
