"""What wakes the parts of a site: its planner, its guard, and whoever watches or sets up."""

import asyncio

from csms.domain.identity import EvseId
from csms.domain.resource import ResourceId


class WakeUps:
    """The flags that wake the parts of a site.

    Attributes:
        dirty: Set when something happens that a plan may depend on.
        awaited: Set when a vehicle waits for the next plan, and not for the gap before it.
        urgent: Set when something happens that a plan must answer at once.
        pressing: Set when something happens that cannot wait for a plan.
        newcomers: Where vehicles have come that nobody has looked at yet, in that order.
        changed: Set when something happens that somebody may want to see.
        metered: Set when a meter of a station or of a feeder has been read.
        unready: Set when there is a station to be set up.
        setpoints: Set when there are setpoints to be sent.
        setpoints_due: Resources with a setpoint to be sent.
    """

    def __init__(self) -> None:
        self.dirty = asyncio.Event()
        self.awaited = asyncio.Event()
        self.urgent = asyncio.Event()
        self.pressing = asyncio.Event()
        self.newcomers: dict[EvseId, None] = {}
        self.changed = asyncio.Event()
        self.metered = asyncio.Event()
        self.unready = asyncio.Event()
        self.setpoints = asyncio.Event()
        self.setpoints_due: dict[ResourceId, None] = {}

    def mark(self) -> None:
        """Something has happened that a plan may depend on."""
        self.dirty.set()
        self.changed.set()

    def alarm(self) -> None:
        """Something has happened that a plan must answer at once."""
        self.urgent.set()
        self.expect()

    def expect(self) -> None:
        """A vehicle waits for its first limit."""
        self.pressing.set()
        self.want_back()

    def want_back(self) -> None:
        """A vehicle waits for the next plan: what others have of its room is not free at once."""
        self.awaited.set()
        self.mark()

    def attended(self) -> None:
        """A plan is about to answer all that has happened so far."""
        for event in (self.dirty, self.awaited, self.urgent):
            event.clear()

    def note(self) -> None:
        """Something has happened that can wait for the next plan."""
        self.changed.set()
