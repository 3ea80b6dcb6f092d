"""What keys and signatures are strong enough (OCPP 2.0.1 A00.FR.501-506)."""

from typing import Final, Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

_RSA_BITS: Final = 2048
_CURVE_BITS: Final = 224
_HASH_BITS: Final = 224
"""SHA-1 and MD5 have fewer."""


class _Signed(Protocol):
    @property
    def signature_hash_algorithm(self) -> hashes.HashAlgorithm | None: ...

    @property
    def signature_algorithm_oid(self) -> x509.ObjectIdentifier: ...


def weakness_of_key(key: PublicKeyTypes) -> str | None:
    """What makes a key too weak, as what was expected and what came; None: it is strong."""
    match key:
        case rsa.RSAPublicKey(key_size=bits) if bits < _RSA_BITS:
            return f"expected an RSA key of at least {_RSA_BITS} bits, got {bits}"
        case ec.EllipticCurvePublicKey(key_size=bits) if bits < _CURVE_BITS:
            return f"expected a curve of at least {_CURVE_BITS} bits, got {bits}"
        case (
            rsa.RSAPublicKey()
            | ec.EllipticCurvePublicKey()
            | ed25519.Ed25519PublicKey()
            | ed448.Ed448PublicKey()
        ):
            return None
        case _:
            return f"expected an RSA or elliptic curve key, got {type(key).__name__.lstrip('_')}"


def weakness_of(signed: x509.Certificate | x509.CertificateSigningRequest) -> str | None:
    """What makes a certificate or a request too weak: its key, or how it was signed."""
    weakness = weakness_of_key(signed.public_key())
    if weakness is not None:
        return weakness
    return weakness_of_signature(signed)


def weakness_of_signature(signed: _Signed) -> str | None:
    """What makes the way in which something was signed too weak; None: it is strong."""
    try:
        algorithm = signed.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return f"expected SHA-256 or better, got {signed.signature_algorithm_oid.dotted_string}"
    if algorithm is not None and algorithm.digest_size * 8 < _HASH_BITS:
        return f"expected a signature with SHA-256 or better, got {algorithm.name}"
    return None
