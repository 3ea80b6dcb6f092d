"""Who a request comes from, as far as it says itself."""

from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

_HOME_BITS: Final = 64
"""What one household or office has of IPv6: its hosts may take any address in it."""
_CREDENTIALS: Final = ("authorization", "cookie")


def address_of(scope: Scope) -> str:
    """The address that a request comes from; of IPv6 its network."""
    host: str = (scope.get("client") or ("",))[0]
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped or ip_network((address, _HOME_BITS), strict=False))


def credentials_of(scope: Scope) -> str:
    """A hash of what a request shows to prove who sends it."""
    headers = Headers(scope=scope)
    shown = "\0".join(headers.get(name, "") for name in _CREDENTIALS)
    return sha256(shown.encode("latin-1")).hexdigest()
