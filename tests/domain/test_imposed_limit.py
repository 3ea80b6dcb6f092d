"""When a limit that somebody has imposed holds."""

from datetime import datetime

import pytest

from csms.domain.imposed_limit import ImposedLimit, LimitParty
from tests.service.rig import after


@pytest.mark.parametrize(
    ("start", "end", "until", "does_hold"),
    [
        (0, 10, after(30), False),  # ends as it begins
        (0, 10.1, after(30), True),
        (15, 20, after(30), True),
        (29.9, 40, after(30), True),
        (30, 40, after(30), False),  # begins as it ends
        (9_000, 9_001, None, True),
        (0, 10, None, False),
    ],
)
def test_it_holds_within_a_slot_that_it_touches_at_all(
    start: float, end: float, until: datetime | None, *, does_hold: bool
) -> None:
    limit = ImposedLimit(
        feeder_id="intake",
        party=LimitParty.OPERATOR,
        amps=(20.0, 20.0, 20.0),
        from_at=after(10),
        until_at=until,
    )
    assert limit.holds_within(after(start), after(end)) is does_hold
