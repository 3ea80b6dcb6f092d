"""Certificates and security, to the station and from it (A02 to A04, M01 to M06)."""

from typing import Final

from csms.domain.certificates import (
    CertificateHash,
    CertificateUse,
    HashAlgorithm,
    InstalledCertificate,
    SigningUse,
    StatusQuery,
)
from csms.domain.commands import (
    CertificatesOutcome,
    DeleteCertificate,
    DeliverCertificate,
    InstallCertificate,
    ReadCertificates,
)
from csms.domain.identity import StationId
from csms.domain.notices import (
    CertificateStatusAsked,
    CertificateStatusReply,
    SecurityNoticed,
    SigningAsked,
    VehicleCertificateAsked,
    VehicleCertificateReply,
)
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v201.answers import make_outcome, write_reason
from csms.ocpp.wire import drop_absent, parse_time

_ROOT: Final = {
    CertificateUse.CSMS_ROOT: "CSMSRootCertificate",
    CertificateUse.MANUFACTURER_ROOT: "ManufacturerRootCertificate",
    CertificateUse.MO_ROOT: "MORootCertificate",
    CertificateUse.V2G_ROOT: "V2GRootCertificate",
}
_USE: Final = {**_ROOT, CertificateUse.V2G_CHAIN: "V2GCertificateChain"}
_USE_OF: Final = {word: use for use, word in _USE.items()}
_SIGNING: Final = {
    SigningUse.STATION: "ChargingStationCertificate",
    SigningUse.V2G: "V2GCertificate",
}
_SIGNING_OF: Final = {word: use for use, word in _SIGNING.items()}


def encode_install(command: InstallCertificate) -> JsonObject:
    """InstallCertificateRequest (M05).

    Raises:
        NotExpressibleError: It is no root; a chain is delivered, not installed.
    """
    if command.use not in _ROOT:
        raise NotExpressibleError(f"expected a root certificate, got {command.use}")
    return {"certificateType": _ROOT[command.use], "certificate": command.pem}


def encode_delete(command: DeleteCertificate) -> JsonObject:
    """DeleteCertificateRequest (M04)."""
    return {"certificateHashData": write_hash(command.certificate)}


def encode_read_certificates(command: ReadCertificates) -> JsonObject:
    """GetInstalledCertificateIdsRequest (M03)."""
    return {"certificateType": [_USE[use] for use in command.uses]} if command.uses else {}


def decode_certificates(_command: ReadCertificates, answer: Payload) -> CertificatesOutcome:
    """GetInstalledCertificateIdsResponse (M03)."""
    certificates = tuple(
        InstalledCertificate(
            use=_USE_OF[chain.certificateType],
            hash=_read_hash(chain.certificateHashData),
            children=tuple(map(_read_hash, chain.childCertificateHashData or ())),
        )
        for chain in answer.certificateHashDataChain or ()
    )
    return make_outcome(
        CertificatesOutcome, answer.status, answer.statusInfo, certificates=certificates
    )


def encode_deliver(command: DeliverCertificate) -> JsonObject:
    """CertificateSignedRequest (A02, A03)."""
    return drop_absent(
        {
            "certificateChain": command.chain,
            "certificateType": command.use and _SIGNING[command.use],
        }
    )


def decode_signing(station_id: StationId, call: Payload) -> SigningAsked:
    """SignCertificateRequest (A02, A03)."""
    use = call.certificateType
    return SigningAsked(
        station_id=station_id,
        request=call.csr,
        use=SigningUse.STATION if use is None else _SIGNING_OF[use],
        is_for_both=use is None,
    )


def decode_security(station_id: StationId, call: Payload) -> SecurityNoticed:
    """SecurityEventNotificationRequest (A04)."""
    return SecurityNoticed(
        station_id=station_id,
        kind=call.type,
        at=parse_time(call.timestamp),
        detail=call.techInfo,
    )


def decode_vehicle_certificate(station_id: StationId, call: Payload) -> VehicleCertificateAsked:
    """Get15118EVCertificateRequest (M01, M02)."""
    return VehicleCertificateAsked(
        station_id=station_id,
        schema=call.iso15118SchemaVersion,
        is_update=call.action == "Update",
        exi=call.exiRequest,
    )


def encode_vehicle_certificate(reply: VehicleCertificateReply) -> JsonObject:
    """Get15118EVCertificateResponse (M01, M02)."""
    return drop_absent(
        {
            "status": "Accepted" if reply.is_accepted else "Failed",
            "exiResponse": reply.exi,
            "statusInfo": write_reason(reply.cause),
        }
    )


def decode_certificate_status(station_id: StationId, call: Payload) -> CertificateStatusAsked:
    """GetCertificateStatusRequest (M06)."""
    return CertificateStatusAsked(station_id=station_id, query=read_query(call.ocspRequestData))


def encode_certificate_status(reply: CertificateStatusReply) -> JsonObject:
    """GetCertificateStatusResponse (M06)."""
    return drop_absent(
        {
            "status": "Accepted" if reply.ocsp else "Failed",
            "ocspResult": reply.ocsp or None,
            "statusInfo": write_reason(reply.cause),
        }
    )


def write_hash(certificate: CertificateHash) -> JsonObject:
    """A CertificateHashDataType (part 2 §2.6)."""
    return {
        "hashAlgorithm": certificate.algorithm,
        "issuerNameHash": certificate.issuer_name,
        "issuerKeyHash": certificate.issuer_key,
        "serialNumber": certificate.serial,
    }


def read_query(written: Payload) -> StatusQuery:
    """An OCSPRequestDataType (part 2 §2.36)."""
    return StatusQuery(certificate=_read_hash(written), responder_url=written.responderURL)


def _read_hash(written: Payload) -> CertificateHash:
    return CertificateHash(
        algorithm=HashAlgorithm(written.hashAlgorithm),
        issuer_name=written.issuerNameHash,
        issuer_key=written.issuerKeyHash,
        serial=written.serialNumber,
    )
