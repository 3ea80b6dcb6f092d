"""Brings the catalogues up to date: `python -m csms.language.upkeep`, or `make texts`.

Texts that the code no longer has go, and new ones come, still without a translation.
"""

from pathlib import Path
from typing import Final

from jinja2 import Environment

from csms.language.catalogue import FOLDER
from csms.language.keys import Key, keys_of_python, keys_of_scripts, keys_of_template
from csms.language.languages import Language
from csms.language.po import Entry, read_po, write_po

CODE: Final = Path(__file__).parents[1]
"""The package whose texts are translated."""
DASHBOARD: Final = CODE / "dashboard"


def keys_in_use() -> set[Key]:
    """All texts that the code has: modules, templates, scripts."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    environment.policies["ext.i18n.trimmed"] = True
    keys = keys_of_scripts(DASHBOARD / "static" / "js")
    for path in CODE.rglob("*.py"):
        keys |= set(keys_of_python(path.read_text(encoding="utf-8")))
    for path in (DASHBOARD / "templates").rglob("*.html"):
        keys |= set(keys_of_template(environment, path.read_text(encoding="utf-8")))
    return keys


def brought_up_to_date(source: str, keys: set[Key]) -> str:
    """A catalogue with all texts of the code and no others; what is translated stays."""
    head = source.partition("\n\n")[0]
    known = {(entry.one, entry.many): entry for entry in read_po(source)}
    return write_po(head, (known.get(key, Entry(one=key[0], many=key[1])) for key in keys))


def main() -> None:
    """Write all catalogues anew, and tell what is not translated."""
    keys = keys_in_use()
    for language in Language:
        path = FOLDER / f"{language}.po"
        if not path.exists():  # English stands in the code
            continue
        text = brought_up_to_date(path.read_text(encoding="utf-8"), keys)
        path.write_text(text, encoding="utf-8")
        missing = sum(not all(entry.texts) or not entry.texts for entry in read_po(text))
        print(f"{path.name}: {len(keys)} texts, {missing} without a translation")  # noqa: T201


if __name__ == "__main__":
    main()
