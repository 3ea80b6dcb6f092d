"""Who reads what is being written just now, and what is said to them.

A reader belongs to a request, and is known wherever the request is worked at (`contextvars`), so
that not every word needs to be handed its language.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from csms.language.catalogue import fill, pattern_of, translate
from csms.language.languages import Language
from csms.language.recall import retold

PARAMETER: Final = "language"
"""By this parameter of a page's address another language is chosen."""
COOKIE: Final = "language"
"""It keeps what was chosen at a browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody at a page.

    Attributes:
        language: In which things are told.
        is_chosen: Whether that was chosen for this request or at this browser.
        path: The page's address, and
        query: what is asked of it.
        own: Of a request by a program that is somebody's, such as a page's script: how they
            themselves are told things. None: there is nobody else, as of a page.
    """

    language: Language = Language.EN
    is_chosen: bool = False
    path: str = "/"
    query: str = ""
    own: "Reader | None" = None

    def here_in(self, language: Language) -> str:
        """The same page in another language."""
        asked = [one for one in parse_qsl(self.query) if one[0] != PARAMETER]
        return f"{self.path}?{urlencode([*asked, (PARAMETER, language.value)])}"


_present: Final[ContextVar[Reader]] = ContextVar("reader")
_in_english: Final[ContextVar[dict[str, str]]] = ContextVar("in_english")


def present_reader() -> Reader:
    """Who reads; nobody in particular outside of requests, who is told in English."""
    return _present.get(Reader())


def read_by(reader: Reader) -> None:
    """Let this task, and those that it starts, write for a reader."""
    _present.set(reader)


def read_by_user(wanted: Language | None) -> None:
    """Write in the language of a user's profile, unless another one was chosen here."""
    if wanted is not None:
        read_by(_as_user(present_reader(), wanted))


def language_now() -> Language:
    """The language that is written just now."""
    return present_reader().language


def explained(text: str) -> str:
    """What went wrong, in the language of the one who is behind the request."""
    told = translate(text, language_of_faults())
    _in_english.get({})[told] = str(text)
    return told


@contextmanager
def kept_in_english() -> Iterator[Mapping[str, str]]:
    """What is explained within this, in English by what was told: logs have one language."""
    kept: dict[str, str] = {}
    token = _in_english.set(kept)
    try:
        yield kept
    finally:
        _in_english.reset(token)


def language_of_faults() -> Language:
    """The language in which it is told what went wrong: programs have people behind them."""
    reader = present_reader()
    return (reader.own or reader).language


def say(key: str, /, **parts: object) -> str:
    """Say a text in the reader's language."""
    language = language_now()
    return fill(pattern_of(language, key), parts, language)


def say_count(one: str, many: str, n: int, /, **parts: object) -> str:
    """Say a text of a number of things, which is the part `n`."""
    language = language_now()
    return fill(pattern_of(language, one, many, n), {**parts, "n": n}, language)


def spoken(text: str) -> str:
    """A text in the reader's language, as far as it is one of ours."""
    return retold(text, language_now())


def _as_user(reader: Reader, wanted: Language) -> Reader:
    own = reader.own and _as_user(reader.own, wanted)
    language = reader.language if reader.is_chosen else wanted
    return replace(reader, language=language, own=own)
