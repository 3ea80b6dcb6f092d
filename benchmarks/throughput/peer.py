"""The peer: the example central system of the `ocpp` package, as its documentation has it.

    python -m benchmarks.throughput.peer PORT

It answers what the load generator sends, in both versions, and stores nothing. The package's log is
on, as in the example; whoever starts it decides where that goes.
"""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final, TypeVar

from ocpp import v16, v201
from ocpp.routing import on
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

CallT = TypeVar("CallT", bound=Callable[..., Any])

takes: Final[Callable[[str], Callable[[CallT], CallT]]] = on
"""The package's decorator, with the types that it does not tell."""


def now() -> str:
    """The time, as OCPP writes it."""
    return datetime.now(UTC).isoformat()


class ChargePoint16(v16.ChargePoint):  # type: ignore[misc] # the package is not typed
    """The server's end of a 1.6 station."""

    numbers = count(1)

    @takes("BootNotification")
    def on_boot_notification(self, **_fields: Any) -> Any:  # noqa: ANN401
        """Accept it."""
        return v16.call_result.BootNotification(current_time=now(), interval=300, status="Accepted")

    @takes("Heartbeat")
    def on_heartbeat(self) -> Any:  # noqa: ANN401
        """Tell the time."""
        return v16.call_result.Heartbeat(current_time=now())

    @takes("StatusNotification")
    def on_status_notification(self, **_fields: Any) -> Any:  # noqa: ANN401
        """Thank for it."""
        return v16.call_result.StatusNotification()

    @takes("StartTransaction")
    def on_start_transaction(self, **_fields: Any) -> Any:  # noqa: ANN401
        """Give it a number."""
        return v16.call_result.StartTransaction(
            transaction_id=next(self.numbers), id_tag_info={"status": "Accepted"}
        )

    @takes("MeterValues")
    def on_meter_values(self, **_fields: Any) -> Any:  # noqa: ANN401
        """Thank for it."""
        return v16.call_result.MeterValues()


class ChargePoint201(v201.ChargePoint):  # type: ignore[misc] # the package is not typed
    """The server's end of a 2.0.1 station."""

    @takes("BootNotification")
    def on_boot_notification(self, **_fields: Any) -> Any:  # noqa: ANN401
        """Accept it."""
        return v201.call_result.BootNotification(
            current_time=now(), interval=300, status="Accepted"
        )

    @takes("Heartbeat")
    def on_heartbeat(self) -> Any:  # noqa: ANN401
        """Tell the time."""
        return v201.call_result.Heartbeat(current_time=now())

    @takes("StatusNotification")
    def on_status_notification(self, **_fields: Any) -> Any:  # noqa: ANN401
        """Thank for it."""
        return v201.call_result.StatusNotification()

    @takes("TransactionEvent")
    def on_transaction_event(self, **_fields: Any) -> Any:  # noqa: ANN401
        """Thank for it."""
        return v201.call_result.TransactionEvent()


_CHARGE_POINTS: Final[dict[str, Any]] = {"ocpp1.6": ChargePoint16, "ocpp2.0.1": ChargePoint201}


async def on_connect(connection: ServerConnection) -> None:
    """Serve a station until it leaves."""
    request, subprotocol = connection.request, connection.subprotocol
    if request is None or subprotocol is None:
        return
    charge_point = _CHARGE_POINTS[subprotocol](request.path.rpartition("/")[2], connection)
    with contextlib.suppress(ConnectionClosed):
        await charge_point.start()


async def main(port: int) -> None:
    """Serve until ended."""
    logging.basicConfig(level=logging.INFO)
    subprotocols = [Subprotocol(name) for name in _CHARGE_POINTS]
    async with serve(on_connect, "127.0.0.1", port, subprotocols=subprotocols) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
