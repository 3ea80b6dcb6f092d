"""Views of sites as JSON, and how one differs from another."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeAlias

import orjson

from csms.language.catalogue import translate
from csms.language.languages import Language
from csms.language.recall import retold
from csms.language.said import Said
from csms.service.site_view import EvseView, SiteView

ViewJson: TypeAlias = dict[str, Any]

_EVSES: Final = "evses"
_GROUPS: Final = ("feeders", _EVSES)
_GUARD: Final = "guard"
_OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS


def to_json(view: SiteView, language: Language = Language.EN) -> ViewJson:
    """A view as JSON values: instants as RFC 3339 in UTC, tuples as lists, texts in a language."""
    values = _values(view, language)
    for event in values[_GUARD]["events"]:  # the older ones were read as they were written down
        event["cause"] = retold(event["cause"], language)
    return values


class ViewWriter:
    """Writes views of one site as JSON, and only what has changed of its EVSEs anew.

    Args:
        language: Texts that can be said in it are.
    """

    def __init__(self, language: Language) -> None:
        self._language = language
        self._written: dict[str, tuple[EvseView, ViewJson]] = {}

    def write(self, view: SiteView) -> ViewJson:
        """A view as `to_json` has it; nobody may change what it holds."""
        known, self._written = self._written, {}
        for key, evse in view.evses.items():
            written = known.get(key)
            if written is None or written[0] is not evse:
                written = (evse, _values(evse, self._language))
            self._written[key] = written
        values = to_json(replace(view, evses={}), self._language)
        values[_EVSES] = {key: values for key, (_, values) in self._written.items()}
        return values


def difference(before: ViewJson, after: ViewJson) -> ViewJson:
    """What has changed: top-level fields under `site`, fields of feeders and EVSEs by key.

    Of what the guard does, `guard` tells the fields that have changed.

    Keys that are gone are listed under `removed`.
    """
    delta: ViewJson = {}
    site = _changed_fields(before, after, skip=(*_GROUPS, _GUARD))
    if site:
        delta["site"] = site
    guard = _changed_fields(before.get(_GUARD, {}), after[_GUARD])
    if guard:
        delta[_GUARD] = guard
    for group in _GROUPS:
        old, new = before.get(group, {}), after[group]
        others = {key: value for key, value in new.items() if old.get(key) is not value}
        items = {key: _changed_fields(old.get(key, {}), value) for key, value in others.items()}
        changed = {key: fields for key, fields in items.items() if fields}
        if changed:
            delta[group] = changed
        gone = [key for key in old if key not in new]
        if gone:
            delta.setdefault("removed", {})[group] = gone
    return delta


def _values(view: SiteView | EvseView, language: Language) -> ViewJson:
    values: ViewJson = orjson.loads(orjson.dumps(view, _said_in(language), _OPTIONS))
    return values


def _said_in(language: Language) -> Callable[[object], str]:
    """What makes JSON of texts that know what they are made of."""

    def write(value: object) -> str:
        if isinstance(value, Said):
            return translate(value, language)
        raise TypeError(f"expected a value of JSON, got a {type(value).__name__}")

    return write


def _changed_fields(before: ViewJson, after: ViewJson, skip: tuple[str, ...] = ()) -> ViewJson:
    return {
        name: value
        for name, value in after.items()
        if name not in skip and (name not in before or before[name] != value)
    }
