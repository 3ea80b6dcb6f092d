"""Limits that others have set on stations, as they are kept."""

from typing import Any

import pytest

from csms.domain.charging_profile import CompositeSchedule, LimitSource, ProfilePeriod
from csms.domain.external_limit import ExternalLimit
from csms.domain.station import RateUnit
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after
from tests.storage.rig import SITE, put_site

SCHEDULE = CompositeSchedule(
    evse_number=1,
    unit=RateUnit.AMPERE,
    starts_at=NOON,
    duration_s=600,
    periods=(ProfilePeriod(0, 10.0), ProfilePeriod(300, 6.0)),
)


@pytest.fixture(autouse=True)
async def _site(database: Database) -> None:
    await put_site(database)


def limit(**more: Any) -> ExternalLimit:
    fields: dict[str, Any] = {
        "source": LimitSource.SO,
        "evse_number": 1,
        "is_grid_critical": True,
        "schedules": (SCHEDULE,),
        "told_at": NOON,
        **more,
    }
    return ExternalLimit(**fields)


async def test_limit_is_told_as_it_was_kept_last(database: Database) -> None:
    whole = limit(evse_number=None, schedules=(), told_at=after(2))
    newer = limit(is_grid_critical=False, told_at=after(1))
    async with SqlUnitOfWork(database) as uow:
        assert await uow.external_limits.at_site(SITE.site_id) == {}
        for one in (limit(), whole, newer):
            await uow.external_limits.put("G-01", one)
        await uow.external_limits.put("X-99", limit())
        await uow.commit()
        assert await uow.external_limits.at_site(SITE.site_id) == {"G-01": [newer, whole]}


@pytest.mark.parametrize(("evse_number", "left"), [(1, [None]), (None, []), (2, [1, None])])
async def test_limits_of_a_source_are_forgotten(
    database: Database, evse_number: int | None, left: list[int | None]
) -> None:
    other = limit(source=LimitSource.EMS, told_at=after(2))
    async with SqlUnitOfWork(database) as uow:
        for one in (limit(), limit(evse_number=None, told_at=after(1)), other):
            await uow.external_limits.put("G-01", one)
        await uow.external_limits.drop("G-01", LimitSource.SO, evse_number)
        await uow.commit()
        found = (await uow.external_limits.at_site(SITE.site_id))["G-01"]
    assert [one.evse_number for one in found if one.source is LimitSource.SO] == left
    assert found[-1] == other
