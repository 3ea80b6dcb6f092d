"""Keeps what every site draws, quarter by quarter, and what its transactions cost it."""

import asyncio
import logging
import math
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from csms.clock import Clock
from csms.domain.cost import TransactionCost
from csms.domain.identity import SiteId
from csms.domain.site import Earthing, PhaseAmps, Site
from csms.domain.transaction import Transaction
from csms.log import about
from csms.service.live_site import LiveSite
from csms.service.measured_flows import measured_load, measured_uncontrolled
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork, UnitOfWork

logger = logging.getLogger(__name__)

_EVERY_S: Final = 60.0
_LONGEST_S: Final = 180.0
"""What a meter shows says nothing of longer before."""
_ROUNDS: Final = 5
"""What transactions cost is reckoned in every so many rounds."""


class CostKeeper:
    """Keeps costs of the sites whose files know prices or a tariff.

    Args:
        sites: All sites.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, sites: Sites, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._sites = [live for live in sites if live.prices.is_kept]
        self._open_uow = open_uow
        self._clock = clock
        self._seen_at: dict[SiteId, datetime] = {}
        self._running: dict[SiteId, dict[int, TransactionCost]] = {}

    async def load(self) -> None:
        """Let every site know what it has drawn lately."""
        now = self._clock.now()
        async with self._open_uow() as uow:
            for live in self._sites:
                site_id = live.site.site_id
                since = live.prices.quarters.since(now)
                live.prices.quarters.fill(await uow.costs.quarters_since(site_id, since))
                unsettled = await uow.costs.unsettled_at(site_id)
                self._running[site_id] = {one.number: one for one in unsettled}
                self._seen_at[site_id] = now

    async def run(self) -> None:
        """Keep costs until cancelled."""
        rounds = 0
        while True:
            await self._clock.sleep(_EVERY_S)
            rounds += 1
            for live in self._sites:
                with about(site=live.site.site_id):
                    try:
                        await self.keep(live, with_transactions=rounds % _ROUNDS == 0)
                    except Exception:  # a minute that is missing in the costs stops nothing else
                        logger.exception("could not keep what the site draws")
                await asyncio.sleep(0)

    async def keep(self, live: LiveSite, *, with_transactions: bool) -> None:
        """Keep what a site has drawn since the last time, and what its transactions cost."""
        now, site_id = self._clock.now(), live.site.site_id
        seconds = (now - self._seen_at.get(site_id, now)).total_seconds()
        self._seen_at[site_id] = now
        self._meet(live)
        async with self._open_uow() as uow:
            if seconds > 0.0:
                power_w, building_w = meter_power_w(live, now)
                quarter = live.prices.quarters.add(
                    now, power_w, max(0.0, power_w - building_w), min(seconds, _LONGEST_S)
                )
                await uow.costs.put_quarter(site_id, quarter)
            changed = await self._changed(uow, live, now) if with_transactions else []
            await uow.costs.put_transactions(changed)
            await uow.commit()
        known = self._running[site_id]
        for one in changed:
            if one.is_settled:
                del known[one.number]
            else:
                known[one.number] = one

    async def _changed(
        self, uow: UnitOfWork, live: LiveSite, now: datetime
    ) -> list[TransactionCost]:
        """What transactions have cost to which something has been added, or that have ended."""
        known = self._running[live.site.site_id]
        running = {one.number: one for one in _transactions(live)}
        changed = [
            _grown(live, known[number], one, now)
            for number, one in running.items()
            if number in known and one.energy_wh != known[number].cost.energy_wh
        ]
        for number in known.keys() - running.keys():
            transaction = await uow.transactions.find_number(number)
            if transaction is not None and transaction.ended_at is not None:
                changed.append(_grown(live, known[number], transaction, now))
        return changed

    def _meet(self, live: LiveSite) -> None:
        """Know of every transaction while it runs, also of one that is over before long."""
        known = self._running.setdefault(live.site.site_id, {})
        for one in _transactions(live):
            if one.number not in known:
                known[one.number] = TransactionCost(
                    number=one.number,
                    site_id=live.site.site_id,
                    started_at=one.started_at,
                    up_to_at=one.started_at,
                )


def meter_power_w(live: LiveSite, now: datetime) -> tuple[float, float]:
    """What a site draws at its meter, and what of it is not vehicles', in W.

    Currents are taken to be in phase with their voltages. Where the building is not measured it
    counts as it is reckoned with.
    """
    root = live.site.feeders[0].feeder_id
    power_w = line_power_w(live.site, measured_load(live, now)[root])
    building_w = line_power_w(live.site, measured_uncontrolled(live, now)[root])
    return power_w, min(building_w, power_w)


def line_power_w(site: Site, amps: PhaseAmps) -> float:
    """The power of three line currents, each against earth."""
    is_it = site.earthing is Earthing.IT
    return sum(amps) * (site.voltage_v / math.sqrt(3) if is_it else site.voltage_v)


def _transactions(live: LiveSite) -> Iterable[Transaction]:
    return (evse.transaction for evse in live.evses.values() if evse.transaction is not None)


def _grown(
    live: LiveSite, known: TransactionCost, transaction: Transaction, now: datetime
) -> TransactionCost:
    until_at = transaction.ended_at or now
    prices = live.prices.both(known.up_to_at, max(until_at, known.up_to_at))
    grown = known.grown(transaction.energy_wh, until_at, prices)
    return grown.settled() if transaction.ended_at is not None else grown
