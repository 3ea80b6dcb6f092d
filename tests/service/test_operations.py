"""What people and programs may do, and what is refused with its cause."""

import math
from collections.abc import AsyncIterator
from datetime import time
from pathlib import Path
from typing import Final

import pytest

from csms.domain.errors import (
    InvalidInputError,
    NoTransactionError,
    UnknownEvseError,
    UnknownFeederError,
    UnknownSiteError,
    UnknownStationError,
)
from csms.domain.identity import EvseId
from csms.domain.site import AmpereSchedule, Window
from csms.domain.transaction import StatedNeed
from csms.service.operations import Operations
from tests.domain.sites import flat, place, small_site
from tests.service.handlers.stories import TellerV201
from tests.service.rig import NOON, CommitError, Office, after, open_office
from tests.service.sites import connect, evse_of, hold, plug_in, with_meter, with_total_meter

E1: Final = EvseId("G-01", 1)
EVENING: Final = Window(
    weekdays=frozenset(range(7)),
    from_time=time(22),
    to_time=time(6),
    amps=(20.0, 40.0, 20.0),
)
NEED: Final = StatedNeed(energy_wh=20_000.0, departs_at=after(60))


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    site = with_meter(small_site(place("G-01", "level-1", 0.0)), flat(60.0), step_a=0.0)
    async with open_office(database_file, site) as opened:
        yield opened


@pytest.fixture
def operations(office: Office) -> Operations:
    return office.operations


async def begin(office: Office) -> None:
    teller = TellerV201()
    await office.hear(teller.adapter, *teller.starts(NOON))


async def test_stated_need_is_kept_shown_and_wakes_the_site(
    office: Office, operations: Operations
) -> None:
    await begin(office)
    office.live.dirty.clear()
    await operations.state_need(E1, NEED)
    running = office.evse("G-01/1").transaction
    assert running is not None
    assert running.need == NEED
    assert office.live.dirty.is_set()
    async with office.open_uow() as uow:
        [kept] = await uow.transactions.open_at(E1)
    assert kept.need == NEED


async def test_need_may_be_stated_in_part(office: Office, operations: Operations) -> None:
    await begin(office)
    await operations.state_need(E1, StatedNeed(energy_wh=2_000_000.0))
    await operations.state_need(E1, StatedNeed(departs_at=after(1)))
    running = office.evse("G-01/1").transaction
    assert running is not None
    assert running.need == StatedNeed(departs_at=after(1))


async def test_need_that_could_not_be_kept_is_not_shown(
    office: Office, operations: Operations
) -> None:
    await begin(office)
    office.is_disk_full = True
    with pytest.raises(CommitError):
        await operations.state_need(E1, NEED)
    running = office.evse("G-01/1").transaction
    assert running is not None
    assert running.need == StatedNeed()


async def test_need_of_nobody_is_refused(operations: Operations) -> None:
    with pytest.raises(NoTransactionError, match="no transaction is running at G-01/1"):
        await operations.state_need(E1, NEED)
    with pytest.raises(UnknownEvseError):
        await operations.state_need(EvseId("G-01", 2), NEED)
    with pytest.raises(UnknownStationError):
        await operations.state_need(EvseId("X-99", 1), NEED)


@pytest.mark.parametrize("energy_wh", [0.0, -1.0, 2_000_001.0, math.inf, math.nan])
async def test_energy_that_cannot_be_true_is_refused(
    office: Office, operations: Operations, energy_wh: float
) -> None:
    await begin(office)
    with pytest.raises(InvalidInputError, match="energy_wh: expected above 0 and at most 2e") as e:
        await operations.state_need(E1, StatedNeed(energy_wh=energy_wh))
    assert e.value.field == "energy_wh"


async def test_departure_in_the_past_is_refused(office: Office, operations: Operations) -> None:
    await begin(office)
    with pytest.raises(InvalidInputError, match="departs_at: expected an instant in the future"):
        await operations.state_need(E1, StatedNeed(departs_at=NOON))


def reported(operations: Operations, *amps: float, feeder: str = "intake") -> None:
    operations.report_feeder_load("fjordgata", feeder, amps, None)


async def test_load_of_a_feeder_is_taken_as_measured_now(
    office: Office, operations: Operations
) -> None:
    reported(operations, 1.0, 2.0, 3.0)
    assert office.live.meters["intake"].latest(NOON, 180) == (1.0, 2.0, 3.0)
    assert office.live.changed.is_set()


async def test_load_is_taken_at_the_time_of_its_measurement(
    office: Office, operations: Operations
) -> None:
    operations.report_feeder_load("fjordgata", "intake", (1.0, 2.0, 3.0), after(-2))
    assert office.live.meters["intake"].latest(after(1), 180) == (1.0, 2.0, 3.0)
    assert office.live.meters["intake"].latest(after(1.1), 180) is None


async def test_meter_whose_clock_is_fast_is_taken_as_of_now(
    office: Office, operations: Operations
) -> None:
    operations.report_feeder_load("fjordgata", "intake", (1.0, 2.0, 3.0), after(0.9))
    assert office.live.meters["intake"].latest(after(3), 180) == (1.0, 2.0, 3.0)
    assert office.live.meters["intake"].latest(after(3.1), 180) is None


async def test_overload_is_believed_up_to_ten_times_the_highest_limit(
    office: Office, operations: Operations
) -> None:
    reported(operations, 630.0, 200.0, 63.1)
    assert office.live.meters["intake"].latest(NOON, 180) == (630.0, 200.0, 63.1)
    with pytest.raises(InvalidInputError, match="on every line of this feeder, got 631, 0, 0"):
        reported(operations, 631.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("limit", "most_a"),
    [
        (flat(6.0), 100.0),
        (flat(2_000.0), 10_000.0),
        (AmpereSchedule((0.0, 0.0, 0.0), (EVENING,)), 400.0),
    ],
)
async def test_what_is_believed_depends_on_the_highest_limit_at_any_time(
    database_file: Path, limit: AmpereSchedule, most_a: float
) -> None:
    site = with_meter(small_site(intake=limit), flat(0.0))
    async with open_office(database_file, site) as office:
        reported(office.operations, most_a, 0.0, 0.0)
        with pytest.raises(InvalidInputError, match=f"expected 0 to {most_a:g} A"):
            reported(office.operations, most_a + 0.1, 0.0, 0.0)


@pytest.mark.parametrize("minutes", [-60.0, -600.0, 1.0, 600.0])
async def test_measurement_of_another_time_is_refused(
    operations: Operations, minutes: float
) -> None:
    with pytest.raises(InvalidInputError, match="at: expected the last hour, got 2026-01-14T"):
        operations.report_feeder_load("fjordgata", "intake", (1.0, 2.0, 3.0), after(minutes))


@pytest.mark.parametrize(
    "amps", [(1.0, 2.0, -0.1), (math.nan, 0.0, 0.0), (0.0, math.inf, 0.0), (0.0, 0.0, 10_001.0)]
)
async def test_current_that_cannot_be_true_is_refused(
    office: Office, operations: Operations, amps: tuple[float, ...]
) -> None:
    with pytest.raises(InvalidInputError, match="current_a: expected 0 to 630 A on every line"):
        reported(operations, *amps)
    assert office.live.meters["intake"].latest(NOON, 180) is None


async def test_every_line_has_to_be_measured(operations: Operations) -> None:
    with pytest.raises(InvalidInputError, match="current_a: expected 3 lines, got 2"):
        reported(operations, 1.0, 2.0)


async def test_feeder_that_the_file_says_is_not_metered_takes_no_measurement(
    operations: Operations,
) -> None:
    with pytest.raises(InvalidInputError, match="feeder_id: expected a feeder whose uncontrolled"):
        reported(operations, 1.0, 2.0, 3.0, feeder="level-1")
    with pytest.raises(UnknownFeederError, match="site 'fjordgata' has no feeder 'roof'"):
        reported(operations, 1.0, 2.0, 3.0, feeder="roof")
    with pytest.raises(UnknownSiteError):
        operations.report_feeder_load("nowhere", "intake", (1.0, 2.0, 3.0), None)


async def test_meter_that_shows_all_shows_chargers_as_well(database_file: Path) -> None:
    site = with_total_meter(small_site(place("G-01", "level-1", 6.0)), flat(40.0))
    async with open_office(database_file, site) as office:
        operations = office.operations
        connect(office.live, "G-01")
        hold(plug_in(office.live, "G-01"), 20.0)
        office.live.urgent.clear()
        reported(operations, 55.0, 55.0, 55.0)  # 35 A at the least are the building's
        assert not office.live.urgent.is_set()
        assert office.live.meters["intake"].latest(NOON, 180) is None
        assert office.live.totals["intake"].fresh(NOON, 180) == (55.0, 55.0, 55.0)
        reported(operations, 70.0, 70.0, 70.0)
        assert office.live.urgent.is_set()


async def test_load_that_leaves_too_little_room_is_an_alarm(
    office: Office, operations: Operations
) -> None:
    connect(office.live, "G-01")
    hold(evse_of(office.live, "G-01"), 20.0)
    reported(operations, 43.0, 43.0, 43.0)  # 63 A in all
    assert not office.live.urgent.is_set()
    reported(operations, 43.0, 43.5, 43.0)
    assert office.live.urgent.is_set()
    assert office.live.dirty.is_set()
