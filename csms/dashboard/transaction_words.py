"""Transactions as the pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from csms.dashboard.words import NOTHING, kilo, money, whole
from csms.domain.authorization import IdToken
from csms.domain.report_numbers import read_numbers
from csms.domain.transaction import NeedTeller
from csms.domain.transaction_search import TransactionTotals
from csms.language.reader import say, spoken
from csms.language.said import Said
from csms.language.written import day_and_minute
from csms.service.closing import RULE_WORDS

_REASONS: Final[Mapping[str, str]] = {
    "DeAuthorized": Said("The token may no longer charge"),
    "EmergencyStop": Said("Emergency stop"),
    "EnergyLimitReached": Said("The agreed energy was reached"),
    "EVDisconnected": Said("The cable was unplugged"),
    "GroundFault": Said("Earth fault"),
    "HardReset": Said("The charger was reset"),
    "ImmediateReset": Said("The charger was reset"),
    "Local": Said("Stopped at the charger"),
    "LocalOutOfCredit": Said("No credit left"),
    "MasterPass": Said("Stopped with a master token"),
    "OvercurrentFault": Said("Too much current"),
    "PowerLoss": Said("The charger lost its power"),
    "PowerQuality": Said("Poor power quality"),
    "Reboot": Said("The charger started again"),
    "Remote": Said("Stopped from here"),
    "SOCLimitReached": Said("The agreed charge was reached"),
    "SoftReset": Said("The charger was reset"),
    "StoppedByEV": Said("The vehicle stopped"),
    "TimeLimitReached": Said("The agreed time was reached"),
    "Timeout": Said("No vehicle came in time"),
    "UnlockCommand": Said("The cable was released from here"),
}
"""By a station's own word (OCPP 1.6 §7.36, 2.0.1 ReasonEnumType); others are shown as they are."""
_TELLERS: Final[Mapping[str, str]] = {
    NeedTeller.OPERATOR: Said("stated"),
    NeedTeller.VEHICLE: Said("told by the vehicle"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionLine:
    """One transaction in words.

    Attributes:
        ended: Empty while it runs.
        need: What was said that the vehicle needs; empty: nothing was.
        end: Why it has ended, or that it runs.
        missing: Which reports have not come; empty: none is missed.
    """

    number: int
    station_id: str
    place: str
    token: str
    began: str
    ended: str
    lasted: str
    energy: str
    mean_power: str
    cost: str
    meter: str
    need: str
    end: str
    missing: str
    transaction_id: str
    is_running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsLine:
    """What transactions come to, in words; `cost` is empty where none has a price."""

    count: str
    energy: str
    cost: str


def present_transaction(row: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> TransactionLine:
    """Put a transaction in words."""
    began_at, ended_at = row["started_at"], row["ended_at"]
    lasted = (ended_at or now) - began_at
    return TransactionLine(
        number=row["number"],
        station_id=row["station_id"],
        place=_place(row),
        token=IdToken(row["id_token"]).masked if row["id_token"] else NOTHING,
        began=day_and_minute(began_at, zone),
        ended=day_and_minute(ended_at, zone) if ended_at else "",
        lasted=lasting(lasted),
        energy=kilo(row["energy_wh"]),
        mean_power=_mean_power(row["energy_wh"], lasted),
        cost=_money(row["total_cost"]),
        meter=_meter(row),
        need=_need(row, zone),
        end=_end(row),
        missing=_missing(row),
        transaction_id=row["transaction_id"] or NOTHING,
        is_running=ended_at is None,
    )


def present_totals(totals: TransactionTotals) -> TotalsLine:
    """Put in words what transactions come to."""
    return TotalsLine(
        count=whole(totals.count),
        energy=kilo(totals.energy_wh),
        cost="" if totals.cost is None else _money(totals.cost),
    )


def lasting(time: timedelta) -> str:
    """Write how long something took: hours and minutes, days where there are any."""
    minutes = max(round(time.total_seconds() / 60), 0)
    days, hours = divmod(minutes // 60, 24)
    clock = say("%(clock)s h", clock=f"{hours}:{minutes % 60:02}")
    return say("%(days)s d %(clock)s", days=days, clock=clock) if days else clock


def _place(row: Mapping[str, Any]) -> str:
    number = row["evse_number"]
    return row["station_id"] if number is None else f"{row['station_id']}/{number}"


def _mean_power(energy_wh: float, lasted: timedelta) -> str:
    hours = lasted / timedelta(hours=1)
    return kilo(energy_wh / hours) if hours > 0 else NOTHING


def _money(cost: float | None) -> str:
    return NOTHING if cost is None else money(cost)


def _meter(row: Mapping[str, Any]) -> str:
    begins_wh, ends_wh = row["meter_start_wh"], row["meter_stop_wh"]
    if begins_wh is None:
        return NOTHING
    ends = NOTHING if ends_wh is None else kilo(ends_wh)
    return say("%(begins)s to %(ends)s kWh", begins=kilo(begins_wh), ends=ends)


def _need(row: Mapping[str, Any], zone: ZoneInfo) -> str:
    energy_wh, departs_at = row["needed_wh"], row["departs_at"]
    parts = [
        "" if energy_wh is None else f"{kilo(energy_wh)} kWh",
        "" if departs_at is None else say("by %(time)s", time=day_and_minute(departs_at, zone)),
        spoken(_TELLERS.get(row["need_by"] or "", "")),
    ]
    return ", ".join(filter(None, parts))


def _end(row: Mapping[str, Any]) -> str:
    if row["ended_at"] is None:
        return say("Running")
    if row["closed_by"] in RULE_WORDS:
        return say("Closed here: %(why)s", why=RULE_WORDS[row["closed_by"]])
    reason = row["stop_reason"] or ""
    return spoken(_REASONS.get(reason, reason))


def _missing(row: Mapping[str, Any]) -> str:
    missing = read_numbers(row["seq_nos"]).missing
    return ", ".join(
        str(low) if low == high else say("%(low)s to %(high)s", low=low, high=high)
        for low, high in missing
    )
