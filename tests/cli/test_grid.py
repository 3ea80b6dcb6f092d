"""Tokens of grid companies, and the simulated one, from the command line."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

from csms.cli.grid_player import ask_by
from tests.cli.rig import chargeflex


def made() -> dict[str, str]:
    ran = chargeflex("grid", "token")
    assert (ran.code, ran.err) == (0, "")
    return dict(line.split(": ") for line in ran.out.splitlines())


def test_token_is_long_random_and_told_with_its_hash() -> None:
    first, second = made(), made()
    assert len(first["token"]) == 43
    assert first["token"] != second["token"]
    assert first["token_sha256"] == sha256(first["token"].encode()).hexdigest()


@contextmanager
def refusing(detail: str) -> Iterator[str]:
    """A server that lets nobody in."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = json.dumps({"detail": detail}).encode()
            self.send_response(401)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def test_simulated_company_that_is_not_let_in_says_so_and_ends() -> None:
    with refusing("expected the token of a grid company, got another one") as url:
        ran = chargeflex(
            *("grid", "simulate", "--url", url, "--token", "x"),
            *("--site", "fjordgata", "--feeder", "intake"),
        )
    assert ran.code == 2
    assert ran.err == (
        "server: has refused: expected the token of a grid company, got another one\n"
    )


async def test_server_is_asked_with_the_token_and_complaints_say_what_is_final() -> None:
    asked: list[httpx2.Request] = []
    answers: list[Any] = [
        httpx2.Response(200, json={"party": "nett"}),
        httpx2.Response(403, json={"detail": "not yours"}),
        httpx2.Response(500, text="broken"),
        httpx2.ConnectError("nobody there"),
    ]

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        assert isinstance(found, httpx2.Response)
        return found

    complaints: list[tuple[str, bool]] = []
    transport = httpx2.MockTransport(answer)
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        ask = ask_by(client, "secret", lambda *complaint: complaints.append(complaint))
        assert await ask("POST", "/beat", {}) == {"party": "nett"}
        for _ in range(3):
            assert await ask("PUT", "/blocks", {"blocks": []}) is None
    assert {one.headers["authorization"] for one in asked} == {"Bearer secret"}
    assert complaints == [("not yours", True), ("broken", False), ("nobody there", False)]
