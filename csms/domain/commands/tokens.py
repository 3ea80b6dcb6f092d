"""Commands about id tokens that a station knows by itself, and reservations (2.0.1 C11, D, H)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from csms.domain.authorization import Authorization, IdToken
from csms.domain.commands.outcome import Command, Outcome
from csms.domain.identity import WHOLE_STATION, EvseNumber


class ClearCache(Command[Outcome], frozen=True, tag="clear_cache"):
    """Have the station forget all verdicts that it has kept (1.6 §5.4, 2.0.1 C11)."""


class ListUpdate(StrEnum):
    """How a list is sent."""

    FULL = "full"
    DIFFERENTIAL = "differential"


class ListEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A token of a local list.

    Attributes:
        verdict: None takes the token off the list (differential only).
    """

    id_token: IdToken
    verdict: Authorization | None = None


class SendLocalList(Command[Outcome], frozen=True, kw_only=True, tag="send_local_list"):
    """Tell the station which tokens it may accept by itself (1.6 §5.15, 2.0.1 D01).

    A full list without entries removes it.
    """

    version: Annotated[int, Meta(ge=1)]
    update: ListUpdate = ListUpdate.FULL
    entries: tuple[ListEntry, ...] = ()


class ListVersionOutcome(Outcome, frozen=True, kw_only=True):
    """The version of the station's list.

    Attributes:
        version: 0: it holds none; -1: it knows no local lists (1.6 §5.10); None: not told.
    """

    version: int | None = None


class ReadListVersion(Command[ListVersionOutcome], frozen=True, tag="read_list_version"):
    """Ask for the version of the station's local list (1.6 §5.10, 2.0.1 D02)."""

    outcome_type: ClassVar[type[Outcome]] = ListVersionOutcome


class Reserve(Command[Outcome], frozen=True, kw_only=True, tag="reserve"):
    """Keep an EVSE, or any, for a token (1.6 §5.13, 2.0.1 H01).

    Attributes:
        reservation_id: None: whoever sends it gives it one; a known one replaces it.
        evse_number: 0: any EVSE.
        connector_kind: The kind of connector wanted, in the words of OCPP (2.0.1).
    """

    id_token: IdToken
    expires_at: datetime
    reservation_id: int | None = None
    evse_number: EvseNumber = WHOLE_STATION
    connector_kind: str | None = None
    group: IdToken | None = None


class CancelReservation(Command[Outcome], frozen=True, tag="cancel_reservation"):
    """Give a reservation up (1.6 §5.1, 2.0.1 H02)."""

    reservation_id: int
