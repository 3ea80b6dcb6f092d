"""Whether an EVSE keeps to a form of limits: what its meter shows once it has taken one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from csms.domain.profile_form import ProfileForm

_READINGS: Final = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen of a form at an EVSE."""

    form: ProfileForm
    is_followed: bool


@dataclass(slots=True)
class Trial:
    """A form whose effect is not sure yet.

    Attributes:
        since: When it was taken.
        kept: How many readings in a row were within what is allowed.
        over: How many in a row were above it.
    """

    form: ProfileForm
    since: datetime
    kept: int = 0
    over: int = 0

    def judge(
        self, now: datetime, settled: timedelta, *, is_over: bool | None, is_telling: bool = True
    ) -> bool | None:
        """Take a reading: whether the form is followed, None while that is not sure.

        Args:
            now: The present instant.
            settled: How long vehicles take to follow a limit.
            is_over: It shows more than is allowed; None: an answer is awaited that decides it.
            is_telling: It would show more, if the form were not followed.
        """
        if now < self.since + settled or is_over is None or not (is_over or is_telling):
            return None  # the vehicle has its time to follow, or does not want more
        self.kept, self.over = (0, self.over + 1) if is_over else (self.kept + 1, 0)
        if self.kept >= _READINGS:
            return True
        return False if self.over >= _READINGS else None
