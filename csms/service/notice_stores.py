"""Ports for keeping what stations are asked for under a number, and what they tell."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from csms.domain.charging_profile import LimitSource
from csms.domain.device_model import Variable
from csms.domain.external_limit import ExternalLimit
from csms.domain.identity import FeederId, SiteId, StationId
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.jobs import HeldJob, JobAnswer, JobStep, NewJob, ReservationEnd
from csms.domain.local_list import LocalList
from csms.domain.notice_kinds import Notice
from csms.domain.outbox import Settled, Waiting
from csms.domain.timetable import Departure


class JobStore(Protocol):
    """Keeps what stations were asked for, and what of it waits for them."""

    async def add(self, job: NewJob) -> int | None:
        """Keep a job before it is sent; return its number, None if its key is known already.

        A number is given once.
        """
        ...

    async def find(self, station_id: StationId, key: str) -> Settled | None:
        """What has come of the job with a key."""
        ...

    async def free_key(self, station_id: StationId, key: str, before: datetime) -> None:
        """Let a key mean another order, if it was given as long ago as that."""
        ...

    async def hold(self, number: int, held: HeldJob, at: datetime) -> None:
        """Let a job wait for its station, in place of older ones about the same."""
        ...

    async def take(self, number: int, at: datetime) -> bool:
        """Take a job that waits, to send it; return False if it waits no longer."""
        ...

    async def cancel(self, number: int, at: datetime) -> bool:
        """Let a job wait no longer; return False if it does not."""
        ...

    async def expire(self, at: datetime) -> int:
        """Let jobs wait no longer whose time is over; return how many."""
        ...

    async def waiting_for(self, station_id: StationId) -> list[Waiting]:
        """Jobs that wait for a station, the oldest first."""
        ...

    async def waited_for(self) -> dict[StationId, int]:
        """Stations for which jobs wait, and how many."""
        ...

    async def close_unanswered(self, at: datetime) -> None:
        """End jobs that were being sent when the program ended."""
        ...

    async def settle(self, number: int, answer: JobAnswer) -> None:
        """Keep what came of sending a job."""
        ...

    async def give_up_older(self, number: int, word: str, at: datetime) -> None:
        """End jobs of the same kind at the same station that are older and not finished."""
        ...

    async def advance(self, station_id: StationId, number: int, step: JobStep) -> None:
        """Keep how far a station has come with a job of its own; another's is left alone."""
        ...

    async def end_reservation(
        self, station_id: StationId, number: int, how: ReservationEnd, at: datetime
    ) -> None:
        """End a station's reservation by its number, if it is one that is in force."""
        ...

    async def expire_reservations(self, at: datetime) -> None:
        """End reservations whose time is over."""
        ...

    async def next_expiry(self) -> datetime | None:
        """When the next one that waits, or is in force, ends by itself; None: none does."""
        ...

    async def newest_running(self, station_id: StationId, kinds: Collection[str]) -> int | None:
        """The number of a station's newest job of some kinds that is not finished."""
        ...


class LocalListStore(Protocol):
    """Keeps which tokens stations hold."""

    async def put(self, station_id: StationId, held: LocalList) -> None:
        """Keep what a station holds."""
        ...

    async def of(self, station_id: StationId) -> LocalList:
        """What a station holds."""
        ...


class NoticeStore(Protocol):
    """Keeps what stations tell beside charging."""

    async def add(self, notice: Notice) -> None:
        """Keep a report."""
        ...


class VariableStore(Protocol):
    """Keeps what stations tell of their components."""

    async def put(
        self, station_id: StationId, variables: Iterable[Variable], told_at: datetime
    ) -> None:
        """Keep variables as a station has just told them."""
        ...

    async def value_of(self, station_id: StationId, component: str, variable: str) -> str | None:
        """The actual value of a variable of the station's own, None if it was not told."""
        ...

    async def values_of(
        self, station_id: StationId, component: str, variable: str
    ) -> frozenset[str]:
        """The actual values of a variable, the station's own and those of its EVSEs."""
        ...

    async def evse_of(
        self, station_id: StationId, component: str, variable: str, value: str
    ) -> int | None:
        """The EVSE of which a variable has a value (0: the station's own), None if none has."""
        ...


class ExternalLimitStore(Protocol):
    """Keeps what others limit stations to, until they release it."""

    async def put(self, station_id: StationId, limit: ExternalLimit) -> None:
        """Keep a limit, in place of the last one of its source and EVSE."""
        ...

    async def drop(
        self, station_id: StationId, source: LimitSource, evse_number: int | None
    ) -> None:
        """Forget a source's limit of an EVSE; None: all of its limits of the station."""
        ...

    async def at_site(self, site_id: SiteId) -> dict[StationId, list[ExternalLimit]]:
        """The limits of all stations of a site."""
        ...


class ImposedLimitStore(Protocol):
    """Keeps what others than the site files limit feeders to, until it has ended or is lifted."""

    async def replace(
        self,
        site_id: SiteId,
        feeder_id: FeederId,
        party: LimitParty,
        limits: Sequence[ImposedLimit],
    ) -> None:
        """Keep limits of a party and feeder, each with another start, in place of all it had."""
        ...

    async def drop(self, site_id: SiteId, limit: ImposedLimit) -> None:
        """Forget one limit."""
        ...

    async def at_site(self, site_id: SiteId) -> list[ImposedLimit]:
        """All limits of a site's feeders by their start, those too that have ended meanwhile."""
        ...


class TimetableStore(Protocol):
    """Keeps when vehicles of fleets leave."""

    async def replace(self, site_id: SiteId, lines: Sequence[Departure]) -> None:
        """Keep a site's timetable in place of the last one."""
        ...

    async def at_site(self, site_id: SiteId) -> list[Departure]:
        """A site's timetable, in the order in which it was given."""
        ...
