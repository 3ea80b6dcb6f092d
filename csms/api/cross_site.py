"""Whether a browser was led here by a foreign site (cross-site request forgery).

A browser sends a user's cookie along whoever has made it ask. It says who that was: by
`Sec-Fetch-Site` where the connection can be trusted (TLS, loopback), and by `Origin` with every
unsafe request. So no page has to carry a token, which could be read, or be forgotten in a form.
"""

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

_OWN: Final = ("same-origin", "none")
"""`none`: the user, by a bookmark or the address bar."""


def is_own(headers: Headers, *, is_sure: bool) -> bool:
    """Whether an unsafe request comes from one of our own pages.

    Args:
        headers: The request's.
        is_sure: What a request is that says nothing: True, if only programs can have sent it.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in _OWN
    origin = headers.get("origin")
    if origin is None:
        return is_sure
    try:
        return bool(origin) and urlsplit(origin).netloc == headers.get("host")
    except ValueError:
        return False
