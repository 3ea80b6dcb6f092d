"""How makes of stations take charging profiles, as it is kept."""

from dataclasses import replace

import pytest

from csms.domain.dialect import Dialect, StationMake
from csms.domain.identity import EvseId
from csms.domain.limits import Standing, TimedLimit, Verdict
from csms.domain.profile_form import PLAIN_DEFAULT, PLAIN_TX, Place, ProfileForm
from csms.domain.standing import HeldFallback
from csms.domain.station import Capabilities, RateUnit, StationModel
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after
from tests.storage.rig import known, put_site

MAKE = StationMake(protocol="1.6", vendor="Vendør", model="M-7", firmware="1.2")
KNOWN = replace(
    Dialect().accepted(PLAIN_TX).followed(PLAIN_TX).ignored(PLAIN_TX, "G-01"),
    told=Capabilities(rate_units=frozenset({RateUnit.WATT}), max_stack_level=3, is_told=True),
    reads_back=False,
).refused(PLAIN_DEFAULT, "InvalidProfile")


@pytest.fixture(autouse=True)
async def _site(database: Database) -> None:
    await put_site(database)


async def test_dialect_is_known_as_it_was_kept_last(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        assert await uow.dialects.all() == {}
        await uow.dialects.put(MAKE, Dialect(), NOON)
        await uow.dialects.put(MAKE, KNOWN, after(1))
        await uow.dialects.put(replace(MAKE, firmware="1.3"), Dialect(), NOON)
        await uow.commit()
        assert await uow.dialects.all() == {
            MAKE: KNOWN,
            replace(MAKE, firmware="1.3"): Dialect(),
        }


async def test_dialect_of_a_make_is_forgotten_and_that_of_others_is_not(
    database: Database,
) -> None:
    other = replace(MAKE, model="M-8")
    async with SqlUnitOfWork(database) as uow:
        for make in (MAKE, other):
            await uow.dialects.put(make, KNOWN, NOON)
        await uow.dialects.drop(MAKE)
        await uow.commit()
        assert list(await uow.dialects.all()) == [other]


async def test_make_of_a_station_and_the_form_of_its_fallback_are_known_after_a_restart(
    database: Database,
) -> None:
    held = HeldFallback(PLAIN_DEFAULT, 4)
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.note_connected("G-01", "1.6", NOON)
        model = StationModel(vendor="Vendør", model="M-7", firmware="1.2")
        await uow.stations.note_boot("G-01", model, NOON)
        await uow.stations.note_standing(EvseId("G-01", 1), Standing.HELD, 6.0, NOON, held)
        await uow.commit()
        station = await known(uow, "G-01")
        assert station is not None
        assert (station.make, station.held) == (MAKE, {1: held})
        await uow.stations.note_standing(EvseId("G-01", 1), Standing.UNKNOWN, 6.0, NOON)
        await uow.commit()
        station = await known(uow, "G-01")
        assert station is not None
        assert station.held == {}


async def test_limit_is_alive_in_the_form_in_which_it_was_sent(database: Database) -> None:
    form = ProfileForm(PLAIN_DEFAULT.purpose, Place.STATION)
    limit = TimedLimit(starts_at=NOON, ends_at=after(15), steps=((0, 16.0),), form=form)
    evse = EvseId("G-01", 1)
    facts = {"plan_number": None, "transaction_id": "tx-1"}
    async with SqlUnitOfWork(database) as uow:
        await uow.control.add_sent_limits([(evse, limit, facts)], NOON)
        await uow.commit()
        alive = await uow.control.limits_alive_at("fjordgata", NOON)
    assert alive == {evse: [(limit, Verdict.UNCERTAIN, "tx-1")]}
