"""From what is known of an EVSE to what people see of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from csms.domain.site import PhaseAmps
from csms.domain.station import ChargingState, ConnectorStatus
from csms.service.closing import RULE_WORDS
from csms.service.connector_bounds import operator_limit
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.problem_builder import need_of
from csms.service.readings import line_amps
from csms.service.site_view import (
    ConnectorLimitView,
    EvseState,
    EvseView,
    LineAmps,
    NeedView,
    ReasonView,
)

_IN_USE_A: Final = 0.5
_STATE: Final[Mapping[ConnectorStatus | None, EvseState]] = {
    None: EvseState.AVAILABLE,
    ConnectorStatus.AVAILABLE: EvseState.AVAILABLE,
    ConnectorStatus.OCCUPIED: EvseState.PREPARING,
    ConnectorStatus.RESERVED: EvseState.RESERVED,
    ConnectorStatus.UNAVAILABLE: EvseState.UNAVAILABLE,
    ConnectorStatus.FAULTED: EvseState.FAULTED,
}


def evse_view(
    live: LiveSite,
    evse: LiveEvse,
    now: datetime,
    reason: ReasonView,
    need: NeedView | None,
    profile: int,
) -> EvseView:
    """Build the view of an EVSE.

    Args:
        live: Its site.
        evse: The EVSE.
        now: The present instant.
        reason: Why it has its limit.
        need: What its vehicle needs.
        profile: The lowest security profile that its station is let in with.
    """
    place, transaction, reading = evse.place, evse.transaction, evse.reading
    station = live.stations[place.evse.station_id]
    token = transaction.id_token if transaction else None
    amps = line_amps(live.site, evse)
    return EvseView(
        station_id=place.evse.station_id,
        number=place.evse.number,
        feeder_id=place.feeder_id,
        lines=place.lines,
        protocol=station.protocol,
        security_profile=profile,
        waiting=station.waiting,
        state=_state(live, evse, now),
        power_w=_power_w(evse) if station.is_connected else None,
        current_a=rounded(amps) if amps else None,
        limit_a=round(evse.allowance.now_a(now), 1),
        fallback_a=round(_silent_a(live, evse), 1),
        fallback_from=evse.allowance.falls_to_standing_at(now),
        max_a=round(place.max_a, 1),
        energy_wh=round(transaction.energy_wh) if transaction else None,
        soc_pct=reading.soc_pct if reading else None,
        id_token=token.masked if token else None,
        since=transaction.started_at if transaction else None,
        need=need,
        closed=_closed_words(evse),
        reason=reason,
        operator_limit=_limit_view(evse, now),
        is_boosted=evse.is_boosted,
    )


def need_view(live: LiveSite, evse: LiveEvse, now: datetime) -> NeedView | None:
    """What the vehicle at an EVSE is planned to get, None where there is none."""
    need = need_of(live, evse, now)
    if need is None:
        return None
    energy_wh = need.energy_between_wh
    is_mixed = need.energy_source is not need.departure_source
    return NeedView(
        energy_wh=round(need.energy_wh),
        departs_at=need.departs_at,
        source=need.source,
        energy_source=need.energy_source if is_mixed else None,
        departure_source=need.departure_source if is_mixed else None,
        energy_between_wh=energy_wh and (round(energy_wh[0]), round(energy_wh[1])),
        departs_between=need.departs_between,
    )


def rounded(amps: PhaseAmps) -> LineAmps:
    """Currents to a tenth of an ampere."""
    return (round(amps[0], 1), round(amps[1], 1), round(amps[2], 1))


def _limit_view(evse: LiveEvse, now: datetime) -> ConnectorLimitView | None:
    limit = operator_limit(evse, now)
    if limit is None:
        return None
    return ConnectorLimitView(amps=limit.amps, until_at=limit.until_at, words=limit.words)


def _silent_a(live: LiveSite, evse: LiveEvse) -> float:
    """What it draws at most if nobody talks to it: it may be without power, and come up again."""
    is_kept = live.keeps_fallback(evse.place.evse.station_id)
    return evse.allowance.standing_a if is_kept else evse.place.max_a


def _state(live: LiveSite, evse: LiveEvse, now: datetime) -> EvseState:
    station = live.stations[evse.place.evse.station_id]
    if not station.is_connected:
        return EvseState.NEVER_SEEN if station.protocol is None else EvseState.OFFLINE
    if evse.status in (ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE):
        return _STATE[evse.status]
    if not evse.is_occupied:
        is_over = evse.charging_state is ChargingState.IDLE
        is_left = evse.status is ConnectorStatus.OCCUPIED and is_over
        return EvseState.FINISHING if is_left else _STATE[evse.status]
    drawn_a = max(evse.reading.current_a) if evse.reading and evse.reading.current_a else 0.0
    if drawn_a > _IN_USE_A:
        return EvseState.CHARGING
    if evse.habits.is_content:
        return EvseState.WAITING
    is_paused = evse.allowance.now_a(now) < evse.place.min_a
    return EvseState.PAUSED if is_paused else EvseState.CHARGING


def _power_w(evse: LiveEvse) -> float | None:
    if evse.reading is None or evse.reading.power_w is None:
        return 0.0 if evse.transaction is None else None
    return round(evse.reading.power_w)


def _closed_words(evse: LiveEvse) -> str | None:
    if evse.closed is None or evse.closed.closing is None:
        return None
    words = RULE_WORDS[evse.closed.closing]
    return f"{evse.closed.energy_wh / 1000:.1f} kWh, closed here: {words}"
