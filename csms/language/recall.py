"""Texts that were written down in English, known again by their keys to be translated."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from csms.language.catalogue import entries_of, translate
from csms.language.languages import Language
from csms.language.said import PLACE, Said

_FIGURE: Final = r"-?[\d,]+(?:\.\d+)?"
_REMEMBERED: Final = 4096
"""So many texts are not looked for again."""
_NOT_WRITTEN_DOWN: Final = "expected "
"""What begins so is told at once, and looks like much that others may have said."""
_LEAST_LETTERS: Final = 3
"""A text with fewer of its own says nothing that is to be known again."""


def retold(text: str, language: Language) -> str:
    """Say in a language what was written down in English, as far as it is known again."""
    if isinstance(text, Said):
        return translate(text, language)
    if not text or language is Language.EN:
        return text
    return translate(_recalled(text, language), language)


@lru_cache(_REMEMBERED)
def _recalled(text: str, language: Language) -> str:
    for pattern, key, many, forms in _patterns(language):
        if found := pattern.fullmatch(text):
            parts = {
                name: _figure(part) if forms[name] != "s" else _recalled(part, language)
                for name, part in found.groupdict().items()
            }
            if not many:
                return Said(key, **parts)
            return Said.of(key, many, int(float(str(parts.pop("n", 1)))), **parts)
    return text


def _figure(text: str) -> float:
    return float(text.replace(",", ""))


@cache
def _patterns(language: Language) -> list[tuple[re.Pattern[str], str, str, dict[str, str]]]:
    """What texts look like, those first that say most by themselves."""
    rows = []
    for entry in entries_of(language).values():
        for english in filter(None, (entry.one, entry.many)):
            own = len(re.sub(r"[^A-Za-z]", "", PLACE.sub("", english)))
            if own >= _LEAST_LETTERS and not english.startswith(_NOT_WRITTEN_DOWN):
                forms = {place[1]: place[2] for place in PLACE.finditer(english) if place[1]}
                regex = re.compile("".join(_regex(english)), re.DOTALL)
                rows.append((own, (regex, entry.one, entry.many, forms)))
    return [row for _, row in sorted(rows, key=lambda row: -row[0])]


def _regex(english: str) -> Iterator[str]:
    end = 0
    seen: set[str] = set()
    for place in PLACE.finditer(english):
        yield re.escape(english[end : place.start()])
        end = place.end()
        if not place[1]:
            yield "%"
        elif place[1] in seen:
            yield f"(?P={place[1]})"
        else:
            seen.add(place[1])
            yield f"(?P<{place[1]}>{'.+?' if place[2] == 's' else _FIGURE})"
    yield re.escape(english[end:])
