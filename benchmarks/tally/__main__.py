"""What it costs to count what happens at a site, by event and by size of the site.

    make bench-tally
    .venv/bin/python -m benchmarks.tally --connectors 10 10000

Measured is the processor time of the process: what `csms.service.site_tally` takes for a meter's
reading (how the connector is now, and the energy), for a status that changes, and for reading all
key figures. Ends with exit code 1 if an event costs more than the bar.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from time import process_time
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.altered import altered
from csms.domain.identity import EvseId
from csms.domain.metering import Reading
from csms.domain.site import AmpereSchedule, Earthing, EvsePlace, Feeder, Site
from csms.domain.station import ConnectorStatus
from csms.domain.transaction import Transaction
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite

_BAR_US: Final = 10.0
_EVENTS: Final = 50_000
_ROUNDS: Final = 5
_BEGIN: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)


def main() -> int:
    """Measure sites of several sizes and judge the dearest event."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--connectors", type=int, nargs="+", default=[10, 100, 1_000, 10_000])
    sizes = parser.parse_args().connectors
    print(f"{'connectors':>10} {'reading, us':>12} {'status, us':>12} {'figures, us':>12}")
    dearest_us = 0.0
    for size in sizes:
        live = _site(size)
        reading_us, status_us = _cost_us(_reading(live)), _cost_us(_status(live))
        figures_us = _cost_us(_figures(live), events=2_000)
        print(f"{size:>10} {reading_us:>12.2f} {status_us:>12.2f} {figures_us:>12.2f}")
        dearest_us = max(dearest_us, reading_us, status_us)
    has_passed = dearest_us <= _BAR_US
    print(
        f"\ntally: {dearest_us:.1f} us an event at the most (bar {_BAR_US:g} us) "
        f"{'PASS' if has_passed else 'FAIL'}"
    )
    return 0 if has_passed else 1


def _cost_us(event: Callable[[int], None], events: int = _EVENTS) -> float:
    """Processor time of one event, the median of some rounds."""
    costs_s = []
    for turn in range(_ROUNDS):
        begin_s = process_time()
        for number in range(turn * events, (turn + 1) * events):
            event(number)
        costs_s.append((process_time() - begin_s) / events)
    return median(costs_s) * 1e6


def _reading(live: LiveSite) -> Callable[[int], None]:
    """A meter shows another power and more energy."""
    evses, tally = list(live.evses.values()), live.tally
    shown = [_shown(power_w) for power_w in (6_900.0, 7_000.0)]
    instants = [_BEGIN + timedelta(milliseconds=10 * step) for step in range(_EVENTS * _ROUNDS)]

    def event(number: int) -> None:
        evse = evses[number % len(evses)]
        assert evse.transaction is not None  # noqa: S101 - all charge
        evse.reading = shown[number % 2]
        evse.transaction = altered(evse.transaction, energy_wh=number / 10)
        tally.count(evse.transaction, instants[number])
        tally.look(evse, live.stations[evse.place.evse.station_id], instants[number])

    return event


def _status(live: LiveSite) -> Callable[[int], None]:
    """A connector falls out of order, or is in order again."""
    evses, tally = list(live.evses.values()), live.tally
    words = (ConnectorStatus.FAULTED, ConnectorStatus.OCCUPIED)
    begin = _BEGIN + timedelta(hours=1)
    instants = [begin + timedelta(milliseconds=10 * step) for step in range(_EVENTS * _ROUNDS)]

    def event(number: int) -> None:
        evse = evses[number // 2 % len(evses)]
        evse.status = words[number % 2]
        tally.look(evse, live.stations[evse.place.evse.station_id], instants[number])

    return event


def _figures(live: LiveSite) -> Callable[[int], None]:
    """Somebody asks for the figures of thirty days."""
    at = _BEGIN + timedelta(hours=2)

    def event(_: int) -> None:
        live.tally.figures(30, at)

    return event


def _shown(power_w: float) -> Reading:
    amps = power_w / 690.0
    return Reading(at=_BEGIN, current_a=(amps, amps, amps), power_w=power_w)


def _site(size: int) -> LiveSite:
    """A site at whose connectors vehicles charge."""
    limit = AmpereSchedule((1e6, 1e6, 1e6))
    places = tuple(_place(number) for number in range(size))
    site = Site(
        site_id="bench",
        name="Bench",
        timezone=ZoneInfo("Europe/Oslo"),
        earthing=Earthing.TN,
        voltage_v=230.0,
        feeders=(Feeder(feeder_id="intake", name="Intake", parent_id=None, limit=limit),),
        places=places,
    )
    live = LiveSite(site)
    for number, evse in enumerate(live.evses.values(), start=1):
        live.station_connected(evse.place.evse.station_id, "2.0.1", _BEGIN)
        evse.status = ConnectorStatus.OCCUPIED
        live.transaction_changed(_transaction(number, evse), _BEGIN, ())
    return live


def _place(number: int) -> EvsePlace:
    return EvsePlace(
        evse=EvseId(f"S-{number}", 1),
        feeder_id="intake",
        lines=(1, 2, 3),
        max_a=32.0,
        fallback_a=6.0,
    )


def _transaction(number: int, evse: LiveEvse) -> Transaction:
    key = evse.place.evse
    return Transaction(
        number=number,
        station_id=key.station_id,
        transaction=f"tx-{number}",
        evse=key,
        id_token=None,
        started_at=_BEGIN,
        meter_start_wh=0.0,
    )


if __name__ == "__main__":
    sys.exit(main())
