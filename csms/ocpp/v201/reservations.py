"""Reservations, to the station and from it (H01 to H04)."""

from typing import Final

from csms.domain.commands import CancelReservation, Reserve
from csms.domain.identity import StationId
from csms.domain.notices import ReservationEnded, ReservationEnding
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v201.requests import numbered
from csms.ocpp.v201.tokens import write_token
from csms.ocpp.wire import drop_absent, format_time

_ENDING: Final = {"Expired": ReservationEnding.EXPIRED, "Removed": ReservationEnding.REMOVED}


def encode_reserve(command: Reserve) -> JsonObject:
    """ReserveNowRequest (H01); no EVSE named: any."""
    return drop_absent(
        {
            "id": numbered(command.reservation_id, "reservation_id"),
            "expiryDateTime": format_time(command.expires_at),
            "connectorType": command.connector_kind,
            "idToken": write_token(command.id_token),
            "evseId": command.evse_number or None,
            "groupIdToken": command.group and write_token(command.group),
        }
    )


def encode_cancel(command: CancelReservation) -> JsonObject:
    """CancelReservationRequest (H02)."""
    return {"reservationId": command.reservation_id}


def decode_ended(station_id: StationId, call: Payload) -> ReservationEnded:
    """ReservationStatusUpdateRequest (H01.FR.16, H04)."""
    return ReservationEnded(
        station_id=station_id,
        reservation_id=call.reservationId,
        ending=_ENDING[call.reservationUpdateStatus],
    )
