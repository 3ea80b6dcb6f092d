"""Whether a certificate still holds, as its issuer says (OCSP, RFC 6960). Pure: nobody is asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from csms.domain.certificates import CertificateHash, HashAlgorithm
from csms.pki.strength import weakness_of, weakness_of_signature

_HASHES: Final[
    Mapping[HashAlgorithm, type[hashes.SHA256] | type[hashes.SHA384] | type[hashes.SHA512]]
] = {
    HashAlgorithm.SHA256: hashes.SHA256,
    HashAlgorithm.SHA384: hashes.SHA384,
    HashAlgorithm.SHA512: hashes.SHA512,
}
_SLACK: Final = timedelta(minutes=5)
"""A responder's clock may be so much off."""
_FRESH: Final = timedelta(days=1)
"""An answer that does not say until when it holds is looked at for so long."""


class OcspError(Exception):
    """Something is no answer to what was asked, or cannot be trusted; the text says why."""


@dataclass(frozen=True, slots=True)
class OcspAnswer:
    """What a responder says of one certificate. Nobody has looked yet at who has signed it.

    Attributes:
        response: The whole of what it said.
        status: Good, revoked, or not known to it.
        until: When there will be something newer to say; None: it does not tell.
    """

    response: ocsp.OCSPResponse
    status: ocsp.OCSPCertStatus
    until: datetime | None


def write_request(wanted: CertificateHash) -> bytes:
    """Ask about a certificate, in DER.

    Raises:
        OcspError: By these hashes there is none.
    """
    try:
        return (
            ocsp.OCSPRequestBuilder()
            .add_certificate_by_hash(
                bytes.fromhex(wanted.issuer_name),
                bytes.fromhex(wanted.issuer_key),
                int(wanted.serial, 16),
                _HASHES[wanted.algorithm](),
            )
            .build()
            .public_bytes(Encoding.DER)
        )
    except (ValueError, OverflowError) as error:
        raise OcspError(f"expected hashes and a serial number in hexadecimal: {error}") from error


def read_answer(content: bytes, wanted: CertificateHash, now: datetime) -> OcspAnswer:
    """Read what a responder has said of a certificate.

    Args:
        content: In DER.
        wanted: Which certificate it was asked about.
        now: The present instant.

    Raises:
        OcspError: It is something else, or not of today.
    """
    try:
        response = ocsp.load_der_ocsp_response(content)
    except ValueError as error:
        raise OcspError("expected an OCSP response in DER") from error
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise OcspError(f"the responder said {response.response_status.name.lower()}")
    single = next((one for one in response.responses if _is_about(one, wanted)), None)
    if single is None:
        raise OcspError("expected an answer on the certificate that was asked about")
    until = single.next_update_utc
    if single.this_update_utc > now + _SLACK:
        raise OcspError(f"expected an answer of today, got one of {single.this_update_utc}")
    if now > (until or single.this_update_utc + _FRESH) + _SLACK:
        raise OcspError(f"expected an answer of today, got one that held until {until}")
    return OcspAnswer(response, single.certificate_status, until)


def hash_of(certificate: x509.Certificate, issuer: x509.Certificate) -> CertificateHash:
    """By what a responder knows a certificate."""
    built = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256()).build()
    return CertificateHash(
        algorithm=HashAlgorithm.SHA256,
        issuer_name=built.issuer_name_hash.hex(),
        issuer_key=built.issuer_key_hash.hex(),
        serial=f"{certificate.serial_number:x}",
    )


def responder_of(certificate: x509.Certificate) -> str | None:
    """Where a certificate says that its issuer can be asked; None: it does not."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (x509.ExtensionNotFound, ValueError):
        return None
    for one in access.value:
        is_ocsp = one.access_method == AuthorityInformationAccessOID.OCSP
        if is_ocsp and isinstance(one.access_location, x509.UniformResourceIdentifier):
            return one.access_location.value
    return None


def is_issuer(authority: x509.Certificate, wanted: CertificateHash) -> bool:
    """Whether an authority has issued a certificate, by the hashes."""
    algorithm = _HASHES[wanted.algorithm]()
    try:
        built = ocsp.OCSPRequestBuilder().add_certificate(authority, authority, algorithm).build()
    except (ValueError, UnsupportedAlgorithm):
        return False
    name = hashes.Hash(algorithm)
    name.update(authority.subject.public_bytes())
    hashed = (name.finalize().hex(), built.issuer_key_hash.hex())
    return hashed == (wanted.issuer_name.lower(), wanted.issuer_key.lower())


def check_signature(answer: OcspAnswer, issuers: Sequence[x509.Certificate], now: datetime) -> None:
    """See that an answer is signed by the certificate's issuer, or by one whom that has charged.

    Args:
        answer: The answer.
        issuers: Certificates of the issuer; they are trusted.
        now: The present instant.

    Raises:
        OcspError: It is not, or too weakly (RFC 6960 §4.2.2.2).
    """
    response = answer.response
    weakness = weakness_of_signature(response)
    if weakness is not None:
        raise OcspError(weakness)
    signers = [*issuers, *_delegates(response.certificates, issuers, now)]
    if not any(_has_signed(one, response) for one in signers):
        raise OcspError("expected an answer that the certificate's issuer has signed")


def _is_about(single: ocsp.OCSPSingleResponse, wanted: CertificateHash) -> bool:
    return (
        isinstance(single.hash_algorithm, _HASHES[wanted.algorithm])
        and single.issuer_name_hash.hex() == wanted.issuer_name.lower()
        and single.issuer_key_hash.hex() == wanted.issuer_key.lower()
        and single.serial_number == int(wanted.serial, 16)
    )


def _delegates(
    certificates: Iterable[x509.Certificate], issuers: Sequence[x509.Certificate], now: datetime
) -> list[x509.Certificate]:
    """Those that an issuer has charged with answering in its place."""
    return [
        one
        for one in certificates
        if _may_answer(one)
        and one.not_valid_before_utc <= now <= one.not_valid_after_utc
        and weakness_of(one) is None
        and any(_has_issued(issuer, one) for issuer in issuers)
    ]


def _may_answer(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage.value


def _has_issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False
    return True


def _has_signed(signer: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    signature, told = response.signature, response.tbs_response_bytes
    algorithm = response.signature_hash_algorithm
    try:
        match signer.public_key(), algorithm:
            case (ec.EllipticCurvePublicKey() as key, hashes.HashAlgorithm()):
                key.verify(signature, told, ec.ECDSA(algorithm))
            case (rsa.RSAPublicKey() as key, hashes.HashAlgorithm()):
                key.verify(signature, told, padding.PKCS1v15(), algorithm)
            case (ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey() as key, None):
                key.verify(signature, told)
            case _:
                return False
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
