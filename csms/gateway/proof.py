"""What a station's request tells of who it is (HTTP Basic authentication, RFC 7617)."""

import base64
import binascii
from collections.abc import Iterable
from typing import Final

_SCHEME: Final = "basic"
_NOBODY: Final = b""
"""In place of a password that cannot be read or is given under another name: it is never right."""


def names_of(path: str, station_id: str) -> tuple[str, ...]:
    """The user names that a station may give: its identity, or as its URL spells it.

    OCPP 2.0.1 A00.FR.204: "as it uses it in the OCPP-J connection URL"; some stations take that to
    be the percent-encoded spelling.
    """
    segment = path.partition("?")[0].rpartition("/")[2]
    return (station_id,) if segment == station_id else (station_id, segment)


def read_password(authorization: str | None, names: Iterable[str]) -> bytes | None:
    """The password of an `Authorization` header, None if there is no header.

    The name is known, so it does not matter that it or the password may have a colon in it. The
    password is bytes: a 1.6 station may send its key as it is (OCPP-J 1.6 §6.2.1).

    Args:
        authorization: The header's value.
        names: User names that are the station's.
    """
    if authorization is None:
        return None
    scheme, _, encoded = authorization.strip().partition(" ")
    if scheme.lower() != _SCHEME:
        return _NOBODY
    encoded = encoded.strip().rstrip("=")
    try:
        pair = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return _NOBODY
    for name in names:
        prefix = f"{name}:".encode()
        if pair.startswith(prefix):
            return pair[len(prefix) :]
    return _NOBODY
