"""What texts are in other languages."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from csms.language.languages import CUSTOMS, Language, write_part
from csms.language.po import Entry, read_po
from csms.language.said import Said, expand

FOLDER: Final = Path(__file__).parent / "texts"
"""One PO file for each language but English, which stands in the code."""


@cache
def entries_of(language: Language) -> Mapping[str, Entry]:
    """All texts of a language by their keys."""
    if language is Language.EN:
        return {}
    source = (FOLDER / f"{language}.po").read_text(encoding="utf-8")
    return {entry.one: entry for entry in read_po(source)}


def pattern_of(language: Language, key: str, many: str = "", n: int = 1) -> str:
    """A text with places for its parts; in English where it has no translation."""
    form = CUSTOMS[language].form(n) if many else 0
    entry = entries_of(language).get(key)
    texts = entry.texts if entry else ()
    if form < len(texts) and texts[form]:
        return texts[form]
    return many if many and n != 1 else key


def translate(text: str, language: Language) -> str:
    """Say a text in a language; a plain one has no translation."""
    if not isinstance(text, Said):
        return text
    n = text.parts.get("n", 1)
    pattern = pattern_of(language, text.key, text.many, n if isinstance(n, int) else 1)
    return fill(pattern, text.parts, language)


def fill(pattern: str, parts: Mapping[str, object], language: Language) -> str:
    """Put parts into a text, each in its language."""

    def write(part: object, form: str) -> str:
        if isinstance(part, str):
            return translate(part, language)
        return write_part(part, form, language)

    return expand(pattern, parts, write)
