"""A server for the load generator, on the `websockets` library: it counts, and can misbehave."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from benchmarks.load.link import Address

PROFILE = {
    "chargingProfilePurpose": "TxProfile",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.0}],
    },
}


class LoadServer:
    """What the test asks of the server, and what it saw.

    Attributes:
        refuse: So many handshakes are answered by HTTP 503.
        faulty: Actions that are answered by an error.
        silent: Actions that are never answered.
        seen: How often each action was called.
        answers: What stations answered to calls of the server.
        stations: Connections by the station's name.
        most_waiting: The most calls of one station that waited for an answer at any time.
    """

    def __init__(self, port: int = 0) -> None:
        self.address = Address(port=port)
        self.refuse = 0
        self.faulty: set[str] = set()
        self.silent: set[str] = set()
        self.seen: Counter[str] = Counter()
        self.answers: list[Any] = []
        self.stations: dict[str, ServerConnection] = {}
        self.most_waiting = 0
        self._transactions = 0

    async def call(self, station: str, action: str, payload: dict[str, Any]) -> None:
        """Call a station."""
        await self.stations[station].send(json.dumps([2, "ours", action, payload]))

    async def serve(self, connection: ServerConnection) -> None:
        """Answer a station until it leaves."""
        assert connection.request is not None
        self.stations[connection.request.path.rpartition("/")[2]] = connection
        try:
            while True:
                await self._take(connection)
        except ConnectionClosed:
            return

    def admit(self, connection: ServerConnection, _request: Request) -> Response | None:
        """Refuse as many as was asked for."""
        if not self.refuse:
            return None
        self.refuse -= 1
        return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "later\n")

    async def _take(self, connection: ServerConnection) -> None:
        frame = json.loads(await connection.recv())
        if frame[0] != 2:
            self.answers.append(frame)
            return
        waiting = len(connection.recv_messages.frames)
        self.most_waiting = max(self.most_waiting, 1 + waiting)
        _, message_id, action, _ = frame
        self.seen[action] += 1
        if action in self.silent:
            return
        answer = [3, message_id, self._answer(action)]
        if action in self.faulty:
            answer = [4, message_id, "InternalError", "", {}]
        await connection.send(json.dumps(answer, separators=(",", ":")))

    def _answer(self, action: str) -> dict[str, Any]:
        if action != "StartTransaction":
            return {}
        self._transactions += 1
        return {"transactionId": self._transactions}


@asynccontextmanager
async def load_server() -> AsyncIterator[LoadServer]:
    """A server on a free port."""
    server = LoadServer()
    async with serve(
        server.serve,
        "127.0.0.1",
        0,
        process_request=server.admit,
        subprotocols=[Subprotocol("ocpp1.6"), Subprotocol("ocpp2.0.1")],
    ) as serving:
        server.address = Address(port=next(iter(serving.sockets)).getsockname()[1])
        yield server
