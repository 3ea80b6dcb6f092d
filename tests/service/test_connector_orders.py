"""The operator's word on one connector: from the wish to what the charger is sent."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from csms.domain.connector_limit import ConnectorLimit
from csms.domain.errors import InvalidInputError, NoTransactionError, UnknownEvseError
from csms.domain.identity import EvseId
from csms.domain.limit_errors import ConnectorNotLimitedError
from csms.domain.site import Site
from csms.domain.site_policy import Aim, SharingPolicy
from csms.service.problem_builder import build_problem
from csms.service.reason_text import explain_evse
from csms.service.site_view import ReasonCode
from smart_charging.plan import Cause, Reason
from tests.gateway.rig import in_virtual_time
from tests.service.imposing import open_level
from tests.service.rig import NOON, Office, after, open_office
from tests.service.sites import connect, evse_of, plug_in
from tests.service.test_charging_control import Run, running, yard

ONE, TWO = EvseId("C-1", 1), EvseId("C-2", 1)
OWN: Final = Reason(cause=Cause.OWN_MAXIMUM)


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    """A level of 40 A with two chargers of 32 A that hold 20 A each."""
    async with open_level(database_file) as opened:
        yield opened


def held_a(run: Run, name: str) -> float:
    """What a connector may draw now."""
    return evse_of(run.live, name).allowance.now_a(run.office.clock.now())


def planned_a(office: Office, minutes: float, key: str = "C-1/1") -> float:
    """The most that a plan may give a connector after so many minutes."""
    problem = build_problem(office.live, after(minutes))
    return next(evse.max_a for evse in problem.evses if evse.key == key)


def words(office: Office, minutes: float = 0) -> tuple[ReasonCode, str]:
    """Why a connector has its limit."""
    planned = {ONE: OWN}
    view = explain_evse(office.live, office.evse("C-1/1"), after(minutes), planned, {})
    return view.code, view.text


async def test_a_limit_bounds_the_plan_until_it_is_released(office: Office) -> None:
    given = await office.connectors.limit(ONE, 10.0, words="a cable that gets warm")
    assert given.limit == ConnectorLimit(
        evse=ONE, amps=10.0, from_at=NOON, words="a cable that gets warm"
    )
    assert (given.least_a, given.warning) == (0.0, "")
    assert office.live.urgent.is_set()
    assert planned_a(office, 0) == 10.0
    assert planned_a(office, 0, "C-2/1") == 32.0
    await office.connectors.release(ONE)
    assert planned_a(office, 0) == 32.0


async def test_a_limit_ends_by_itself(office: Office) -> None:
    await office.connectors.limit(ONE, 10.0, until_at=after(30))
    office.live.attended()
    assert planned_a(office, 29.9) == 10.0
    assert planned_a(office, 30) == 32.0
    office.clock.instant = after(30)
    await office.connectors.look()
    assert office.live.urgent.is_set()
    assert await office.rows("SELECT * FROM connector_limit") == []


async def test_a_connector_says_who_limits_it_and_why(office: Office) -> None:
    await office.connectors.limit(ONE, 10.0)
    assert words(office) == (
        ReasonCode.OPERATOR,
        "Limited to 10 A by the operator until it is released",
    )
    await office.connectors.limit(ONE, 12.5, after(30), "a warm cable")
    text = "Limited to 12.5 A by the operator until 13:30: a warm cable"
    assert words(office) == (ReasonCode.OPERATOR, text)
    assert words(office, 30) == (ReasonCode.FULL_SPEED, "As fast as the charger can")
    await office.connectors.limit(ONE, 0.0)
    text = "Limited to 0 A by the operator until it is released, less than a vehicle takes"
    assert words(office) == (ReasonCode.OPERATOR, text)


async def test_what_a_limit_cannot_do_is_said(database_file: Path) -> None:
    async with open_office(database_file, yard(1, fallback_a=6.0)) as office:
        connect(office.live, "C-1")
        low = await office.connectors.limit(ONE, 4.0)
        assert low.warning == (
            "It may draw 6 A all the same: its standing fallback, below which no charger is lowered"
        )
        office.evse("C-1/1").place = replace(office.evse("C-1/1").place, fallback_a=0.0)
        low = await office.connectors.limit(ONE, 4.0)
        assert low.warning == "It pauses: no vehicle charges with less than 6 A"


@pytest.mark.parametrize("amps", [-1.0, 32.1, float("nan"), float("inf")])
async def test_a_limit_that_cannot_be_true_is_refused(office: Office, amps: float) -> None:
    with pytest.raises(InvalidInputError, match=r"amps: expected 0 to 32 A"):
        await office.connectors.limit(ONE, amps)
    assert office.evse("C-1/1").operator_limit is None


async def test_orders_for_what_is_not_there_are_refused(office: Office) -> None:
    with pytest.raises(UnknownEvseError):
        await office.connectors.limit(EvseId("C-1", 2), 10.0)
    with pytest.raises(InvalidInputError, match="until: expected an instant after"):
        await office.connectors.limit(ONE, 10.0, until_at=NOON)
    with pytest.raises(ConnectorNotLimitedError, match="'C-1/1' is not limited by the operator"):
        await office.connectors.release(ONE)
    office.evse("C-1/1").transaction = None
    with pytest.raises(NoTransactionError):
        await office.connectors.boost(ONE)


async def test_orders_are_known_after_a_restart(database_file: Path, office: Office) -> None:
    transaction = office.evse("C-2/1").transaction
    assert transaction is not None
    await office.connectors.limit(ONE, 10.0, after(30), "a warm cable")
    await office.connectors.limit(TWO, 10.0, after(5))
    await office.connectors.boost(TWO)
    async with open_office(database_file, yard(2)) as again:
        assert again.evse("C-1/1").operator_limit == ConnectorLimit(
            evse=ONE, amps=10.0, from_at=NOON, until_at=after(30), words="a warm cable"
        )
        assert again.evse("C-2/1").boosted == transaction.number
        assert not again.evse("C-2/1").is_boosted  # that transaction is not here any more


async def test_a_limit_that_ended_while_the_server_was_down_is_forgotten(
    database_file: Path, office: Office
) -> None:
    await office.connectors.limit(ONE, 10.0, after(5))
    office.clock.instant = after(10)
    async with open_office(database_file, yard(2), clock=office.clock) as again:
        assert again.evse("C-1/1").operator_limit is None
        assert await again.rows("SELECT * FROM connector_limit") == []


@in_virtual_time
async def test_a_limit_is_sent_at_once_while_a_plan_takes_its_time(database_file: Path) -> None:
    async with running(database_file, yard(2), ("C-1",)) as run:
        await asyncio.sleep(20)
        assert held_a(run, "C-1") == 32.0
        run.planner.gate = asyncio.Event()
        run.live.mark()
        await asyncio.sleep(10)
        asked = len(run.planner.asked)
        await run.office.connectors.limit(ONE, 10.0)
        await asyncio.sleep(0.1)
        assert held_a(run, "C-1") == 10.0
        assert len(run.planner.asked) == asked  # and the last one is not answered
        run.planner.gate.set()
        await asyncio.sleep(2)
        assert max(run.limits("C-1")[-1]) == 10.0  # a plan that knew nothing of it raises nothing
        assert held_a(run, "C-1") == 10.0


@in_virtual_time
async def test_a_release_reaches_the_charger_without_the_gap_between_plans(
    database_file: Path,
) -> None:
    async with running(database_file, yard(2), ("C-1",)) as run:
        await run.office.connectors.limit(ONE, 10.0)
        await asyncio.sleep(20)
        assert held_a(run, "C-1") == 10.0
        await run.office.connectors.release(ONE)
        await asyncio.sleep(1)
        assert held_a(run, "C-1") == 32.0


@in_virtual_time
async def test_a_newcomer_is_held_to_the_limit(database_file: Path) -> None:
    async with running(database_file, yard(2), ()) as run:
        await run.office.connectors.limit(ONE, 10.0)
        await asyncio.sleep(20)
        plug_in(run.live, "C-1", number=7)
        await asyncio.sleep(0.1)
        assert {tuple(steps) for steps in run.limits("C-1")} == {(10.0,)}


def urgencies(run: Run) -> dict[str, int]:
    """In which class each vehicle was last planned."""
    return {evse.key: evse.demand.urgency for evse in run.planner.asked[-1].evses}


def site_with(aim: Aim) -> Site:
    """Three chargers of 32 A below 40 A."""
    return replace(yard(3), policy=SharingPolicy(aim=aim))


@pytest.mark.parametrize("aim", [Aim.EARLY, Aim.CALM, Aim.LEVEL, Aim.CHEAP])
@in_virtual_time
async def test_a_boosted_vehicle_is_charged_as_fast_as_all_limits_allow(
    database_file: Path, aim: Aim
) -> None:
    async with running(database_file, site_with(aim), ("C-1", "C-2", "C-3")) as run:
        await asyncio.sleep(60)
        assert held_a(run, "C-2") < 20.0
        await run.office.connectors.boost(TWO)
        await asyncio.sleep(60)
        assert held_a(run, "C-2") == 32.0
        assert held_a(run, "C-1") + held_a(run, "C-3") <= 8.0
        assert urgencies(run) == {"C-1/1": 0, "C-2/1": 1, "C-3/1": 0}
        await run.office.connectors.end_boost(TWO)
        await asyncio.sleep(1)
        assert urgencies(run) == {"C-1/1": 0, "C-2/1": 0, "C-3/1": 0}


@in_virtual_time
async def test_a_boost_ends_with_its_transaction(database_file: Path) -> None:
    async with running(database_file, yard(2), ("C-1",)) as run:
        await run.office.connectors.boost(ONE)
        assert evse_of(run.live, "C-1").is_boosted
        evse_of(run.live, "C-1").end()
        plug_in(run.live, "C-1", number=9)
        assert not evse_of(run.live, "C-1").is_boosted


@in_virtual_time
async def test_a_boost_stays_below_the_operators_limit(database_file: Path) -> None:
    async with running(database_file, yard(2), ("C-1",)) as run:
        await run.office.connectors.limit(ONE, 10.0)
        await run.office.connectors.boost(ONE)
        await asyncio.sleep(60)
        assert held_a(run, "C-1") == 10.0
