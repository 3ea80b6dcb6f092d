"""Id tokens: verdicts, local lists, reservations (OCPP 1.6 §3.5, §3.9 to §3.11)."""

from typing import Final

from csms.domain.authorization import Authorization, IdToken, TokenStatus
from csms.domain.commands import (
    CancelReservation,
    ClearCache,
    CommandStatus,
    ListEntry,
    ListUpdate,
    ListVersionOutcome,
    ReadListVersion,
    Reserve,
    SendLocalList,
)
from csms.domain.events import AuthorizationAsked
from csms.domain.identity import StationId
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v16.words import write_number, write_text, write_token
from csms.ocpp.wire import drop_absent, format_time

_TOKEN_STATUS: Final = {
    TokenStatus.NO_CREDIT: "Blocked",
    TokenStatus.NOT_AT_THIS_KIND_OF_EVSE: "Invalid",
    TokenStatus.NOT_AT_THIS_LOCATION: "Invalid",
    TokenStatus.NOT_AT_THIS_TIME: "Invalid",
    TokenStatus.UNKNOWN: "Invalid",
}
"""Verdicts that 1.6 has no word of its own for (§7.2)."""
_UPDATE: Final = {ListUpdate.FULL: "Full", ListUpdate.DIFFERENTIAL: "Differential"}
_LONGEST_GROUP: Final = 20


def decode_authorize(station_id: StationId, call: Payload) -> AuthorizationAsked:
    """Authorize.req (§6.1)."""
    return AuthorizationAsked(station_id=station_id, id_token=IdToken(call.idTag))


def encode_authorize(reply: Authorization) -> JsonObject:
    """Authorize.conf (§6.2)."""
    return {"idTagInfo": write_verdict(reply)}


def write_verdict(verdict: Authorization) -> JsonObject:
    """Write a verdict as an answer (§7.27).

    A group that is too long for 1.6 goes unsaid: the driver is let in or not all the same.
    """
    group = verdict.group
    return _id_tag_info(verdict, None if group and len(group) > _LONGEST_GROUP else group)


def encode_clear_cache(_command: ClearCache) -> JsonObject:
    """ClearCache.req (§6.11)."""
    return {}


def encode_send_list(command: SendLocalList) -> JsonObject:
    """SendLocalList.req (§6.41)."""
    if len({entry.id_token for entry in command.entries}) < len(command.entries):
        raise NotExpressibleError("OCPP 1.6 expects every token of a local list only once")
    return drop_absent(
        {
            "listVersion": command.version,
            "localAuthorizationList": [
                _write_entry(entry, command.update) for entry in command.entries
            ]
            or None,
            "updateType": _UPDATE[command.update],
        }
    )


def encode_read_list_version(_command: ReadListVersion) -> JsonObject:
    """GetLocalListVersion.req (§6.27)."""
    return {}


def decode_list_version(_command: ReadListVersion, answer: Payload) -> ListVersionOutcome:
    """GetLocalListVersion.conf (§6.28)."""
    return ListVersionOutcome(status=CommandStatus.ACCEPTED, version=answer.listVersion)


def encode_reserve(command: Reserve) -> JsonObject:
    """ReserveNow.req (§6.37)."""
    if command.connector_kind is not None:
        raise NotExpressibleError("OCPP 1.6 cannot reserve by the kind of connector")
    return drop_absent(
        {
            "connectorId": command.evse_number,
            "expiryDate": format_time(command.expires_at),
            "idTag": write_token(command.id_token),
            "parentIdTag": command.group and write_token(command.group),
            "reservationId": write_number(command.reservation_id, "the reservation"),
        }
    )


def encode_cancel_reservation(command: CancelReservation) -> JsonObject:
    """CancelReservation.req (§6.5)."""
    return {"reservationId": command.reservation_id}


def _write_entry(entry: ListEntry, update: ListUpdate) -> JsonObject:
    """Write a token of a list (§7.1)."""
    verdict = entry.verdict
    if verdict is None and update is ListUpdate.FULL:
        raise NotExpressibleError("OCPP 1.6 expects a verdict for every token of a full list")
    return drop_absent(
        {"idTag": write_token(entry.id_token), "idTagInfo": verdict and _write_listed(verdict)}
    )


def _write_listed(verdict: Authorization) -> JsonObject:
    """Write a verdict for a station to keep: a group that cannot be said would be lost for good."""
    group = verdict.group
    return _id_tag_info(verdict, group and write_text(group, _LONGEST_GROUP, "a token's group"))


def _id_tag_info(verdict: Authorization, group: str | None) -> JsonObject:
    return drop_absent(
        {
            "status": _TOKEN_STATUS.get(verdict.status, str(verdict.status)),
            "expiryDate": verdict.expires_at and format_time(verdict.expires_at),
            "parentIdTag": group,
        }
    )
