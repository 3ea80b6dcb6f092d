"""What is known of a resource, and the most that it may draw therefore.

A resource is told its setpoints over MQTT, and nobody answers: each may have come or not. So all
that it was told counts until it lapses, the highest of it; that it draws less shows nothing, as it
may want no more just now. A lapsed setpoint means its fallback. What is not heard, was found to
draw more than it may, or was never seen to keep to setpoints counts at its rating. What it gives
never counts; a source that stands by and does not give what it was told is not reckoned with.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from csms.domain.resource import Quantity, Resource, Setpoint, StandbySource
from csms.language.said import Said

_BELIEVED_AGAIN_AFTER: Final = timedelta(minutes=10)


@dataclass(slots=True, eq=False)
class LiveResource:
    """A resource of a site.

    It never counts below its fallback: its link may be lost at any time.

    Attributes:
        known_from: From when on no setpoint can be followed any more that was told before the
            server's start; None: not known yet.
        told: Setpoints that may be in force, the newest last.
        disobeyed_at: When it was last seen to draw more than it may, or to stand though it was told
            to give; None: it keeps to it.
        on_since: Since when it draws anything, or a source gives; None: it does not.
        off_since: Since when it does not; None: it does, or it is not known.
        planned: What is planned for it, and why.
    """

    resource: Resource
    known_from: datetime | None = None
    told: list[Setpoint] = field(default_factory=list)
    disobeyed_at: datetime | None = None
    on_since: datetime | None = None
    off_since: datetime | None = None
    planned: str = Said("Nothing is planned for it")
    _readings: dict[Quantity, tuple[datetime, float]] = field(default_factory=dict)

    def reading(self, quantity: Quantity, now: datetime, lives_s: float) -> float | None:
        """The newest value of a quantity, None if it is stale."""
        at, value = self._readings.get(quantity, (None, 0.0))
        if at is None or now - at > timedelta(seconds=lives_s):
            return None
        return value

    def heard_at(self, quantity: Quantity) -> datetime | None:
        """When a quantity was last told."""
        return self._readings[quantity][0] if quantity in self._readings else None

    def read(self, quantity: Quantity, value: float, at: datetime) -> bool:
        """Take a value; tell whether it shows that it does not obey, and did before.

        Args:
            quantity: What was told.
            value: In its unit.
            at: When it was so; what is older than what is known is left out.
        """
        heard_at = self.heard_at(quantity)
        if heard_at is not None and at < heard_at:
            return False
        self._readings[quantity] = (at, value)
        if quantity is not Quantity.POWER_W:
            return False
        self._note_whether_on(value, at)
        return self._note_obedience(value, at)

    def tell(self, setpoint: Setpoint) -> None:
        """A setpoint is on its way."""
        told_at = setpoint.told_at
        self.told = [one for one in self.told if one.until_at + self.follows > told_at]
        self.told.append(setpoint)

    @property
    def follows(self) -> timedelta:
        """How long it takes to follow a setpoint, or to fall back when that has lapsed."""
        return timedelta(seconds=self.resource.follows_within_s)

    @property
    def newest(self) -> Setpoint | None:
        """What it was told last."""
        return self.told[-1] if self.told else None

    def is_steered(self, now: datetime, lives_s: float) -> bool:
        """Whether what it is told counts at all."""
        return (
            self.resource.keeps_setpoints
            and self.disobeyed_at is None
            and self.known_from is not None
            and self.reading(Quantity.POWER_W, now, lives_s) is not None
        )

    def most_w(self, start_at: datetime, end_at: datetime, now: datetime, lives_s: float) -> float:
        """The most that it may draw between two instants.

        Args:
            start_at: From when on.
            end_at: Until when.
            now: The present instant.
            lives_s: How long readings count.
        """
        rated_w, known_from = self.resource.rated_w, self.known_from
        is_unknown = known_from is None or start_at < known_from
        if is_unknown or not self.is_steered(now, lives_s):
            return rated_w
        may_be = [self.resource.fallback_w]
        may_be += [
            one.watts
            for one in self.told
            if one.told_at < end_at and one.until_at + self.follows > start_at
        ]
        if start_at <= now:
            may_be.append(self.reading(Quantity.POWER_W, now, lives_s) or 0.0)
        return min(max(may_be), rated_w)

    def why(self, now: datetime, lives_s: float) -> str:
        """Why it counts as it does, in words."""
        resource, newest = self.resource, self.newest
        if not resource.rated_w:
            none = Said("It draws nothing, and what it gives makes no room")
            if self.disobeyed_at is None:
                return none
            return Said("%(none)s; it did not give what it was told", none=none)
        causes = (
            (not resource.keeps_setpoints, Said("it was not seen to keep to setpoints")),
            (self.reading(Quantity.POWER_W, now, lives_s) is None, Said("its power is not told")),
            (self.disobeyed_at is not None, Said("it drew more than it may")),
            (self.known_from is None or now < self.known_from, Said("the server has just started")),
        )
        for is_so, cause in causes:
            if is_so:
                return Said(
                    "Counts at its rating of %(rated)g kW: %(cause)s",
                    rated=resource.rated_w / 1000,
                    cause=cause,
                )
        if newest is None or newest.until_at <= now:
            return Said(
                "Counts at its fallback of %(fallback)g kW: nothing is told",
                fallback=resource.fallback_w / 1000,
            )
        in_force = [one for one in self.told if one.until_at + self.follows > now]
        if any(one.watts > newest.watts for one in in_force):
            return Said(
                "Counts at what it was told before, until that lapses: it may not have heard"
            )
        return Said("Counts at what it is told")

    def _allowed_w(self, watts: float) -> float:
        """What it may be seen to draw under a setpoint."""
        return max(watts, self.resource.fallback_w, 0.0) + self.resource.slack_w

    def _note_whether_on(self, power_w: float, at: datetime) -> None:
        stands_by = isinstance(self.resource.kind, StandbySource)
        if (-power_w if stands_by else power_w) > self.resource.slack_w:
            self.on_since, self.off_since = self.on_since or at, None
        else:
            self.on_since, self.off_since = None, self.off_since or at

    def _note_obedience(self, power_w: float, at: datetime) -> bool:
        was_obedient = self.disobeyed_at is None
        if power_w > self._may_draw_w(at) or self._falls_short(power_w, at):
            self.disobeyed_at = at
            return was_obedient and self.resource.keeps_setpoints
        if self.disobeyed_at is not None and at - self.disobeyed_at >= _BELIEVED_AGAIN_AFTER:
            self.disobeyed_at = None
        return False

    def _may_draw_w(self, at: datetime) -> float:
        """What it may be seen to draw."""
        if self.known_from is None or at < self.known_from:
            return self._allowed_w(self.resource.rated_w)
        in_force = [one.watts for one in self.told if one.until_at + self.follows > at]
        return self._allowed_w(max(in_force, default=0.0))

    def _falls_short(self, power_w: float, at: datetime) -> bool:
        """Whether a source that stands by gives less than it has been told for long enough."""
        kind = self.resource.kind
        if not isinstance(kind, StandbySource):
            return False
        up_at = at - timedelta(seconds=kind.starts_s) - self.follows
        course = [one for one in self.told if one.told_at <= up_at][-1:]
        course += [one for one in self.told if one.told_at > up_at]
        ends = [*(one.told_at for one in course[1:]), at]
        pairs = zip(course, ends, strict=False)
        if not course or course[0].told_at > up_at or any(x.until_at <= end for x, end in pairs):
            return False
        return -power_w < min(-one.watts for one in course) - self.resource.slack_w
