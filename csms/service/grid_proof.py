"""Records how feeders keep to their limits, for those whom grid companies may limit."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.fed_limit import FedLimit
from csms.domain.grid_company import FeederRef
from csms.domain.grid_proof import FedIn, Measured, ProofQuarter, quarter_of
from csms.domain.site import PhaseAmps
from csms.service.feed_limits import fed_in_w, fed_limits_at
from csms.service.feeder_limits import limit_now
from csms.service.grid_parties import GridParties
from csms.service.guard_keeper import KEPT
from csms.service.guard_record import Excess, least_margin
from csms.service.limit_words import limited_by
from csms.service.live_site import LiveSite
from csms.service.measured_flows import is_uncontrolled_measured, measured_load
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 5.0
_LONGEST_S: Final = 30.0
"""What was not looked at for longer is not known."""
_KEEP_EVERY: Final = timedelta(minutes=1)
_ROUNDED: Final = 0.01
_LEAST_ROUNDED_W: Final = 100.0
"""So much more than a limit may be what meters round."""
_LINES: Final = 3


class GridProof:
    """Looks every few seconds, and keeps a row for each feeder and quarter of an hour.

    A quarter that runs is written every minute, so a restart loses no more than that.

    Args:
        parties: Whose feeders are looked at.
        sites: All sites.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self, parties: GridParties, sites: Sites, open_uow: OpenUnitOfWork, clock: Clock
    ) -> None:
        self._refs = sorted({ref for party in parties for ref in party.company.reach})
        self._sites = sites
        self._open_uow = open_uow
        self._clock = clock
        self._running: dict[FeederRef, ProofQuarter] = {}
        self._over: list[tuple[FeederRef, ProofQuarter]] = []
        self._looked_at: datetime | None = None
        self._kept_at = clock.now()
        self._forgot_on: object = None

    async def load(self) -> None:
        """Go on with the quarter that ran when the server ended, if it still does."""
        async with self._open_uow() as uow:
            for site_id, quarter in await uow.grid_proof.begun_at(quarter_of(self._clock.now())):
                ref = FeederRef(site_id, quarter.feeder_id)
                if ref in self._refs:
                    self._running[ref] = quarter

    async def run(self) -> None:
        """Look and keep until cancelled."""
        if not self._refs:
            return
        while True:
            await self._clock.sleep(_LOOK_EVERY_S)
            try:
                self.look()
                if self._over or self._clock.now() - self._kept_at >= _KEEP_EVERY:
                    await self.keep()
            except Exception:  # it is looked at and tried again
                logger.exception("could not record how feeders keep to their limits")

    def look(self) -> None:
        """Take what holds and what is measured just now, for the time since the last look."""
        now = self._clock.now()
        since_s = (now - self._looked_at).total_seconds() if self._looked_at else 0.0
        self._looked_at = now
        for live, refs in self._at_sites():
            loads = measured_load(live, now, is_proven=True)
            for ref in refs:
                load_a = loads[ref.feeder_id] if _is_measured(live, ref, now) else None
                seen = _seen(live, ref, load_a, _known_s(now, since_s), now)
                excess = live.guard.take_excess(ref.feeder_id)
                is_before = excess is not None and excess.at < seen.starts_at
                if excess and is_before:
                    self._add_excess(ref, excess)
                self._add(ref, seen)
                if excess and not is_before:
                    self._add_excess(ref, excess)

    async def keep(self) -> None:
        """Write down what is known; what cannot be written is written the next time."""
        if not self._running:
            return
        now, over = self._clock.now(), list(self._over)
        async with self._open_uow() as uow:
            for ref, quarter in (*over, *self._running.items()):
                await uow.grid_proof.put(ref.site_id, [quarter])
            if self._forgot_on != now.date():
                await uow.grid_proof.drop(now - KEPT)
            await uow.commit()
        del self._over[: len(over)]
        self._kept_at, self._forgot_on = now, now.date()

    def _at_sites(self) -> Iterator[tuple[LiveSite, list[FeederRef]]]:
        for site_id in sorted({ref.site_id for ref in self._refs}):
            yield self._sites.live(site_id), [ref for ref in self._refs if ref.site_id == site_id]

    def _add(self, ref: FeederRef, seen: ProofQuarter) -> None:
        known = self._running.get(ref)
        if known is None or known.starts_at == seen.starts_at:
            self._running[ref] = known.joined(seen) if known else seen
            return
        self._over.append((ref, known))
        self._running[ref] = seen

    def _add_excess(self, ref: FeederRef, excess: Excess) -> None:
        """Take what the guard saw between two looks."""
        known = self._running.get(ref)
        if known is not None and known.measured is not None:
            measured = known.measured.exceeded(excess.load_a, excess.margin_a)
            self._running[ref] = replace(known, measured=measured)


def _is_measured(live: LiveSite, ref: FeederRef, now: datetime) -> bool:
    """Whether all that nobody steers is measured; what chargers draw they tell themselves."""
    return is_uncontrolled_measured(live, ref.feeder_id, now) is not False


def _known_s(now: datetime, since_s: float) -> float:
    """For how long what is seen now stands: since the last look, or the quarter's beginning."""
    if not 0.0 < since_s <= _LONGEST_S:
        return 0.0
    return min(since_s, (now - quarter_of(now)).total_seconds())


def _seen(
    live: LiveSite, ref: FeederRef, load_a: PhaseAmps | None, seconds: float, now: datetime
) -> ProofQuarter:
    """What was seen at one look."""
    limit_a = limit_now(live, ref.feeder_id, now)
    whose = limited_by(live, ref.feeder_id, now)[limit_a.index(min(limit_a))]
    measured = None
    if load_a is not None and seconds:
        first, second, third = (amps * seconds for amps in load_a)
        measured = Measured(
            seconds=seconds,
            load_as=(first, second, third),
            peak_a=load_a,
            margin_a=least_margin(load_a, limit_a),
        )
    return ProofQuarter(
        feeder_id=ref.feeder_id,
        starts_at=quarter_of(now),
        limited_by=whose,
        limit_a=limit_a,
        measured=measured,
        fed=_fed(live, ref, seconds, now, is_measured=load_a is not None),
    )


def _fed(
    live: LiveSite, ref: FeederRef, seconds: float, now: datetime, *, is_measured: bool
) -> FedIn | None:
    """What was fed in at one look; None: nobody limits that."""
    limits = fed_limits_at(live, ref.feeder_id, now)
    if not limits:
        return None
    lowest = min(limits.values(), key=_whole_w)
    if not is_measured or not seconds:
        return FedIn(limited_by=lowest.by, limit_w=_whole_w(lowest))
    fed_w = fed_in_w(live, ref.feeder_id, now)
    is_over = any(
        fed_w[line] - one.watts > max(_ROUNDED * one.watts, _LEAST_ROUNDED_W)
        for line, one in limits.items()
    )
    return FedIn(
        limited_by=lowest.by,
        limit_w=_whole_w(lowest),
        peak_w=max(fed_w[None], 0.0),
        over_s=seconds if is_over else 0.0,
    )


def _whole_w(limit: FedLimit) -> float:
    return limit.watts * (1 if limit.line is None else _LINES)
