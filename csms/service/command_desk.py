"""Operators' commands: judged, written down, sent, or kept for a station that is away."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

from csms.clock import Clock
from csms.domain.altered import altered
from csms.domain.authorization import IdToken
from csms.domain.commands import (
    ClearProfiles,
    Command,
    CommandStatus,
    HandleCustomerData,
    Outcome,
    SendLocalList,
    SetNetworkProfile,
    SetProfile,
)
from csms.domain.errors import ChargeFlexError, NotWaitingError, UnknownStationError
from csms.domain.identity import StationId
from csms.domain.local_list import LocalList
from csms.domain.outbox import Order, waits_s
from csms.service.command_rules import StationFacts, check_command, is_stray_limit
from csms.service.job_book import JobBook, KeyKnownError
from csms.service.live_site import LiveSite
from csms.service.portions import Portions
from csms.service.ports import StationGateway
from csms.service.profile_writing import written_to
from csms.service.registration import may_be_told, note_asked
from csms.service.sites import Sites
from csms.service.told_passwords import without_passwords
from csms.service.unit_of_work import OpenUnitOfWork

OutcomeT = TypeVar("OutcomeT", bound=Outcome)

AT_ONCE: Final = Order()
_STATIONS_AT_ONCE: Final = 50
"""Stations that are commanded at the same time."""
_SECURITY_PROFILE: Final = ("SecurityCtrlr", "SecurityProfile")
"""By which component and variable a 2.0.1 station tells it."""


@dataclass(frozen=True, slots=True)
class Sent(Generic[OutcomeT]):
    """What came of a command.

    Attributes:
        job: The number under which the command is kept.
    """

    outcome: OutcomeT | Outcome
    job: int


class CommandDesk:
    """The use cases about commands.

    Args:
        sites: All sites.
        gateway: Delivers commands.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self, sites: Sites, gateway: StationGateway, open_uow: OpenUnitOfWork, clock: Clock
    ) -> None:
        self._sites = sites
        self._portions = Portions(gateway)
        self._open_uow = open_uow
        self._clock = clock
        self._jobs = JobBook(open_uow, clock)

    @property
    def has_news(self) -> asyncio.Event:
        """Set when a command may wait, or a reservation end by itself, that did not before."""
        return self._jobs.has_news

    async def command(
        self, station_id: StationId, command: Command[OutcomeT], order: Order = AT_ONCE
    ) -> Sent[OutcomeT]:
        """Send a command to a station and wait for what comes of it.

        If the station is away, a command that may wait for it is kept. An order that was given
        before is not carried out again: what came of it is told.

        Raises:
            UnknownStationError: There is no such station.
            CommandForbiddenError: It is not for operators to send.
            InvalidInputError: It would lift the limits of a vehicle that is charging, or has
                values that cannot be sent.
            OrderUsedError: The order's key was given to another command.
        """
        live = self._sites.of_station(station_id)
        if live is None:
            raise UnknownStationError(station_id)
        check_command(command, await self._facts(live, station_id, command))
        try:
            number, command = await self._jobs.enter(station_id, command, order.key)
        except KeyKnownError:
            return await self._given_before(station_id, command, order)
        wait_s = waits_s(command, order, self._clock.now())
        if wait_s and not live.stations[station_id].is_connected:
            return Sent(await self._jobs.hold(number, station_id, command, wait_s), number)
        outcome = await self._send(live, station_id, command)
        if wait_s and outcome.status is CommandStatus.NOT_SENT:
            return Sent(await self._jobs.hold(number, station_id, command, wait_s), number)
        await self._settle(station_id, number, command, outcome)
        return Sent(outcome, number)

    async def deliver(self, station_id: StationId, number: int, command: Command[Any]) -> None:
        """Send a command that has waited."""
        live = self._sites.of_station(station_id)
        if live is None:
            outcome: Outcome = command.unanswered(CommandStatus.NOT_SENT, "the station is gone")
        else:
            outcome = await self._send(live, station_id, command)
        await self._settle(station_id, number, command, outcome)

    async def local_list(self, station_id: StationId) -> LocalList:
        """Which tokens a station may accept by itself, as it was last told."""
        async with self._open_uow() as uow:
            return await uow.local_lists.of(station_id)

    async def cancel(self, number: int) -> None:
        """Let a command wait no longer.

        Raises:
            NotWaitingError: It does not wait.
        """
        if not await self._jobs.cancel(number):
            raise NotWaitingError(number)

    async def command_all(
        self,
        station_ids: Iterable[StationId],
        command: Command[OutcomeT],
        order: Order = AT_ONCE,
    ) -> dict[StationId, Sent[OutcomeT] | ChargeFlexError]:
        """Send a command to several stations at the same time; tell what came of each."""
        turns = asyncio.Semaphore(_STATIONS_AT_ONCE)

        async def send(station_id: StationId) -> Sent[OutcomeT] | ChargeFlexError:
            async with turns:
                try:
                    return await self.command(station_id, command, order)
                except ChargeFlexError as error:
                    return error

        async with asyncio.TaskGroup() as tasks:
            sending = {one: tasks.create_task(send(one)) for one in dict.fromkeys(station_ids)}
        return {station_id: task.result() for station_id, task in sending.items()}

    async def _send(
        self, live: LiveSite, station_id: StationId, command: Command[OutcomeT]
    ) -> OutcomeT:
        station = live.stations[station_id]
        if not may_be_told(station, command):
            detail = f"the station is not accepted: its boot was answered {station.registration}"
            return command.unanswered(CommandStatus.NOT_SENT, detail)
        is_stray = is_stray_limit(command)
        if is_stray or isinstance(command, ClearProfiles):
            await self._note_doubt(live, station_id)
        note_asked(station, command)
        told = await self._portions.send(station, command)
        for portion in told.taken:
            if isinstance(portion, SendLocalList):
                await self._note_list(station_id, portion)
        outcome = without_passwords(told.outcome)
        if isinstance(command, SetProfile) and is_stray:
            return await self._take_back(live, station_id, command, outcome)
        return outcome

    async def _take_back(
        self, live: LiveSite, station_id: StationId, command: SetProfile, outcome: OutcomeT
    ) -> OutcomeT:
        """Clear a limit of a transaction that does not run, where a station may have taken it.

        One that does not let go of it is not relied on.
        """
        if outcome.is_certain and not outcome.is_accepted:
            return outcome
        clear = ClearProfiles(profile_id=command.profile.profile_id)
        told = await self._portions.send(live.stations[station_id], clear)
        cleared = told.outcome
        if cleared.is_accepted or cleared.status is CommandStatus.UNKNOWN:
            detail = "taken for a transaction that does not run, and cleared again"
        else:
            detail = "holds a limit of a transaction that does not run"
            for evse in live.evses_of(station_id):
                evse.distrust(detail.capitalize())
            live.alarm()
        return altered(outcome, detail=detail)

    async def _settle(
        self, station_id: StationId, number: int, command: Command[Any], outcome: Outcome
    ) -> None:
        """Keep what came of a command, and do what follows from it."""
        await self._jobs.settle(station_id, number, command, outcome)
        if not outcome.is_accepted:
            return
        if isinstance(command, HandleCustomerData) and command.is_removed and command.id_token:
            await self._take_off_list(station_id, command.id_token)

    async def _note_list(self, station_id: StationId, update: SendLocalList) -> None:
        async with self._open_uow() as uow:
            held = await uow.local_lists.of(station_id)
            await uow.local_lists.put(station_id, held.after(update))
            await uow.commit()

    async def _take_off_list(self, station_id: StationId, customer: IdToken) -> None:
        """Who has been removed leaves the station's list as well (2.0.1 N10.FR.02)."""
        async with self._open_uow() as uow:
            held = await uow.local_lists.of(station_id)
        update = held.without(customer)
        if update is not None:
            await self.command(station_id, update)

    async def _given_before(
        self, station_id: StationId, command: Command[OutcomeT], order: Order
    ) -> Sent[OutcomeT]:
        assert order.key is not None  # noqa: S101 - it is known
        settled = await self._jobs.given_before(station_id, command, order.key)
        assert settled is not None  # noqa: S101 - jobs are never dropped
        return Sent(settled.outcome, settled.number)

    async def _facts(
        self, live: LiveSite, station_id: StationId, command: Command[Any]
    ) -> StationFacts:
        """What is to be known of a station to judge a command."""
        evses = list(live.evses_of(station_id))
        facts = StationFacts(
            is_charging=any(evse.transaction for evse in evses),
            fallback_a={one.place.evse.number: one.place.fallback_a for one in evses},
            max_stack_level=live.stations[station_id].capabilities.max_stack_level,
            held_levels=frozenset(
                (written_to(one.held.form, one), one.held.level) for one in evses if one.held
            ),
            is_max_ours=any(one.holds_maximum for one in evses),
        )
        if not isinstance(command, SetNetworkProfile):
            return facts
        async with self._open_uow() as uow:
            told = await uow.variables.value_of(station_id, *_SECURITY_PROFILE)
            await uow.commit()
        profile = int(told) if told is not None and told.isdecimal() else None
        return replace(facts, security_profile=profile)

    async def _note_doubt(self, live: LiveSite, station_id: StationId) -> None:
        """A station is about to lose its profiles: until it is set up anew it is not relied on."""
        async with self._open_uow() as uow:
            await self._sites.note_doubt(uow, station_id, self._clock.now())
            await uow.commit()
        live.profiles_in_doubt(station_id)
