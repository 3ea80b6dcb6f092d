"""Commands about charging profiles (OCPP 1.6 §3.13, 2.0.1 K)."""

from typing import Annotated, ClassVar

from msgspec import Meta

from csms.domain.charging_profile import (
    ChargingProfile,
    CompositeSchedule,
    LimitSource,
    ProfilePurpose,
)
from csms.domain.commands.outcome import Command, Job, Outcome
from csms.domain.identity import EvseNumber
from csms.domain.station import RateUnit

_LONGEST_S = 7 * 86_400


class CompositeOutcome(Outcome, frozen=True, kw_only=True):
    """A composite schedule, None if the station gave none."""

    schedule: CompositeSchedule | None = None


class SetProfile(Command[Outcome], frozen=True, kw_only=True, tag="set_profile"):
    """Install a charging profile at an EVSE (0: the station)."""

    evse_number: EvseNumber
    profile: ChargingProfile


class ClearProfiles(Command[Outcome], frozen=True, kw_only=True, tag="clear_profiles"):
    """Remove all profiles that match every criterion given."""

    profile_id: int | None = None
    evse_number: EvseNumber | None = None
    purpose: ProfilePurpose | None = None
    stack_level: int | None = None


class RequestProfiles(Job[Outcome], frozen=True, kw_only=True, tag="request_profiles"):
    """Ask for the profiles that the station holds; they come as `ProfilesTold` (2.0.1 K09).

    Attributes:
        evse_number: None: of all EVSEs and the station; 0: those of the station only.
        profile_ids: Instead of any other criterion.
    """

    evse_number: EvseNumber | None = None
    purpose: ProfilePurpose | None = None
    stack_level: int | None = None
    profile_ids: tuple[int, ...] = ()
    sources: tuple[LimitSource, ...] = ()


class ReadCompositeSchedule(
    Command[CompositeOutcome], frozen=True, kw_only=True, tag="composite_schedule"
):
    """Ask what the station will allow at an EVSE."""

    outcome_type: ClassVar[type[Outcome]] = CompositeOutcome
    evse_number: EvseNumber
    duration_s: Annotated[int, Meta(ge=1, le=_LONGEST_S)] = 3600
    unit: RateUnit | None = None
