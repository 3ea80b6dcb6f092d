"""Certificates (OCPP 1.6 security whitepaper A02, A03, M03 to M05)."""

from typing import Final

from csms.domain.certificates import CertificateUse, InstalledCertificate, SigningUse
from csms.domain.commands import (
    CertificatesOutcome,
    DeleteCertificate,
    DeliverCertificate,
    InstallCertificate,
    ReadCertificates,
)
from csms.domain.identity import StationId
from csms.domain.notices import Agreement, SigningAsked
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import JsonObject
from csms.ocpp.payloads import read_hash, write_hash
from csms.ocpp.schemas import Payload
from csms.ocpp.v16.words import read_status

_USE: Final = {
    CertificateUse.CSMS_ROOT: "CentralSystemRootCertificate",
    CertificateUse.MANUFACTURER_ROOT: "ManufacturerRootCertificate",
}


def encode_install(command: InstallCertificate) -> JsonObject:
    """InstallCertificate.req (whitepaper §5.11)."""
    return {"certificateType": _write_use(command.use), "certificate": command.pem}


def encode_delete(command: DeleteCertificate) -> JsonObject:
    """DeleteCertificate.req (whitepaper §5.3)."""
    return {"certificateHashData": write_hash(command.certificate)}


def encode_read_certificates(command: ReadCertificates) -> JsonObject:
    """GetInstalledCertificateIds.req (whitepaper §5.7), which asks for one use at a time."""
    if len(command.uses) != 1:
        raise NotExpressibleError(
            "OCPP 1.6 tells certificates of one use at a time: "
            f"expected {' or '.join(_USE)}, got {len(command.uses)} uses"
        )
    return {"certificateType": _write_use(command.uses[0])}


def decode_certificates(command: ReadCertificates, answer: Payload) -> CertificatesOutcome:
    """GetInstalledCertificateIds.conf (whitepaper §5.8)."""
    status, word = read_status(answer.status)
    (use,) = command.uses
    return CertificatesOutcome(
        status=status,
        answer=word,
        certificates=tuple(
            InstalledCertificate(use=use, hash=read_hash(told))
            for told in answer.certificateHashData or ()
        ),
    )


def encode_deliver(command: DeliverCertificate) -> JsonObject:
    """CertificateSigned.req (whitepaper §5.1); the certificate is the station's own."""
    if command.use is SigningUse.V2G:
        raise NotExpressibleError("OCPP 1.6 has no certificates for V2G")
    return {"certificateChain": command.chain}


def decode_signing(station_id: StationId, call: Payload) -> SigningAsked:
    """SignCertificate.req (whitepaper §5.17)."""
    return SigningAsked(station_id=station_id, request=call.csr)


def encode_signing(reply: Agreement) -> JsonObject:
    """SignCertificate.conf (whitepaper §5.18); it has no room for a cause."""
    return {"status": "Accepted" if reply.is_accepted else "Rejected"}


def _write_use(use: CertificateUse) -> str:
    if use not in _USE:
        raise NotExpressibleError(f"OCPP 1.6 has no certificates of use {use}")
    return _USE[use]
