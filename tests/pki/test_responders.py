import httpx2
import pytest

from csms.pki.ocsp import OcspError
from csms.pki.responders import Responders
from tests.service.rig import FakeClock

ALLOWED = ("OCSP.example.org", "ocsp.test:8080", "[::1]", "192.0.2.7:443")


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("http://ocsp.example.org/", True),
        ("HTTP://OCSP.EXAMPLE.ORG/path?query", True),
        ("https://ocsp.example.org", True),
        ("https://ocsp.example.org:443", True),
        ("http://ocsp.example.org:8080/", False),
        ("http://ocsp.test:8080/", True),
        ("http://ocsp.test/", False),
        ("http://[::1]/", True),
        ("http://[::1]:9/", False),
        ("https://192.0.2.7/", True),
        ("http://192.0.2.7/", False),
        ("http://sub.ocsp.example.org/", False),
        ("http://ocsp.example.org.evil.test/", False),
        ("http://evil.test#ocsp.example.org", False),
        ("http://evil.test\\@ocsp.example.org/", False),
        ("http://user@ocsp.example.org/", False),
        ("gopher://ocsp.example.org/", False),
        ("//ocsp.example.org/", False),
    ],
)
def test_only_hosts_and_ports_that_are_named_are_asked(url: str, is_allowed: bool) -> None:
    responders = Responders(ALLOWED, FakeClock())
    if is_allowed:
        assert responders._checked(url) == httpx2.URL(url)
    else:
        with pytest.raises(OcspError):
            responders._checked(url)
