"""Asks a server that runs on this machine, if there is one."""

import os
import ssl
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import httpx2

from csms.api.server import HttpSettings, HttpTls
from csms.domain.errors import InvalidInputError
from csms.domain.identity import StationId

_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - it is not bound here
_PATIENCE_S: Final = 10.0
_KEY_VARIABLE: Final = "CHARGEFLEX_KEY"
_NOT_LET_IN: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def removed_by_server(http: HttpSettings, station_id: StationId) -> bool:
    """Whether a server runs, knows a station, and has removed it.

    Raises:
        InvalidInputError: It will not, does not answer, or wants a key.
    """
    host = _ANYWHERE.get(http.host, http.host)
    at = f"{f'[{host}]' if ':' in host else host}:{http.port}"
    scheme = "https" if http.tls else "http"
    url = f"{scheme}://{at}/api/v1/stations/{quote(station_id, safe='')}"
    key = os.environ.get(_KEY_VARIABLE)
    headers = {"authorization": f"Bearer {key}"} if key else {}
    verify = _trusting(http.tls) if http.tls else True
    try:
        with httpx2.Client(trust_env=False, timeout=_PATIENCE_S, verify=verify) as client:
            answer = client.delete(url, headers=headers)
    except httpx2.ConnectError:
        return False
    except httpx2.TransportError as error:
        cause = f"the server at {at} does not answer: {error}"
        raise InvalidInputError("station_id", cause) from error
    if answer.status_code in _NOT_LET_IN:
        expected = f"expected an API key with the scope station.manage in {_KEY_VARIABLE}"
        raise InvalidInputError("key", f"{expected}: a server runs at {at}")
    if answer.status_code == HTTPStatus.CONFLICT:
        raise InvalidInputError("station_id", answer.json()["detail"])
    return answer.is_success


def _trusting(tls: HttpTls) -> ssl.SSLContext:
    """Trusts the certificate of the settings alone, by whatever name the server is reached."""
    context = ssl.create_default_context(cafile=str(tls.chain))
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = False
    return context
