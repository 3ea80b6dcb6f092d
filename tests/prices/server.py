"""A provider of prices, for real on 127.0.0.1."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

RECORDED: Final = Path(__file__).with_name("recorded")


@dataclass
class PriceServer:
    """Answers every GET with what a test wants.

    Attributes:
        answers: Bodies by path with query; others get 404.
        status: Of all answers that have a body.
        version: Its ETag; empty: it tells none. Who has it already gets 304.
        headers: Sent along.
        gate: Set while it answers; otherwise it keeps who asks waiting.
        requests: What it was asked: path, and headers with names in small letters.
    """

    answers: dict[str, bytes] = field(default_factory=dict)
    status: int = 200
    version: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    port: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            path = lines[0].split(" ")[1]
            headers = {
                name.lower(): value for line in lines[1:] if line for name, value in [_pair(line)]
            }
            self.requests.append((path, headers))
            await self.gate.wait()
            writer.write(self._answer(path, headers))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, path: str, headers: dict[str, str]) -> bytes:
        body = self.answers.get(path)
        status = 404 if body is None else self.status
        if self.version and headers.get("if-none-match") == self.version:
            status, body = 304, b""
        told = {"Content-Length": str(len(body or b"")), "Connection": "close", **self.headers}
        if self.version:
            told["ETag"] = self.version
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + (body or b"")

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["PriceServer"]:
        self.gate.set()
        async with await asyncio.start_server(self.serve, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            try:
                yield self
            finally:
                self.gate.set()


def recorded(name: str) -> bytes:
    """An answer as a provider has given it."""
    return (RECORDED / name).read_bytes()


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()
