"""A quick look at whether meters may show too much, before all currents are added up exactly."""

from datetime import datetime
from typing import Final

from csms.domain.identity import FeederId
from csms.domain.resource import Quantity
from csms.domain.site import Earthing, PhaseAmps
from csms.service.live_site import LiveSite
from csms.service.measured_flows import measured_totals, measured_uncontrolled

_NOUGHT: Final = (0.0, 0.0, 0.0)


def most_measured(live: LiveSite, now: datetime) -> dict[FeederId, PhaseAmps]:
    """What every feeder's lines carry by the meters, or more: never less.

    Magnitudes are added whatever their angles, and no reading is doubted.
    """
    sums = {feeder.feeder_id: list(_NOUGHT) for feeder in live.site.feeders}
    has_neutral, stations = live.site.earthing is Earthing.TN, live.stations
    for evse in live.evses.values():
        reading, place = evse.reading, evse.place
        if reading is None or (current_a := reading.current_a) is None:
            continue
        if stations[place.evse.station_id].is_connected:
            amps = sums[place.feeder_id]
            by_line = current_a if has_neutral else (max(current_a),) * 3
            for line, line_a in zip(place.lines, by_line, strict=False):
                amps[line - 1] += line_a
    for one in live.resources.values():
        watts = one.reading(Quantity.POWER_W, now, live.site.control.reading_lives_s)
        resource_a = live.site.amps_of(one.resource, max(0.0, watts or 0.0))
        for line in one.resource.lines:
            sums[one.resource.feeder_id][line - 1] += resource_a
    for feeder in reversed(live.site.feeders):  # parents come before their children
        if feeder.parent_id is not None:
            above, own = sums[feeder.parent_id], sums[feeder.feeder_id]
            for i in range(3):
                above[i] += own[i]
    alone = measured_uncontrolled(live, now, is_proven=True)
    added = {
        key: (amps[0] + alone[key][0], amps[1] + alone[key][1], amps[2] + alone[key][2])
        for key, amps in sums.items()
    }
    return added | measured_totals(live, now)
