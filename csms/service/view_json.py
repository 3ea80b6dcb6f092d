"""Views of sites as JSON, and how one differs from another."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, Final, TypeAlias

import orjson

from csms.language.catalogue import translate
from csms.language.languages import Language
from csms.language.recall import retold
from csms.language.said import Said
from csms.service.site_view import EvseView, SiteView

ViewJson: TypeAlias = dict[str, Any]

_EVSES: Final = "evses"
_FIELDS: Final = tuple(one.name for one in fields(EvseView))
_all_of: Final = attrgetter(*_FIELDS)
_GROUPS: Final = ("feeders", _EVSES)
_GUARD: Final = "guard"
_OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS


def to_json(view: SiteView, language: Language = Language.EN) -> ViewJson:
    """A view as JSON values: instants as RFC 3339 in UTC, tuples as lists, texts in a language."""
    values = _values(view, language)
    for event in values[_GUARD]["events"]:  # the older ones were read as they were written down
        event["cause"] = retold(event["cause"], language)
    return values


class ViewTeller:
    """Tells of the views of one site, one after the other: all, or what the last one has changed.

    What it tells is JSON once it is written; the EVSEs of a view are compared before that, as most
    of them are the same objects.

    Args:
        language: Texts that can be said in it are.
    """

    def __init__(self, language: Language) -> None:
        self._language = language
        self._site: ViewJson = {}
        self._evses: Mapping[str, EvseView] = {}

    def show(self, view: SiteView) -> ViewJson:
        """Take the next view; return its `difference` to the last one."""
        site = to_json(replace(view, evses={}), self._language)
        delta = difference(self._site, site)
        if changed := _changed_evses(self._evses, view.evses):
            delta[_EVSES] = changed
        gone = [key for key in self._evses if key not in view.evses]
        if gone:
            delta.setdefault("removed", {})[_EVSES] = gone
        self._site, self._evses = site, view.evses
        return delta

    def all(self) -> ViewJson:
        """All of the last view, as `to_json` has it."""
        return {**self._site, _EVSES: self._evses}

    def write(self, told: ViewJson) -> bytes:
        """Write what is told."""
        return orjson.dumps(told, _said_in(self._language), _OPTIONS)


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


def _changed_evses(
    before: Mapping[str, EvseView], after: Mapping[str, EvseView]
) -> dict[str, ViewJson]:
    """The fields of EVSEs that are others than before, by key."""
    changed = {}
    for key, view in after.items():
        old = before.get(key)
        if old is view:
            continue
        told = dict(zip(_FIELDS, _all_of(view), strict=True))
        if old is not None:
            known = _all_of(old)
            told = {
                name: value
                for (name, value), was in zip(told.items(), known, strict=True)
                if value is not was and value != was
            }
        if told:
            changed[key] = told
    return changed


def _values(view: SiteView, language: Language) -> ViewJson:
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
