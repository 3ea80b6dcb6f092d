"""Catalogues of texts in gettext's PO format, which every translator's tool opens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from babel.messages import Catalog, Message
from babel.messages.pofile import read_po as read_catalogue
from babel.messages.pofile import write_po as write_catalogue

_UNBROKEN: Final = 0
"""The width of lines: a text stays on its line, so that versions can be compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A text and what it is in another language.

    Attributes:
        one: The text in English; for one, where it counts something.
        many: The same for any other number; empty: it counts nothing.
        texts: The translation, form by form.
    """

    one: str
    many: str = ""
    texts: tuple[str, ...] = ()


def read_po(source: str) -> list[Entry]:
    """Read a catalogue."""
    catalogue = read_catalogue(BytesIO(source.encode()), abort_invalid=True)
    return [_entry(message) for message in catalogue if message.id]  # the head's is empty


def write_po(head: str, entries: Iterable[Entry]) -> str:
    """Write a catalogue, in the order of its texts.

    Args:
        head: What stands before the first text, as it is.
        entries: Texts and translations.
    """
    catalogue = Catalog()
    for entry in sorted(entries, key=lambda one: (one.one.lower(), one.one)):
        if entry.many:
            catalogue.add((entry.one, entry.many), entry.texts or ("", ""))
        else:
            catalogue.add(entry.one, "".join(entry.texts[:1]))
    written = BytesIO()
    write_catalogue(written, catalogue, width=_UNBROKEN, omit_header=True)
    return f"{head.strip()}\n\n{written.getvalue().decode().strip()}\n"


def _entry(message: Message) -> Entry:
    one, many = (*_forms(message.id), "")[:2]
    return Entry(one=one, many=many, texts=_forms(message.string))


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)
