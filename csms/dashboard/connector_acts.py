"""What can be done at one connector by forms: each act says what came of it, or asks first."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from csms.dashboard.connector_words import (
    Question,
    Told,
    limit_question,
    started_words,
    stop_question,
    stopped_words,
)
from csms.dashboard.forms import Form
from csms.dashboard.need_form import stated_need
from csms.domain.errors import InvalidInputError
from csms.domain.identity import EvseId
from csms.domain.transaction import StatedNeed
from csms.language.reader import say, spoken
from csms.language.said import Said
from csms.service.connector_acts import ConnectorActs
from csms.service.connector_orders import ConnectorOrders
from csms.service.ports import MessageJournal
from csms.service.site_view import EvseView, SiteView


class Needs(Protocol):
    """Keeps what vehicles are said to need."""

    async def state_need(self, evse_id: EvseId, need: StatedNeed) -> None:
        """Say what the vehicle at an EVSE needs."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorDesk:
    """What can be done at connectors.

    Attributes:
        journal: None: messages are not kept.
    """

    acts: ConnectorActs
    orders: ConnectorOrders
    needs: Needs
    journal: MessageJournal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A form that was sent, and for which connector."""

    view: SiteView
    key: str
    form: Form

    @property
    def evse(self) -> EvseView:
        """The connector as it was seen."""
        return self.view.evses[self.key]

    @property
    def evse_id(self) -> EvseId:
        """Which one it is."""
        return EvseId(self.evse.station_id, self.evse.number)

    @property
    def is_sure(self) -> bool:
        """Whether somebody has read what will happen, and wants it."""
        return self.form.one("sure") == "yes"

    @property
    def order(self) -> str | None:
        """The name of the order: a form that is sent twice is carried out once."""
        return self.form.one("order") or None


Act: TypeAlias = Callable[[ConnectorDesk, Asked], Awaitable[Told | Question]]


async def start_charging(desk: ConnectorDesk, asked: Asked) -> Told:
    """Ask the station to start."""
    outcome = await desk.acts.start(asked.evse_id, asked.form.one("token"), asked.order)
    return started_words(outcome)


async def stop_charging(desk: ConnectorDesk, asked: Asked) -> Told | Question:
    """Ask the station to stop, once somebody is sure."""
    if not asked.is_sure:
        return stop_question(asked.view, asked.evse)
    return stopped_words(await desk.acts.stop(asked.evse_id, asked.order))


async def boost_connector(desk: ConnectorDesk, asked: Asked) -> Told:
    """Charge the vehicle before all others."""
    await desk.orders.boost(asked.evse_id)
    return Told(text=say("Boosted: the next plan charges it before all others."))


async def end_boost(desk: ConnectorDesk, asked: Asked) -> Told:
    """Charge the vehicle as all others are."""
    await desk.orders.end_boost(asked.evse_id)
    return Told(text=say("No longer boosted: the next plan charges it as all others."))


async def limit_connector(desk: ConnectorDesk, asked: Asked) -> Told | Question:
    """Limit the connector, once somebody is sure if that lowers it."""
    form = asked.form
    amps = _amps(form.one("amps"))
    is_lower = amps < asked.evse.limit_a
    if is_lower and not asked.is_sure:
        names = ("amps", "minutes", "words")
        return limit_question(asked.view, asked.evse, amps, {one: form.one(one) for one in names})
    minutes = form.one("minutes")
    if minutes and not minutes.isdecimal():
        raise InvalidInputError(
            "minutes", Said("expected whole minutes, got %(came)s", came=repr(minutes[:20]))
        )
    until = asked.view.now + timedelta(minutes=int(minutes)) if minutes else None
    given = await desk.orders.limit(asked.evse_id, amps, until, form.one("words"))
    return Told(text=spoken(given.warning) or say("Limited: the charger is told at once."))


async def release_connector(desk: ConnectorDesk, asked: Asked) -> Told:
    """Take the operator's limit off the connector."""
    await desk.orders.release(asked.evse_id)
    return Told(text=say("Released: the next plan gives it what there is room for."))


async def state_need(desk: ConnectorDesk, asked: Asked) -> Told:
    """Say what the vehicle needs, and when it leaves."""
    need = stated_need(asked.form, ZoneInfo(asked.view.timezone), asked.view.now)
    await desk.needs.state_need(asked.evse_id, need)
    words = say("Nothing is stated any more.") if need.is_blank else say("The next plan knows.")
    return Told(text=words)


def _amps(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError as error:
        raise InvalidInputError(
            "amps", Said("expected a number, got %(came)s", came=repr(text[:20]))
        ) from error


ACTS: Final[Mapping[str, Act]] = {
    "start": start_charging,
    "stop": stop_charging,
    "boost": boost_connector,
    "end-boost": end_boost,
    "limit": limit_connector,
    "release": release_connector,
    "need": state_need,
}
"""By the end of their paths; `csms/api/route_rules.py` says who may."""
