"""Writes down what explains an excess: who drew what, and what was counted for it."""

import asyncio
from collections.abc import Iterator
from typing import Final

from csms.cli.chaos_server import MortalServer
from csms.domain.identity import EvseId
from csms.ocpp.frames import Call, CallResult
from csms.service.live_evse import LiveEvse
from simulators.chaos.fleet import WatchedFleet
from simulators.chaos.timeline import Timeline
from simulators.clock import Clock
from simulators.site import Place
from simulators.stations.link import Answer
from simulators.stations.station import Obey, Station, Trouble

_MOST_SIGHTS: Final = 3
_PROFILES: Final = ("SetChargingProfile", "ClearChargingProfile")


class Witness:
    """Looks at the site whenever a feeder begins to carry too much, a few times at most.

    Args:
        fleet: What is really drawn.
        server: What is counted for it.
        timeline: Where that is written down.
        clock: Simulated time.
    """

    def __init__(
        self, fleet: WatchedFleet, server: MortalServer, timeline: Timeline, clock: Clock
    ) -> None:
        self._fleet = fleet
        self._server = server
        self._timeline = timeline
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._sights = 0
        fleet.judge.on_over = self._over

    def listen_in(self) -> None:
        """Write down every limit that a station is sent, and what it makes of it."""
        for station in self._fleet.stations.values():
            station.trouble = self._listening(station, station.trouble)

    def _listening(self, station: Station, trouble: Trouble | None) -> Trouble:
        def answer(call: Call, obey: Obey) -> Answer | None:
            result = trouble(call, obey) if trouble else obey(call)
            if call.action in _PROFILES:
                self._timeline.happened(
                    self._clock.now(), f"{station.station_id} {_told(call)} -> {_outcome(result)}"
                )
            return result

        return answer

    def _over(self, feeder_id: str) -> None:
        if self._sights < _MOST_SIGHTS:
            self._loop.call_soon(self._look_at, feeder_id)  # other currents may change just now

    def _look_at(self, feeder_id: str) -> None:
        if self._sights >= _MOST_SIGHTS or not self._fleet.judge.is_over(feeder_id):
            return
        self._sights += 1
        now = self._clock.now()
        self._timeline.happened(now, f"feeder {feeder_id} begins to carry too much")
        for place in self._fleet.scenario.site.places_below(feeder_id):
            for words in self._seen(place):
                self._timeline.happened(now, words)

    def _seen(self, place: Place) -> Iterator[str]:
        """An EVSE that draws more than is counted for it, or at all."""
        outlet = self._fleet.stations[place.station_id].outlets[place.model.number]
        drawn_a = max(outlet.currents)
        evse = self._counted(place)
        counted_a = evse.allowance.now_a(self._clock.now()) if evse else 0.0
        if drawn_a > counted_a or drawn_a > 0.0:
            mark = "MORE THAN COUNTED " if drawn_a > counted_a + 1e-6 else ""
            counted = f"{counted_a:.2f} A counted, {_standing(evse)}" if evse else "no server"
            yield (
                f"  {mark}{place.station_id}/{place.model.number} lines {place.lines} draws "
                f"{drawn_a:.2f} A, offered {outlet.limit_a:.2f} A, {counted}"
            )

    def _counted(self, place: Place) -> LiveEvse | None:
        app = self._server.app
        if app is None:
            return None
        live = app._sites.live(self._fleet.scenario.site.site_id)  # noqa: SLF001 - to look only
        return live.evses.get(EvseId(place.station_id, place.model.number))


def _standing(evse: LiveEvse) -> str:
    allowance = evse.allowance
    limits = [str(allowance.standing)]
    if allowance.accepted:
        limits.append(f"accepted until {allowance.accepted.ends_at:%H:%M:%S}")
    if allowance.uncertain:
        limits.append(f"{len(allowance.uncertain)} uncertain")
    if allowance.is_disobeyed:
        limits.append("disobeyed")
    return f"fallback {', '.join(limits)}, lines used {evse.habits.line_count}"


def _told(call: Call) -> str:
    payload = call.payload
    profile = payload.get("csChargingProfiles") or payload.get("chargingProfile") or payload
    schedule = profile.get("chargingSchedule", {})
    schedule = schedule[0] if isinstance(schedule, list) else schedule
    periods = schedule.get("chargingSchedulePeriod", []) if isinstance(schedule, dict) else []
    steps = " ".join(f"{p['startPeriod']}s:{p['limit']:g}" for p in periods[:6])
    facts = [
        profile.get("chargingProfilePurpose"),
        payload.get("connectorId", payload.get("evseId")),
        schedule.get("chargingRateUnit") if isinstance(schedule, dict) else None,
        schedule.get("startSchedule") if isinstance(schedule, dict) else None,
        steps,
    ]
    return f"{call.action} {' '.join(str(fact) for fact in facts if fact)}"


def _outcome(answer: Answer | None) -> str:
    if answer is None:
        return "no answer"
    return str(answer.payload.get("status")) if isinstance(answer, CallResult) else "CALLERROR"
