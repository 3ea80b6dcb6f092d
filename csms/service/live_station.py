"""The present state of one station."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from csms.domain.charging_profile import LimitSource
from csms.domain.commands import SettingName
from csms.domain.device_model import VariableName
from csms.domain.dialect import StationMake
from csms.domain.events import StationEvent
from csms.domain.external_limit import ExternalLimit
from csms.domain.identity import StationId
from csms.domain.profile_form import ProfileForm
from csms.domain.settings import SettingState
from csms.domain.station import Capabilities, Registration
from csms.domain.station_clock import StationClock


@dataclass(slots=True, kw_only=True)
class LiveStation:
    """What is known of one station.

    Attributes:
        protocol: The version that it spoke last, None if it has never connected.
        is_ready: Set up since it last connected or booted.
        is_configured: Its settings were written since then.
        connected_at: Distinguishes its connections.
        gone_at: When it was last seen to be gone; None: it is connected, or has yet to come.
        has_reported: Whether it has ever told anything.
        is_expected: Whether an operator has announced or adopted it, though no site file lists it.
        heard_at: When it last told anything, since the start; None: nothing yet.
        doubts: How often it has come anew, or may have lost its profiles: what was set up before
            that counts for nothing.
        is_to_tell: It has booted, and has not been asked yet whether it still holds its fallback.
        setting_up: The task that sets it up.
        set_up_at: When to set it up; None: at once.
        clock: How far its clock is off.
        booted_at: When it booted last; None: never, as far as is known.
        registration: What its last boot was answered.
        wanted_registration: What an operator wants its next one to be; None: its site says.
        waiting: How many commands wait for it.
        settings: Those that are wanted in a certain way, by their names.
        message_limits: How many parts or bytes requests to it may have, as far as it was asked;
            None: it does not say.
        asked_for: What it may say though it is not accepted yet, as it was asked for it.
        make: Its make, None while it has not introduced itself.
        refusals: How often in a row it refused forms of profiles, since it last booted, that others
            of its make have taken.
        external_limits: By source and EVSE; the plan gives no more than they allow.
    """

    station_id: StationId
    protocol: str | None = None
    is_connected: bool = False
    is_ready: bool = False
    is_configured: bool = False
    connected_at: datetime | None = None
    gone_at: datetime | None = None
    booted_at: datetime | None = None
    has_reported: bool = False
    is_expected: bool = False
    heard_at: datetime | None = None
    doubts: int = 0
    is_to_tell: bool = False
    setting_up: "asyncio.Task[None] | None" = None
    set_up_at: datetime | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)
    clock: StationClock = field(default_factory=StationClock)
    registration: Registration = Registration.ACCEPTED
    wanted_registration: Registration | None = None
    waiting: int = 0
    settings: Mapping[str, SettingState] = field(default_factory=dict)
    message_limits: dict[VariableName | SettingName, int | None] = field(default_factory=dict)
    asked_for: set[type[StationEvent[Any]]] = field(default_factory=set)
    make: StationMake | None = None
    refusals: Counter[ProfileForm] = field(default_factory=Counter)
    external_limits: dict[tuple[LimitSource, int | None], ExternalLimit] = field(
        default_factory=dict
    )

    def set_up_anew(self, at: datetime | None) -> None:
        """What was set up counts for nothing; it is set up again, at an instant or at once."""
        self.is_ready = self.is_configured = False
        self.set_up_at = at
        self.doubts += 1

    def ask_anew(self) -> None:
        """What it can do is asked again, and what it refused is tried again."""
        self.capabilities = replace(self.capabilities, is_told=False)
        self.refusals.clear()

    def limit_told(self, limit: ExternalLimit) -> None:
        """Somebody else limits it, or one of its EVSEs."""
        self.external_limits[limit.source, limit.evse_number] = limit

    def limit_released(self, source: LimitSource, evse_number: int | None) -> None:
        """Somebody else limits an EVSE no longer; None: nor anything of the station."""
        for key in list(self.external_limits):
            if key[0] is source and evse_number in (None, key[1]):
                del self.external_limits[key]
