"""Id tokens: the verdict on them and what stations keep of it (C01, C07, C11, D01, D02)."""

from typing import Final

from csms.domain.authorization import Authorization, IdToken
from csms.domain.commands import (
    CommandStatus,
    ListEntry,
    ListUpdate,
    ListVersionOutcome,
    SendLocalList,
)
from csms.domain.events import AuthorizationAsked, ContractShown
from csms.domain.identity import StationId
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v201.certificates import read_query
from csms.ocpp.v201.display import write_text
from csms.ocpp.wire import drop_absent, format_time

_UPDATE: Final = {ListUpdate.FULL: "Full", ListUpdate.DIFFERENTIAL: "Differential"}


def decode_authorize(station_id: StationId, call: Payload) -> AuthorizationAsked | ContractShown:
    """AuthorizeRequest (C01, C07); additional tokens have no place in the model."""
    token = IdToken(call.idToken.idToken, call.idToken.type)
    if not call.certificate and not call.iso15118CertificateHashData:
        return AuthorizationAsked(station_id=station_id, id_token=token)
    return ContractShown(
        station_id=station_id,
        id_token=token,
        certificate=call.certificate,
        queries=tuple(map(read_query, call.iso15118CertificateHashData or ())),
    )


def encode_authorize(reply: Authorization) -> JsonObject:
    """AuthorizeResponse (C01, C07)."""
    return drop_absent(
        {"idTokenInfo": write_verdict(reply), "certificateStatus": reply.certificate}
    )


def encode_local_list(command: SendLocalList) -> JsonObject:
    """SendLocalListRequest (D01.FR.01); without entries a full one removes the list (D01.FR.04).

    Raises:
        NotExpressibleError: An entry of a full list says nothing of its token.
    """
    is_full = command.update is ListUpdate.FULL
    bare = next((entry for entry in command.entries if entry.verdict is None), None)
    if is_full and bare is not None:
        raise NotExpressibleError(
            f"expected a verdict on {bare.id_token.masked}, which a full list cannot take off"
        )
    entries = [_write_entry(entry) for entry in command.entries]
    return drop_absent(
        {
            "versionNumber": command.version,
            "updateType": _UPDATE[command.update],
            "localAuthorizationList": entries or None,
        }
    )


def decode_list_version(_command: object, answer: Payload) -> ListVersionOutcome:
    """GetLocalListVersionResponse (D02)."""
    return ListVersionOutcome(status=CommandStatus.ACCEPTED, version=answer.versionNumber)


def write_token(token: IdToken) -> JsonObject:
    """An IdTokenType (part 2 §2.28)."""
    return {"idToken": token.value, "type": token.kind}


def write_verdict(verdict: Authorization) -> JsonObject:
    """An IdTokenInfoType (part 2 §2.27)."""
    first, second, *_ = (*verdict.languages, None, None)
    group = verdict.group
    return drop_absent(
        {
            "status": str(verdict.status),
            "cacheExpiryDateTime": verdict.expires_at and format_time(verdict.expires_at),
            "chargingPriority": verdict.priority,
            "language1": first,
            "language2": second,
            "evseId": list(verdict.evse_numbers) or None,
            "groupIdToken": group and {"idToken": group, "type": verdict.group_kind},
            "personalMessage": verdict.message and write_text(verdict.message),
        }
    )


def _write_entry(entry: ListEntry) -> JsonObject:
    verdict = entry.verdict
    return drop_absent(
        {
            "idToken": write_token(entry.id_token),
            "idTokenInfo": verdict and write_verdict(verdict),
        }
    )
