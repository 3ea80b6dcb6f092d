"""What a transaction costs: told with its end in versions that can, and kept in all."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.domain.sites import place, small_site
from tests.service.handlers.stories import Teller, TellerV16, TellerV201
from tests.service.rig import NOON, Office, after, open_office


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    """A site where a kilowatt-hour costs 0.333."""
    site = replace(small_site(place("G-01", "level-1", 6.0)), price_per_kwh=0.333)
    async with open_office(database_file, site) as opened:
        yield opened


async def cost(office: Office) -> float | None:
    [row] = await office.rows("SELECT total_cost FROM charging_transaction")
    told: float | None = row["total_cost"]
    return told


async def test_total_is_told_with_the_end_and_kept(office: Office) -> None:
    teller = TellerV201()
    assert await office.hear(teller.adapter, *teller.starts(NOON)) == {
        "idTokenInfo": {"status": "Accepted"}
    }
    assert await office.hear(teller.adapter, *teller.measures(after(10))) == {}
    office.clock.instant = after(60)
    ended = await office.hear(teller.adapter, *teller.stops(after(60)))
    assert ended["totalCost"] == 5.0  # 15 kWh, rounded to cents
    assert await cost(office) == 5.0


async def test_end_that_is_told_again_costs_the_same(office: Office) -> None:
    teller = TellerV201()
    await office.hear(teller.adapter, *teller.starts(NOON))
    office.clock.instant = after(60)
    answers = [await office.hear(teller.adapter, *teller.stops(after(60))) for _ in range(2)]
    assert answers[0] == answers[1]


async def test_1_6_has_no_words_for_the_total_which_is_kept(office: Office) -> None:
    teller = TellerV16()
    answer = await office.hear(teller.adapter, *teller.starts(NOON))
    teller.learns(answer)
    office.clock.instant = after(60)
    await office.hear(teller.adapter, *teller.stops(after(60)))
    assert await cost(office) == 5.0


@pytest.mark.parametrize("teller_type", [TellerV16, TellerV201])
async def test_nothing_is_told_where_there_is_no_price(
    database_file: Path, teller_type: type[Teller]
) -> None:
    async with open_office(database_file, small_site(place("G-01", "level-1", 6.0))) as office:
        teller = teller_type()
        teller.learns(await office.hear(teller.adapter, *teller.starts(NOON)))
        office.clock.instant = after(60)
        assert "totalCost" not in await office.hear(teller.adapter, *teller.stops(after(60)))
        assert await cost(office) is None
