"""The key check: every text has a translation, no translation is left over."""

from collections import Counter
from typing import Final

import pytest

from csms.language.catalogue import entries_of
from csms.language.languages import Language
from csms.language.po import Entry
from csms.language.said import PLACE
from csms.language.upkeep import keys_in_use

_OTHERS: Final = [language for language in Language if language is not Language.EN]


def _places(text: str) -> Counter[str]:
    return Counter(place[1] or "%" for place in PLACE.finditer(text))


def _fits(entry: Entry) -> bool:
    """Whether a translation has the places of the text; one thing need not be counted."""
    wanted = _places(entry.many or entry.one)
    first, *more = [_places(text) for text in entry.texts]
    is_first_well = first == wanted or (bool(entry.many) and first == _places(entry.one))
    return is_first_well and all(places == wanted for places in more)


@pytest.mark.parametrize("language", _OTHERS)
def test_every_text_is_translated(language: Language) -> None:
    keys = {(entry.one, entry.many) for entry in entries_of(language).values() if all(entry.texts)}
    assert keys_in_use() - keys == set()


@pytest.mark.parametrize("language", _OTHERS)
def test_no_translation_is_left_over(language: Language) -> None:
    keys = {(entry.one, entry.many) for entry in entries_of(language).values()}
    assert keys - keys_in_use() == set()


@pytest.mark.parametrize("language", _OTHERS)
def test_translations_have_the_places_of_their_texts(language: Language) -> None:
    entries = entries_of(language).values()
    assert [entry.one for entry in entries if not _fits(entry)] == []


@pytest.mark.parametrize("language", _OTHERS)
def test_what_is_counted_has_a_form_for_one_and_one_for_many(language: Language) -> None:
    entries = entries_of(language).values()
    assert [one.one for one in entries if len(one.texts) != (2 if one.many else 1)] == []
