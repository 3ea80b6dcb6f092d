"""What can be done at one connector, what it will do, and what came of it, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from csms.dashboard.record_words import status_word
from csms.dashboard.words import NOTHING, STATE_WORDS, amps, kilo, minute, moment
from csms.domain.commands import CommandStatus, Outcome
from csms.domain.need import NeedSource
from csms.language.reader import say, spoken
from csms.language.said import Said
from csms.service.site_view import EvseState, EvseView, SiteView

_AWAY: Final = frozenset({EvseState.OFFLINE, EvseState.NEVER_SEEN})
_OUT: Final = frozenset({EvseState.FAULTED, EvseState.UNAVAILABLE})
_STARTED: Final[Mapping[CommandStatus, str]] = {
    CommandStatus.ACCEPTED: Said("The charger has accepted: it starts once a vehicle is there."),
    CommandStatus.REJECTED: Said("The charger has refused to start."),
    CommandStatus.TIMED_OUT: Said("The charger has not answered: it may have started or not."),
    CommandStatus.NOT_SENT: Said("The charger was not reached: nothing has started."),
}
_STOPPED: Final[Mapping[CommandStatus, str]] = {
    CommandStatus.ACCEPTED: Said("The charger has accepted: it stops charging."),
    CommandStatus.REJECTED: Said("The charger has refused to stop."),
    CommandStatus.TIMED_OUT: Said("The charger has not answered: it may have stopped or not."),
    CommandStatus.NOT_SENT: Said("The charger was not reached: it goes on as before."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of something that was wanted."""

    text: str
    is_well: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked before something is done.

    Attributes:
        act: What would be done, as its path ends.
        text: What will happen.
        go: The button that means yes.
        fields: What was filled in.
    """

    act: str
    text: str
    go: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorFacts:
    """One connector in words.

    Attributes:
        can_start: Whether something could start there.
        is_charging: Whether a transaction runs.
        limit: The operator's limit; empty: there is none.
        now_a: What it may draw now, for a field.
    """

    key: str
    name: str
    station_id: str
    state: EvseState
    word: str
    reason: str
    lines: Mapping[str, str]
    can_start: bool
    is_charging: bool
    is_boosted: bool
    limit: str
    max_a: str
    now_a: str
    kwh: str
    leaves: str


def present_connector(view: SiteView, key: str) -> ConnectorFacts:
    """Put a connector of a site in words."""
    evse, zone = view.evses[key], ZoneInfo(view.timezone)
    need = evse.need if evse.need and evse.need.source is NeedSource.STATED else None
    return ConnectorFacts(
        key=key,
        name=name_of(view, evse),
        station_id=evse.station_id,
        state=evse.state,
        word=spoken(STATE_WORDS[evse.state]),
        reason=spoken(evse.reason.text),
        lines=_lines(evse, zone, view.now),
        can_start=evse.since is None and evse.state not in _AWAY | _OUT,
        is_charging=evse.since is not None,
        is_boosted=evse.is_boosted,
        limit=limit_words(evse, zone, view.now),
        max_a=f"{evse.max_a:g}",
        now_a=f"{evse.limit_a:g}",
        kwh="" if need is None else f"{need.energy_wh / 1000:.1f}",
        leaves="" if need is None else f"{need.departs_at.astimezone(zone):%H:%M}",
    )


def name_of(view: SiteView, evse: EvseView) -> str:
    """A connector's name: the station's where that has one EVSE only."""
    other = f"{evse.station_id}/{2 if evse.number == 1 else 1}"
    return f"{evse.station_id}/{evse.number}" if other in view.evses else evse.station_id


def limit_words(evse: EvseView, zone: ZoneInfo, now: datetime) -> str:
    """What the operator limits a connector to, until when and why; empty: to nothing."""
    limit = evse.operator_limit
    if limit is None:
        return ""
    text = say("Limited to %(amps)s A until it is released", amps=amps(limit.amps))
    if limit.until_at:
        until = moment(limit.until_at, zone, now)
        text = say("Limited to %(amps)s A until %(until)s", amps=amps(limit.amps), until=until)
    return f"{text}: {limit.words}" if limit.words else text


def started_words(outcome: Outcome) -> Told:
    """What came of a start."""
    return _outcome(_STARTED, outcome)


def stopped_words(outcome: Outcome) -> Told:
    """What came of a stop."""
    return _outcome(_STOPPED, outcome)


def stop_question(view: SiteView, evse: EvseView) -> Question:
    """What a stop will do."""
    text = say(
        "Stop charging at %(name)s? Its transaction ends with %(kwh)s kWh. The vehicle gets no "
        "more until a new one is started.",
        name=name_of(view, evse),
        kwh=NOTHING if evse.energy_wh is None else kilo(evse.energy_wh),
    )
    return Question(act="stop", text=text, go=say("Stop it"), fields={})


def limit_question(
    view: SiteView, evse: EvseView, wanted_a: float, fields: Mapping[str, str]
) -> Question:
    """What a limit that lowers somebody will do."""
    text = say(
        "Limit %(name)s to %(amps)s A? It may draw %(now)s A now, and is lowered at once. No plan "
        "gives it more until the limit ends.",
        name=name_of(view, evse),
        amps=amps(wanted_a),
        now=amps(evse.limit_a),
    )
    return Question(act="limit", text=text, go=say("Limit it"), fields=fields)


def _outcome(words: Mapping[CommandStatus, str], outcome: Outcome) -> Told:
    status = CommandStatus(outcome.status)
    text = spoken(words[status]) if status in words else ""
    text = text or say("The charger's answer: %(word)s.", word=status_word(status))
    return Told(text=f"{text} {outcome.detail}".strip(), is_well=outcome.is_accepted)


def _lines(evse: EvseView, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    need = evse.need
    until = NOTHING
    if need is not None:
        until = say(
            "%(kwh)s kWh by %(time)s",
            kwh=kilo(need.energy_wh),
            time=minute(need.departs_at, zone, now),
        )
    drawn = evse.current_a
    measured = (
        NOTHING if drawn is None else " / ".join(amps(drawn[line - 1]) for line in evse.lines)
    )
    return {
        say("Power"): NOTHING if evse.power_w is None else f"{kilo(evse.power_w)} kW",
        say("Current by line"): f"{measured} A",
        say("May draw"): say(
            "%(amps)s A of %(most)s A", amps=amps(evse.limit_a), most=amps(evse.max_a)
        ),
        say("Energy"): NOTHING if evse.energy_wh is None else f"{kilo(evse.energy_wh)} kWh",
        say("Needs"): until,
        say("Since"): minute(evse.since, zone, now) if evse.since else NOTHING,
        say("Token"): evse.id_token or NOTHING,
    }
