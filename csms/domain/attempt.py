"""Stations that have tried to connect and were not let in, or wait to be adopted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from csms.domain.identity import StationId
from csms.domain.security import Proof, SecurityProfile
from csms.domain.station import StationModel


class StrangerPolicy(StrEnum):
    """What becomes of stations that no site knows."""

    GUEST = "guest"
    """They are let in where a site has a place and room for a guest."""
    HOLD = "hold"
    """Their boots are answered with Pending until an operator adopts them."""
    REFUSE = "refuse"
    """They are turned away; an operator may adopt them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """All that is remembered of a station's attempts.

    Attributes:
        station_id: Who it says to be.
        cause: Why it was not let in the last time, in words.
        address: Where it came from.
        offered: Subprotocols that it speaks.
        profile: The security profile that it tried.
        is_refused: Whether an operator has refused it.
        model: How it introduced itself, if it was heard.
    """

    station_id: StationId
    cause: str
    address: str
    offered: tuple[str, ...]
    profile: SecurityProfile
    first_at: datetime
    last_at: datetime
    count: int = 1
    is_refused: bool = False
    model: StationModel | None = None


def tried_profile(proof: Proof) -> SecurityProfile:
    """The security profile that somebody tries who brings this."""
    if proof.certificate is not None:
        return SecurityProfile.TLS_CERTIFICATE
    if proof.password is None:
        return SecurityProfile.NONE
    return SecurityProfile.TLS_PASSWORD if proof.has_tls else SecurityProfile.PASSWORD
