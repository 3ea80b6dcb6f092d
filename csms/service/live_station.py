"""The present state of one station."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from csms.domain.identity import StationId
from csms.domain.station import Capabilities
from csms.domain.station_clock import StationClock


@dataclass(slots=True, kw_only=True)
class LiveStation:
    """What is known of one station.

    Attributes:
        protocol: The version that it spoke last, None if it has never connected.
        is_ready: Set up since it last connected or booted.
        connected_at: Distinguishes its connections.
        gone_at: When it was last seen to be gone; None: it is connected, or has yet to come.
        has_reported: Whether it has ever told anything.
        doubts: How often it has come anew, or may have lost its profiles: what was set up before
            that counts for nothing.
        setting_up: The task that sets it up.
        set_up_at: When to set it up; None: at once.
        clock: How far its clock is off.
    """

    station_id: StationId
    protocol: str | None = None
    is_connected: bool = False
    is_ready: bool = False
    connected_at: datetime | None = None
    gone_at: datetime | None = None
    has_reported: bool = False
    doubts: int = 0
    setting_up: "asyncio.Task[None] | None" = None
    set_up_at: datetime | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)
    clock: StationClock = field(default_factory=StationClock)
