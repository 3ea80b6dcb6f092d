"""What a vehicle needs, as people see it, kept for as long as it cannot be anything else.

What is told or assumed of a vehicle stays as it is until somebody says otherwise, or the vehicle is
overdue. What is expected of it by its past or a forecast changes with the time and with what it has
got, and is reckoned whenever it is looked at.
"""

from dataclasses import dataclass
from datetime import datetime
from operator import is_

from csms.domain.need import AT_LEAST
from csms.service.evse_view import need_view
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.site_view import NeedView


@dataclass(frozen=True, slots=True)
class KeptNeed:
    """What was seen of a vehicle's need.

    Attributes:
        view: What people see of it, None where there is no vehicle.
        made_of: What it follows from.
        good_until: When it may be another by itself.
    """

    view: NeedView | None
    made_of: tuple[object, ...]
    good_until: datetime


def look_at_need(live: LiveSite, evse: LiveEvse, now: datetime, last: KeptNeed | None) -> KeptNeed:
    """Tell what the vehicle at an EVSE needs.

    Args:
        live: The site.
        evse: The EVSE.
        now: The present instant.
        last: What was told before; itself is returned if it still holds.
    """
    made_of = _made_of(live, evse)
    if last is not None and now < last.good_until and all(map(is_, last.made_of, made_of)):
        return last
    view = need_view(live, evse, now)
    return KeptNeed(view, made_of, _good_until(view, evse, now))


def _made_of(live: LiveSite, evse: LiveEvse) -> tuple[object, ...]:
    """All that is replaced as a whole when something of a vehicle's need is said otherwise."""
    transaction = evse.transaction
    told = (
        (None, None, None)
        if transaction is None
        else (transaction.need, transaction.started_at, transaction.id_token)
    )
    return (live.site, live.timetable, evse.past, evse.forecast, *told)


def _good_until(view: NeedView | None, evse: LiveEvse, now: datetime) -> datetime:
    if view is None or evse.past or view.energy_between_wh or view.departs_between:
        return now
    return view.departs_at - AT_LEAST
