"""Which names stand for this very machine."""

from ipaddress import ip_address
from typing import Final

_LOOPBACK: Final = "localhost"


def is_loopback(host: str) -> bool:
    """Whether a name or an address is reached from this machine alone."""
    if host == _LOOPBACK or host.endswith(f".{_LOOPBACK}"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
