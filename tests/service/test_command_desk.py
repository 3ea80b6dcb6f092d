"""Commands of operators: sent, answered, or refused for the sake of what charges."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.authorization import Authorization, IdToken, TokenStatus
from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, ProfilePurpose
from csms.domain.commands import (
    ClearProfiles,
    Command,
    CommandStatus,
    FetchLog,
    HandleCustomerData,
    ListEntry,
    ListUpdate,
    Outcome,
    ReadSettings,
    ResetKind,
    ResetStation,
    SendLocalList,
    SetProfile,
    SettingsOutcome,
)
from csms.domain.errors import InvalidInputError, UnknownStationError
from csms.domain.identity import EvseId, StationId
from csms.domain.limits import Standing
from csms.domain.local_list import LocalList
from csms.domain.station import RateUnit
from csms.service.command_desk import CommandDesk, Sent
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, Office, open_office
from tests.service.sites import connect
from tests.service.test_operations import begin

E1: Final = EvseId("G-01", 1)
LISTED: Final = ListEntry(
    id_token=IdToken("04A2B3C4"), verdict=Authorization(status=TokenStatus.ACCEPTED)
)
SITE: Final = small_site(place("G-01", "level-1", 0.0))


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file, SITE) as opened:
        yield opened


@pytest.fixture
def desk(office: Office) -> CommandDesk:
    return CommandDesk(office.sites, office.gateway, office.open_uow, office.clock)


async def test_command_reaches_the_station_and_its_outcome_comes_back(
    office: Office, desk: CommandDesk
) -> None:
    refusal = Outcome(status=CommandStatus.REJECTED, detail="busy")
    office.gateway.reply = lambda _station_id, _command: refusal
    assert await desk.command("G-01", ResetStation(ResetKind.HARD)) == Sent(refusal, 1)
    assert office.gateway.sent == [("G-01", ResetStation(ResetKind.HARD))]


async def test_command_to_a_station_that_nobody_knows_is_refused(
    office: Office, desk: CommandDesk
) -> None:
    with pytest.raises(UnknownStationError, match="no station is called 'X-99'"):
        await desk.command("X-99", ResetStation(ResetKind.HARD))
    assert office.gateway.sent == []


STRAY: Final = SetProfile(
    evse_number=1,
    profile=ChargingProfile(
        profile_id=7,
        purpose=ProfilePurpose.TX,
        stack_level=0,
        unit=RateUnit.AMPERE,
        periods=(ProfilePeriod(0, 16.0),),
        transaction="over",
    ),
)
"""A limit of a transaction that does not run."""


async def test_limit_of_no_transaction_that_is_refused_is_the_station_in_doubt_and_no_more(
    office: Office, desk: CommandDesk
) -> None:
    connect(office.live, "G-01")
    refusal = Outcome(status=CommandStatus.REJECTED, detail="TxNotFound")
    office.gateway.reply = lambda _station_id, _command: refusal
    assert (await desk.command("G-01", STRAY)).outcome == refusal
    assert office.gateway.sent == [("G-01", STRAY)]
    assert office.evse("G-01/1").allowance.now_a(NOON) == 32.0
    assert not office.live.stations["G-01"].is_ready


async def test_limit_of_no_transaction_that_is_taken_is_cleared_again(
    office: Office, desk: CommandDesk
) -> None:
    connect(office.live, "G-01")
    outcome = (await desk.command("G-01", STRAY)).outcome
    assert outcome.detail == "taken for a transaction that does not run, and cleared again"
    assert office.gateway.sent == [("G-01", STRAY), ("G-01", ClearProfiles(profile_id=7))]
    assert not office.evse("G-01/1").allowance.is_disobeyed


async def test_station_that_keeps_a_limit_of_no_transaction_is_not_relied_on(
    office: Office, desk: CommandDesk
) -> None:
    connect(office.live, "G-01")

    def reply(_station_id: str, command: Command[Any]) -> Outcome:
        is_kept = isinstance(command, ClearProfiles)
        return Outcome(status=CommandStatus.REJECTED if is_kept else CommandStatus.ACCEPTED)

    office.gateway.reply = reply
    outcome = (await desk.command("G-01", STRAY)).outcome
    assert outcome.detail == "holds a limit of a transaction that does not run"
    evse = office.evse("G-01/1")
    evse.allowance = evse.allowance.restanding(Standing.HELD)
    assert evse.allowance.now_a(NOON) == 32.0
    assert evse.mistrust == "Holds a limit of a transaction that does not run"


async def test_clearing_profiles_puts_the_fallback_in_doubt(
    office: Office, desk: CommandDesk
) -> None:
    connect(office.live, "G-01")
    async with office.open_uow() as uow:
        await uow.stations.note_standing(E1, Standing.HELD, 6.0, NOON)
        await uow.commit()
    await desk.command("G-01", ClearProfiles())
    async with office.open_uow() as uow:
        stations = await uow.stations.known_at("fjordgata")
        assert stations["G-01"].standings == {1: (Standing.UNKNOWN, 0.0)}
    assert office.gateway.sent == [("G-01", ClearProfiles())]
    assert office.evse("G-01/1").allowance.now_a(NOON) == 32.0
    assert not office.live.stations["G-01"].is_ready


async def test_profiles_are_not_cleared_under_a_vehicle_that_charges(
    office: Office, desk: CommandDesk
) -> None:
    await begin(office)
    with pytest.raises(InvalidInputError, match="command: expected no running transaction"):
        await desk.command("G-01", ClearProfiles())
    assert office.gateway.sent == []


async def test_what_a_station_holds_as_its_local_list_is_known_once_it_has_taken_it(
    office: Office, desk: CommandDesk
) -> None:
    connect(office.live, "G-01")
    for status in (CommandStatus.ACCEPTED, CommandStatus.REJECTED):
        outcome = Outcome(status=status)
        office.gateway.reply = lambda _station_id, _command, outcome=outcome: outcome  # type: ignore[misc]
        version = 1 if status is CommandStatus.ACCEPTED else 2
        await desk.command("G-01", SendLocalList(version=version, entries=(LISTED,)))
    assert await desk.local_list("G-01") == LocalList(version=1, tokens=(LISTED.id_token,))


async def test_list_in_portions_is_held_as_far_as_the_station_has_taken_it(
    office: Office, desk: CommandDesk
) -> None:
    accepted = Authorization(status=TokenStatus.ACCEPTED)
    tokens = [IdToken(value) for value in ("A", "B", "C")]
    entries = tuple(ListEntry(id_token=one, verdict=accepted) for one in tokens)
    lists: list[SendLocalList] = []

    def reply(_station_id: StationId, command: Command[Any]) -> Outcome:
        if isinstance(command, ReadSettings):
            return SettingsOutcome(
                status=CommandStatus.ACCEPTED, values=dict.fromkeys(command.names, "1")
            )
        if isinstance(command, SendLocalList):
            lists.append(command)
            is_good = len(lists) < 3
            return Outcome(status=CommandStatus.ACCEPTED if is_good else CommandStatus.FAILED)
        outcome: Outcome = command.unanswered(CommandStatus.NOT_SUPPORTED, "")
        return outcome

    connect(office.live, "G-01")
    office.gateway.reply = reply
    sent = await desk.command("G-01", SendLocalList(version=9, entries=entries))
    assert sent.outcome.status is CommandStatus.FAILED
    assert await desk.local_list("G-01") == LocalList(version=8, tokens=tuple(tokens[:2]))


async def test_customer_who_is_removed_is_taken_off_the_local_list(
    office: Office, desk: CommandDesk
) -> None:
    connect(office.live, "G-01")
    accepted = Outcome(status=CommandStatus.ACCEPTED)
    office.gateway.reply = lambda _station_id, _command: accepted
    await desk.command("G-01", SendLocalList(version=3, entries=(LISTED,)))
    for _ in range(2):
        removal = HandleCustomerData(is_removed=True, id_token=LISTED.id_token)
        await desk.command("G-01", removal)
    [_, (_, update)] = office.gateway.of(SendLocalList)
    assert (update.version, update.update) == (4, ListUpdate.DIFFERENTIAL)
    assert await desk.local_list("G-01") == LocalList(version=4)


async def test_job_that_a_station_gives_up_for_a_newer_one_is_over(
    office: Office, desk: CommandDesk
) -> None:
    accepted = Outcome(status=CommandStatus.ACCEPTED)
    given_up = Outcome(status=CommandStatus.ACCEPTED, answer="AcceptedCanceled")
    for outcome in (accepted, given_up):
        office.gateway.reply = lambda _station_id, _command, outcome=outcome: outcome  # type: ignore[misc]
        await desk.command("G-01", FetchLog(upload_to="ftp://host.example/in"))
    rows = await office.rows("SELECT stage, word, finished_at FROM station_job ORDER BY number")
    assert [(row["stage"], row["word"]) for row in rows] == [
        ("failed", "AcceptedCanceled"),
        (None, None),
    ]
    assert [row["finished_at"] is None for row in rows] == [False, True]
