"""Errors of limits, of whoever gives them, and of what they would do.

ChargeFlexError
├── NotLimitedError          a limit to be lifted that nobody has imposed
├── ConnectorNotLimitedError  a connector's limit that the operator has not given
├── UnknownPartyError        whoever asks is no grid company that is known
├── NoEnvelopeError          it is not known just now what a feeder can shed
├── NoWhatIfError            it cannot be found out what another limit would do
├── NotOfferedError          a feeder cannot shed what is asked for
└── NotYoursError            a grid company asks for what is not its own to limit
"""

from datetime import datetime

from csms.domain.errors import ChargeFlexError, whole
from csms.language.said import Said


class NotLimitedError(ChargeFlexError):
    """Nobody has imposed the limit that is to be lifted."""

    def __init__(self, feeder_id: str, party: str, from_at: datetime | None = None) -> None:
        parts = {"feeder": repr(feeder_id), "party": party}
        super().__init__(
            Said("feeder %(feeder)s is not limited by %(party)s", **parts)
            if from_at is None
            else Said(
                "feeder %(feeder)s is not limited by %(party)s from %(at)s on",
                **parts,
                at=from_at.isoformat(),
            )
        )
        self.feeder_id = feeder_id
        self.party = party


class ConnectorNotLimitedError(ChargeFlexError):
    """The operator does not limit the connector whose limit is asked for or to be released."""

    def __init__(self, evse: str) -> None:
        super().__init__(Said("connector %(name)s is not limited by the operator", name=repr(evse)))
        self.evse = evse


class UnknownPartyError(ChargeFlexError):
    """Whoever asks has not shown to be a grid company that is known."""


class NoEnvelopeError(ChargeFlexError):
    """It cannot be found out just now what a feeder can shed and take."""

    def __init__(self, feeder: str, cause: str) -> None:
        said = Said(
            "what feeder %(feeder)s can shed is not known: %(cause)s", feeder=feeder, cause=cause
        )
        super().__init__(whole(said, cause))
        self.feeder = feeder
        self.cause = cause


class NoWhatIfError(ChargeFlexError):
    """It cannot be found out just now what another limit would do."""

    def __init__(self, site_id: str, cause: str) -> None:
        said = Said(
            "what another limit would do at site %(site)s is not known: %(cause)s",
            site=site_id,
            cause=cause,
        )
        super().__init__(whole(said, cause))
        self.site_id = site_id
        self.cause = cause


class NotOfferedError(ChargeFlexError):
    """A feeder cannot shed, or take, what a grid company asks for, or not for so long.

    Attributes:
        most_w: What is on offer for that time.
    """

    def __init__(self, feeder: str, duration_s: float, shed_w: float, most_w: float) -> None:
        super().__init__(
            Said(
                "expected what feeder %(feeder)s offers, above 0 and at most %(most).0f W for "
                "%(duration)g s, got %(shed).0f W",
                feeder=feeder,
                most=most_w,
                duration=duration_s,
                shed=shed_w,
            )
        )
        self.most_w = most_w


class NotYoursError(ChargeFlexError):
    """A grid company asks for a feeder or a group that is not its own to limit."""

    def __init__(self, party: str, asked: str, own: str) -> None:
        super().__init__(f"expected one of {own or 'none'} from {party!r}, got {asked!r}")
        self.party = party
        self.asked = asked
