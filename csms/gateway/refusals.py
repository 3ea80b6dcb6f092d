"""How stations are told that they may not come in."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, TypeAlias

from csms.service.ports import Refusal

Answer: TypeAlias = tuple[HTTPStatus, str] | tuple[HTTPStatus, str, tuple[tuple[str, str], ...]]
"""A status, a text, and headers."""

REFUSALS: Final[Mapping[Refusal, Answer]] = {
    # OCPP-J 1.6 §3.2
    Refusal.NOT_KNOWN: (HTTPStatus.NOT_FOUND, "this station is not known here\n"),
    Refusal.NO_ROOM: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "there is no room for this station just now\n",
    ),
    Refusal.NOT_PROVEN: (
        HTTPStatus.UNAUTHORIZED,
        "expected this station's name and password (HTTP Basic authentication)\n",
        (("WWW-Authenticate", 'Basic realm="OCPP", charset="UTF-8"'),),
    ),
    Refusal.TOO_LOW: (
        HTTPStatus.FORBIDDEN,
        "expected the security profile that is set for this station, or a higher one\n",
    ),
    Refusal.TOO_MANY_TRIES: (
        HTTPStatus.TOO_MANY_REQUESTS,
        "too many wrong passwords\n",
        (("Retry-After", "300"),),
    ),
    Refusal.BUSY: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "too many stations come at once\n",
        (("Retry-After", "30"),),
    ),
}
