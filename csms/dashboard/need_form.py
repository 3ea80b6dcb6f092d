"""What a form states that a vehicle needs."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from csms.dashboard.forms import Form
from csms.domain.errors import InvalidInputError
from csms.domain.transaction import StatedNeed
from csms.language.said import Said

_WH_PER_KWH: Final = 1000.0
_DAY: Final = timedelta(days=1)


def stated_need(form: Form, zone: ZoneInfo, now: datetime) -> StatedNeed:
    """Read `kwh` and `leaves`; a time is the next one by the clock of the site.

    Raises:
        InvalidInputError: One of them cannot be read.
    """
    kwh, leaves = form.one("kwh").replace(",", "."), form.one("leaves")
    try:
        energy_wh = float(kwh) * _WH_PER_KWH if kwh else None
    except ValueError as error:
        raise InvalidInputError(
            "kwh", Said("expected a number, got %(came)s", came=repr(kwh[:20]))
        ) from error
    if not leaves:
        return StatedNeed(energy_wh=energy_wh)
    try:
        wanted = datetime.strptime(leaves, "%H:%M")  # noqa: DTZ007 - of the site's clock
    except ValueError as error:
        raise InvalidInputError(
            "leaves", Said("expected a time as 07:30, got %(came)s", came=repr(leaves[:20]))
        ) from error
    local = now.astimezone(zone)
    departs = local.replace(hour=wanted.hour, minute=wanted.minute, second=0, microsecond=0)
    return StatedNeed(
        energy_wh=energy_wh, departs_at=departs if departs > local else departs + _DAY
    )
