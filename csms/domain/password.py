"""Stations' passwords: how they are written, made, and recognised on the wire."""

import re
import string
from typing import Final

from csms.domain.errors import InvalidInputError
from csms.language.said import Said

SHORTEST: Final = 16
LONGEST: Final = 40
"""OCPP 2.0.1 A00.FR.205; in the 1.6 security whitepaper up to 20 bytes in hexadecimal digits."""

PASSWORD_SETTINGS: Final = frozenset(
    {"basic_auth_password", "authorizationkey", "securityctrlr.basicauthpassword"}
)
"""Names of a station's setting that holds its password, in lower case."""

_HEX: Final = re.compile(rb"(?:[0-9A-Fa-f]{2}){16,20}")
_ALLOWED: Final = frozenset(string.ascii_letters + string.digits + string.punctuation)


def check_password(password: str) -> None:
    """Make sure that a password can be a station's.

    Raises:
        InvalidInputError: It is too short, too long, or has other characters than plain ones.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInputError(
            "password",
            Said(
                "expected %(least)s to %(most)s characters, got %(came)s",
                least=SHORTEST,
                most=LONGEST,
                came=len(password),
            ),
        )
    if not _ALLOWED.issuperset(password):
        message = Said("expected letters, digits and punctuation of ASCII, without spaces")
        raise InvalidInputError("password", message)


def canonical(password: bytes) -> bytes:
    """A password as it is compared: hexadecimal digits count as the bytes that they stand for.

    A 1.6 station is given its AuthorizationKey in hexadecimal digits. Some send these digits, in
    either case, and others the bytes (OCPP-J 1.6 §6.2.1).
    """
    return bytes.fromhex(password.decode("ascii")) if _HEX.fullmatch(password) else password
