"""Catalogues of texts in gettext's PO format, which every translator's tool opens.

https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_LINE: Final = re.compile(r'(?:(msgid|msgid_plural|msgstr(?:\[\d\])?) )?(".*")')


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


class BrokenCatalogueError(ValueError):
    """A catalogue has a line that is none of PO."""


def read_po(source: str) -> list[Entry]:
    """Read a catalogue.

    Raises:
        BrokenCatalogueError: A line cannot be read.
    """
    entries: list[Entry] = []
    for block in re.split(r"\n\s*\n", source):
        fields = _fields(block)
        if fields.get("msgid"):
            texts = tuple(text for name, text in fields.items() if name.startswith("msgstr"))
            many = fields.get("msgid_plural", "")
            entries.append(Entry(one=fields["msgid"], many=many, texts=texts))
    return entries


def write_po(head: str, entries: Iterable[Entry]) -> str:
    """Write a catalogue, in the order of its texts.

    Args:
        head: What stands before the first text, as it is.
        entries: Texts and translations.
    """
    ordered = sorted(entries, key=lambda entry: (entry.one.lower(), entry.one))
    return "\n\n".join([head.strip(), *map(_write, ordered)]) + "\n"


def _write(entry: Entry) -> str:
    lines = [f"msgid {_quoted(entry.one)}"]
    if not entry.many:
        return "\n".join([*lines, f"msgstr {_quoted(''.join(entry.texts[:1]))}"])
    forms = entry.texts or ("", "")
    lines.append(f"msgid_plural {_quoted(entry.many)}")
    lines.extend(f"msgstr[{number}] {_quoted(text)}" for number, text in enumerate(forms))
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _fields(block: str) -> dict[str, str]:
    """The texts of one entry by their keywords."""
    fields: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None or not (found[1] or name):
            raise BrokenCatalogueError(f"expected a line of a PO file, got: {line}")
        name = found[1] or name
        fields[name] = fields.get(name, "") + json.loads(found[2])
    return fields
