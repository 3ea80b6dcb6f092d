"""Prices from a server of others to the API of a server of ours, which is killed in between."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.rig import SITE, Server, server_in, until
from tests.prices.server import PriceServer

PATH: Final = "/prices.json"
SLOTS: Final = 48


def prices_of_two_days() -> bytes:
    """A price for each hour from this one on: 0.00, 0.01, 0.02, ..."""
    begins_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    rows = [
        {"from": (begins_at + timedelta(hours=i)).isoformat(), "price": i / 100}
        for i in range(SLOTS)
    ]
    return json.dumps(rows).encode()


def priced_site(url: str) -> str:
    return (
        f"{SITE}prices:\n  currency: EUR\n  energy:\n    http: {url}{PATH}\n"
        "    time: $[*].from\n    value: $[*].price\n"
        "tariff: {energy_per_kwh: 0.1}\npolicy: {aim: cheap}\n"
    )


async def known(server: Server) -> list[dict[str, Any]]:
    """The prices that the server tells, from now on."""
    answer = await server.get("/api/v1/sites/yard/prices")
    slots: list[dict[str, Any]] = answer["slots"]
    return [slot for slot in slots if not slot["is_assumed"]]


async def test_prices_are_fetched_kept_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with PriceServer({PATH: prices_of_two_days()}).listening() as provider:
        with server_in(tmp_path) as server:
            (tmp_path / "site.yaml").write_text(priced_site(provider.url), encoding="utf-8")
            await server.start()

            async def has_come() -> bool:
                return bool(await known(server))

            await until(has_come, "prices have come")
            before = await known(server)
            assert [slot["per_kwh"] for slot in before[:3]] == [0.1, 0.11, 0.12]
            server.kill()
            provider.answers.clear()  # it has nothing any more
            await server.start()
            assert await known(server) == before
