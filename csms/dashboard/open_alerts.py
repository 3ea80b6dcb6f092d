"""What needs somebody's eyes at a site just now, as its view tells it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from csms.dashboard.words import LEVEL_WORDS, STATE_WORDS
from csms.domain.identity import SiteId
from csms.language.reader import say, spoken
from csms.service.grid_parties import Party
from csms.service.site_view import EvseState, SiteView

_ILL: Final = (EvseState.FAULTED, EvseState.OFFLINE)
_NAMED: Final = 5
"""How many chargers are named before the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlert:
    """What is wrong just now, and the page that shows more of it."""

    text: str
    path: str


def open_alerts(view: SiteView, path: str) -> Iterator[OpenAlert]:
    """What is wrong at a site just now, the worst first.

    Args:
        view: The site.
        path: Where its pages are.
    """
    if view.guard.banner:
        yield OpenAlert(text=spoken(view.guard.banner), path=path)
    for feeder_id, feeder in view.feeders.items():
        if words := LEVEL_WORDS.get(feeder.level):
            page = f"{path}/grid?feeder={quote(feeder_id, safe='')}"
            yield OpenAlert(text=f"{feeder.name}: {spoken(words)}", path=page)
    yield from _ill(view, path)


def count_alerts(view: SiteView) -> int:
    """How much is wrong at a site just now."""
    return sum(1 for _ in open_alerts(view, ""))


def silent_companies(parties: Iterable[Party], site_id: SiteId) -> Iterator[Party]:
    """The grid companies of a site that are not heard of just now."""
    for party in parties:
        if party.is_silent and any(one.site_id == site_id for one in party.company.reach):
            yield party


def _ill(view: SiteView, path: str) -> Iterator[OpenAlert]:
    by_state: dict[EvseState, list[str]] = defaultdict(list)
    for evse in view.evses.values():
        by_state[evse.state].append(evse.station_id)
    for state in _ILL:
        names = sorted(set(by_state[state]))
        if len(names) == 1:
            page = f"{path}/chargers/{quote(names[0], safe='')}"
            yield OpenAlert(text=f"{spoken(STATE_WORDS[state])}: {names[0]}", path=page)
        elif names:
            named = ", ".join(names[:_NAMED])
            if len(names) > _NAMED:
                more = len(names) - _NAMED
                named = say("%(named)s and %(more)s more", named=named, more=more)
            text = f"{spoken(STATE_WORDS[state])}: {named}"
            yield OpenAlert(text=text, path=f"{path}/chargers")
