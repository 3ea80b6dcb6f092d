"""Counts what happens at a site, event by event; the key figures follow from it.

Every event costs the same few microseconds, however large the site is and however long it has been
counted. Energy is that of transactions, counted once however often it is told. Times, shares and
peaks come from how many EVSEs are in which state, and from the sum of what they draw; time in which
nobody looked, as the program did not run, is not counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from csms.domain.identity import EvseId
from csms.domain.local_day import day_of
from csms.domain.need import Need, is_told
from csms.domain.site import Site
from csms.domain.site_day import CountMark, KeyFigures, SiteDay, figures_of, total
from csms.domain.station import ChargingState, ConnectorStatus
from csms.domain.transaction import Transaction
from csms.domain.vehicle import conductors_in_use
from csms.service.energy_rates import EnergyRates, FlatRates
from csms.service.live_evse import LiveEvse
from csms.service.live_station import LiveStation
from csms.service.plug_ins import FAULTS, PlugIn, Verdict, judge

DAYS_KEPT: Final = 30
_QUARTER_S: Final = 900.0
_LONGEST: Final = timedelta(minutes=20)
"""Who has not looked for longer does not know what was in between."""
_MOST_ENDED: Final = 256
_IN_USE_A: Final = 0.5
_LEAST_WH: Final = 1.0
_WH_PER_KWH: Final = 1000.0


@dataclass(slots=True)
class _Seen:
    """How an EVSE was when it was last looked at."""

    is_usable: bool = False
    is_plugged: bool = False
    is_charging: bool = False
    power_w: float = 0.0
    plug_in: PlugIn = PlugIn.NONE


@dataclass(slots=True, kw_only=True)
class _Sums:
    """How many EVSEs are how, and what they draw together."""

    evses: int = 0
    usable: int = 0
    plugged: int = 0
    charging: int = 0
    power_w: float = 0.0
    quarter_ws: float = 0.0


class SiteTally:
    """The counts of one site.

    Args:
        site: The site.

    Attributes:
        rates: What its energy costs and brings about.
        changed: Days of which more was counted than is kept.
        waits_for_stations: Right after the start: who has not come back yet is not watched.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self.rates: EnergyRates = FlatRates(site.price_per_kwh)
        self.changed: set[date] = set()
        self.waits_for_stations = True
        self._days: dict[date, SiteDay] = {}
        self._past: dict[int, SiteDay] = {}
        self._seen: dict[EvseId, _Seen] = {}
        self._sums = _Sums()
        self._counted = CountMark()
        self._expected: dict[int, Need] = {}
        self._at = datetime.min.replace(tzinfo=UTC)
        self._quarter_ends_at = self._day_ends_at = self._at
        self._today = SiteDay(day=date.min)

    def look(self, evse: LiveEvse, station: LiveStation, now: datetime) -> None:
        """Something has happened at an EVSE: see how it is now."""
        if station.protocol is None:
            return  # it has yet to be connected for the first time
        sums, key = self._sums, evse.place.evse
        seen = self._seen.get(key)
        if seen is None and self.waits_for_stations and not station.is_connected:
            return
        self.advance(now)
        is_plugged = evse.is_occupied or evse.status is ConnectorStatus.OCCUPIED
        if seen is None:
            seen = self._seen[key] = _Seen(plug_in=PlugIn.JUDGED if is_plugged else PlugIn.NONE)
            sums.evses += 1
        is_faulted = evse.status is ConnectorStatus.FAULTED
        is_usable = (
            station.is_connected
            and not is_faulted
            and evse.status is not ConnectorStatus.UNAVAILABLE
        )
        power_w = self._power_w(evse) if station.is_connected else 0.0
        is_charging = power_w > 0.0
        sums.usable += is_usable - seen.is_usable
        sums.plugged += is_plugged - seen.is_plugged
        sums.charging += is_charging - seen.is_charging
        if power_w != seen.power_w:
            sums.power_w += power_w - seen.power_w
            self._today.peak_w = max(self._today.peak_w, sums.power_w)
        seen.is_usable, seen.is_plugged = is_usable, is_plugged
        seen.is_charging, seen.power_w = is_charging, power_w
        if is_plugged or seen.plug_in is not PlugIn.NONE:
            self._judge(seen, evse, is_faulted=is_faulted)

    def forget(self, evse_id: EvseId) -> None:
        """An EVSE is no longer there."""
        seen, sums = self._seen.pop(evse_id, None), self._sums
        if seen is not None:
            sums.evses -= 1
            sums.usable -= seen.is_usable
            sums.plugged -= seen.is_plugged
            sums.charging -= seen.is_charging
            sums.power_w -= seen.power_w

    def refused(self, evse_ids: Iterable[EvseId]) -> None:
        """A token was refused at a station: whoever waits to charge there was meant."""
        waiting = [
            seen
            for one in evse_ids
            if (seen := self._seen.get(one)) is not None and seen.plug_in is PlugIn.WAITING
        ]
        if len(waiting) == 1:  # of several nobody knows who it was
            waiting[0].plug_in = PlugIn.REFUSED

    def count(self, transaction: Transaction, now: datetime, told_wh: float | None = None) -> None:
        """Take what a transaction has come to.

        Args:
            transaction: As it is now.
            now: The present instant.
            told_wh: Where it has ended, the energy that somebody had told it needs; None: nobody.
        """
        self.advance(now)
        self._count(transaction, now, told_wh, self._today)

    def expect(self, transaction: Transaction, need: Need) -> None:
        """Remember what is expected of a vehicle, until it has left."""
        if transaction.number not in self._counted.ended:
            self._expected.setdefault(transaction.number, need)

    def is_expected(self, transaction: Transaction) -> bool:
        """Whether something is expected of a vehicle."""
        return transaction.number in self._expected

    def advance(self, now: datetime) -> None:
        """Let time pass."""
        if abs(now - self._at) > _LONGEST:
            self._begin(now)
            return
        if now <= self._at:
            return
        while now >= self._quarter_ends_at:
            self._pass(self._quarter_ends_at)
            self._end_quarter()
        self._pass(now)

    def energy_today_wh(self, now: datetime) -> float:
        """Energy since local midnight."""
        self.advance(now)
        return self._today.energy_wh

    def today(self, now: datetime) -> SiteDay:
        """What has been counted since local midnight."""
        self.advance(now)
        return self._today

    def figures(self, days: int, now: datetime) -> KeyFigures:
        """The key figures of the last days, today included."""
        today = self.today(now)
        if days == 1:
            return figures_of(today)
        if days not in self._past:
            first = today.day - timedelta(days=days - 1)
            before = [one for day, one in self._days.items() if first <= day < today.day]
            self._past[days] = total([*before, SiteDay(day=first)])
        return figures_of(total((self._past[days], today)))

    def take(self, now: datetime) -> tuple[list[SiteDay], CountMark]:
        """What is to be kept: days of which more was counted, and up to where that was."""
        self.changed.add(self.today(now).day)
        kept = [self._days[day] for day in sorted(self.changed) if day in self._days]
        self.changed.clear()
        return kept, self._counted

    def restore(self, days: Iterable[SiteDay], mark: CountMark | None, now: datetime) -> None:
        """Go on from what was kept."""
        self._days = {one.day: one for one in days}
        self._counted = mark or CountMark()
        self._begin(now)

    def recover(self, transaction: Transaction, now: datetime, told_wh: float | None) -> None:
        """Count what a transaction has come to since what was counted was last kept.

        It counts on the day of its end, or today.
        """
        at = min(transaction.ended_at or now, now)
        self._count(transaction, at, told_wh, self._day_of(at))

    def note_counted(self, transaction: Transaction) -> None:
        """Take all of a transaction so far for counted."""
        place = self._counted.running if transaction.ended_at is None else self._counted.ended
        place.setdefault(transaction.number, transaction.energy_wh)

    def note_counted_until(self, number: int) -> None:
        """Take all transactions up to a number for counted, but for those that are known."""
        self._counted.until = max(self._counted.until, number)

    def _begin(self, now: datetime) -> None:
        """Count from now on; what was before is not known."""
        self._at, self._sums.quarter_ws = now, 0.0
        self._quarter_ends_at = _quarter_end(now)
        if now >= self._day_ends_at:
            self._begin_day(now)

    def _begin_day(self, now: datetime) -> None:
        self._today = self._day_of(now)
        self._day_ends_at = day_of(now, self._site.timezone)[1]
        self._past.clear()
        first = self._today.day - timedelta(days=DAYS_KEPT)
        for day in [one for one in self._days if one < first and one not in self.changed]:
            del self._days[day]

    def _day_of(self, at: datetime) -> SiteDay:
        day = at.astimezone(self._site.timezone).date()
        self.changed.add(day)
        self._past.clear()
        return self._days.setdefault(day, SiteDay(day=day))

    def _pass(self, until: datetime) -> None:
        """Let time pass in which nothing changes."""
        passed_s = (until - self._at).total_seconds()
        sums, today = self._sums, self._today
        self._at = until
        today.evse_s += passed_s * sums.evses
        today.usable_s += passed_s * sums.usable
        today.plugged_s += passed_s * sums.plugged
        today.charging_s += passed_s * sums.charging
        sums.quarter_ws += passed_s * sums.power_w

    def _end_quarter(self) -> None:
        sums, today, at = self._sums, self._today, self._quarter_ends_at
        today.peak_quarter_w = max(today.peak_quarter_w, sums.quarter_ws / _QUARTER_S)
        sums.quarter_ws = 0.0
        self._quarter_ends_at = at + timedelta(seconds=_QUARTER_S)
        if at >= self._day_ends_at:
            self._begin_day(at)
            self._today.peak_w = sums.power_w

    def _count(
        self, transaction: Transaction, at: datetime, told_wh: float | None, day: SiteDay
    ) -> None:
        number, counted = transaction.number, self._counted
        if number <= counted.until and number not in counted.running:
            self.note_counted(transaction)  # that was long ago
        has_left = number in counted.ended
        place = counted.ended if has_left else counted.running
        gained_wh = transaction.energy_wh - place.get(number, 0.0)
        place[number] = transaction.energy_wh
        if gained_wh:
            self._add(gained_wh, at, day)
        if transaction.ended_at is not None and not has_left:
            self._leave(transaction, told_wh, day)

    def _add(self, gained_wh: float, at: datetime, day: SiteDay) -> None:
        day.energy_wh += gained_wh
        price, co2_g = self.rates.price_per_kwh(at), self.rates.co2_g_per_kwh(at)
        if price is not None:
            day.cost += gained_wh / _WH_PER_KWH * price
            day.priced_wh += gained_wh
        if co2_g is not None:
            day.co2_g += gained_wh / _WH_PER_KWH * co2_g
            day.co2_wh += gained_wh

    def _leave(self, transaction: Transaction, told_wh: float | None, day: SiteDay) -> None:
        """A transaction is over, once and for all: what comes late of it is energy only."""
        counted, number = self._counted, transaction.number
        counted.ended[number] = counted.running.pop(number)
        if len(counted.ended) > _MOST_ENDED:
            oldest = next(iter(counted.ended))
            del counted.ended[oldest]
            counted.until = max(counted.until, oldest)
        day.departures += 1
        if told_wh is not None:
            _count_told(day, transaction, told_wh)
        expected = self._expected.pop(number, None)
        if expected is not None:
            _count_error(day, transaction, expected)
        seen = self._seen.get(transaction.evse) if transaction.evse else None
        is_void = transaction.energy_wh < _LEAST_WH and transaction.stop_reason in FAULTS
        if seen is not None and is_void and seen.plug_in in (PlugIn.WAITING, PlugIn.REFUSED):
            seen.plug_in = PlugIn.JUDGED
            _count_verdict(day, Verdict.FAILURE)

    def _judge(self, seen: _Seen, evse: LiveEvse, *, is_faulted: bool) -> None:
        transaction = evse.transaction
        has_charged = transaction is not None and transaction.energy_wh >= _LEAST_WH
        seen.plug_in, verdict = judge(
            seen.plug_in,
            is_plugged=seen.is_plugged,
            has_charged=has_charged or seen.is_charging,
            is_faulted=is_faulted,
        )
        if verdict is not None:
            _count_verdict(self._today, verdict)

    def _power_w(self, evse: LiveEvse) -> float:
        """What a vehicle draws by its last reading; the least current is taken for none."""
        reading = evse.reading
        if evse.transaction is None or reading is None or reading.current_a is None:
            return 0.0
        if max(reading.current_a) < _IN_USE_A:
            return 0.0
        if reading.power_w is not None:
            return reading.power_w
        used = [reading.current_a[one] for one in conductors_in_use(reading.current_a)]
        lines = min(len(evse.place.lines), evse.habits.line_count or len(used))
        return sum(used) / len(used) * self._site.watts_per_ampere(lines)


def _quarter_end(at: datetime) -> datetime:
    ends_s = (at.timestamp() // _QUARTER_S + 1) * _QUARTER_S
    return datetime.fromtimestamp(ends_s, tz=UTC)


def _count_verdict(day: SiteDay, verdict: Verdict) -> None:
    day.plug_ins += 1
    day.plug_in_failures += verdict is Verdict.FAILURE


def _count_told(day: SiteDay, transaction: Transaction, told_wh: float) -> None:
    """A vehicle that had stopped by itself has got all that it wanted."""
    day.told += 1
    day.told_wh += told_wh
    short_wh = told_wh - transaction.energy_wh
    if short_wh >= _LEAST_WH and transaction.charging_state is not ChargingState.SUSPENDED_EV:
        day.unmet += 1
        day.unmet_wh += short_wh


def _count_error(day: SiteDay, transaction: Transaction, expected: Need) -> None:
    """Compare what was expected with what has come."""
    assert transaction.ended_at is not None  # noqa: S101 - it has left
    if not is_told(expected.energy_source):
        bias_wh = expected.energy_wh - transaction.energy_wh
        day.energy_forecasts += 1
        day.energy_error_wh += abs(bias_wh)
        day.energy_bias_wh += bias_wh
    if not is_told(expected.departure_source):
        bias_s = (expected.departs_at - transaction.ended_at).total_seconds()
        day.stay_forecasts += 1
        day.stay_error_s += abs(bias_s)
        day.stay_bias_s += bias_s
