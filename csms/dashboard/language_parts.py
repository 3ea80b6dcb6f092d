"""What templates are given to speak the reader's language."""

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment

from csms.language.catalogue import entries_of, pattern_of
from csms.language.keys import keys_of_scripts
from csms.language.languages import CUSTOMS, Language
from csms.language.reader import language_now, present_reader, spoken
from csms.language.said import Said

_EXTENSION: Final = "jinja2.ext.i18n"


class LanguageParts:
    """Lets templates translate, and gives scripts their texts.

    Args:
        scripts: The folder of the modules that say something.
    """

    def __init__(self, scripts: Path) -> None:
        keys = keys_of_scripts(scripts)
        self._of_scripts = {language: _texts(language, keys) for language in Language}

    def add_to(self, environment: Environment) -> None:
        """Add `_()`, `{% trans %}` and the rest; what a template prints is translated as well."""
        teach(environment)
        environment.finalize = _spoken
        environment.globals.update(
            reader=present_reader,
            languages={language: CUSTOMS[language].name for language in Language},
            script_texts=lambda: self._of_scripts[language_now()],
        )


def teach(environment: Environment) -> None:
    """Let an environment read and say texts by their keys."""
    environment.add_extension(_EXTENSION)
    environment.policies["ext.i18n.trimmed"] = True
    say: Any = environment
    say.install_gettext_callables(_pattern, _pattern_of_count, newstyle=True)


def _pattern(key: str) -> str:
    return pattern_of(language_now(), key)


def _pattern_of_count(one: str, many: str, n: int) -> str:
    return pattern_of(language_now(), one, many, n)


def _spoken(value: object) -> object:
    return spoken(value) if isinstance(value, Said) else value


def _texts(language: Language, keys: set[tuple[str, str]]) -> dict[str, list[str]]:
    """What scripts say, form by form; nothing in English, which stands in them."""
    entries = entries_of(language)
    return {one: list(entries[one].texts) for one, _ in keys if one in entries}
