"""Chargers as the pages show them: a line of a list, and all that is known of one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from csms.dashboard.record_words import command_word, notice_word, status_word
from csms.dashboard.transaction_words import lasting
from csms.dashboard.words import NOTHING, STATE_WORDS, amps, day_and_second, moment
from csms.domain.settings import SettingState, SettingVerdict
from csms.language.reader import say, say_count, spoken
from csms.language.said import Said
from csms.service.dialect_view import DialectView, FormView
from csms.service.site_view import EvseState, EvseView

_PROFILE_WORDS: Final = (
    Said("No password"),
    Said("Password"),
    Said("Password over TLS"),
    Said("Certificate"),
)
"""By OCPP security profile."""
_VERDICT_WORDS: Final[Mapping[SettingVerdict, str]] = {
    SettingVerdict.SAME: Said("as wanted"),
    SettingVerdict.WRITTEN: Said("corrected"),
    SettingVerdict.AFTER_RESTART: Said("corrected, counts after a restart"),
    SettingVerdict.REFUSED: Said("refused"),
    SettingVerdict.UNKNOWN: Said("not known to it"),
    SettingVerdict.UNANSWERED: Said("not answered"),
}
_AS_WANTED: Final = (SettingVerdict.SAME, SettingVerdict.WRITTEN)
_JUST_NOW_S: Final = 90
_NEVER: Final = EvseState.NEVER_SEEN
_WORST_FIRST: Final = tuple(STATE_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvseLine:
    """An EVSE of a charger.

    Attributes:
        silent: What it draws if it falls silent.
    """

    number: int
    state: EvseState
    word: str
    feeder: str
    silent: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerLine:
    """A charger in a list.

    Attributes:
        state: Of the EVSE that needs most attention.
        silent: What all of it draws if it falls silent.
        differing: Of its settings, how many are not as wanted; empty: none.
    """

    station_id: str
    path: str
    state: EvseState
    word: str
    make: str
    firmware: str
    protocol: str
    security: str
    seen: str
    silent: str
    waiting: str
    differing: str
    is_guest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingLine:
    """A setting as it is wanted, and as it is."""

    name: str
    wanted: str
    told: str
    verdict: str
    is_as_wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """A command that was sent, and what has come of it."""

    number: int
    made: str
    kind: str
    status: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """What a charger has told, or was noted of it."""

    at: str
    kind: str
    content: str


def present_chargers(
    rows: Iterable[Mapping[str, Any]],
    evses: Mapping[str, list[EvseView]],
    settings: Mapping[str, tuple[SettingState, ...]],
    path: str,
    now: datetime,
) -> list[ChargerLine]:
    """Put the chargers of a site in words, those that need attention first.

    Args:
        rows: What is stored of each.
        evses: What each has, as it is now.
        settings: How its settings stand.
        path: Where the site's pages are.
        now: The time.
    """
    lines = [
        present_charger(row, evses.get(row["id"], []), settings.get(row["id"], ()), path, now)
        for row in rows
    ]
    return sorted(lines, key=lambda line: (_WORST_FIRST.index(line.state), line.station_id))


def present_charger(
    row: Mapping[str, Any],
    evses: list[EvseView],
    settings: tuple[SettingState, ...],
    path: str,
    now: datetime,
) -> ChargerLine:
    """Put a charger in words."""
    state = min((evse.state for evse in evses), key=_WORST_FIRST.index, default=_NEVER)
    differing = sum(one.verdict not in _AS_WANTED for one in settings)
    waiting = max((evse.waiting for evse in evses), default=0)
    profile = max((evse.security_profile for evse in evses), default=0)
    return ChargerLine(
        station_id=row["id"],
        path=f"{path}/chargers/{quote(row['id'], safe='')}",
        state=state,
        word=spoken(STATE_WORDS[state]),
        make=" ".join(filter(None, (row["vendor"], row["model"]))) or NOTHING,
        firmware=row["firmware"] or NOTHING,
        protocol=f"OCPP {row['protocol']}" if row["protocol"] else NOTHING,
        security=spoken(_PROFILE_WORDS[profile]),
        seen=_ago(row["seen_at"], now),
        silent=f"{amps(sum(evse.fallback_a for evse in evses))} A",
        waiting=str(waiting) if waiting else "",
        differing=str(differing) if differing else "",
        is_guest=row["is_guest"],
    )


def present_evse(evse: EvseView, feeder: str, zone: ZoneInfo, now: datetime) -> EvseLine:
    """Put an EVSE of a charger in words."""
    silent = say("%(amps)s A on each of its lines", amps=amps(evse.fallback_a))
    if evse.fallback_from is not None:
        begins = moment(evse.fallback_from, zone, now)
        silent = say("%(most)s, from %(begins)s on", most=silent, begins=begins)
    return EvseLine(
        number=evse.number,
        state=evse.state,
        word=spoken(STATE_WORDS[evse.state]),
        feeder=feeder,
        silent=silent,
        reason=spoken(evse.reason.text),
    )


def present_setting(setting: SettingState) -> SettingLine:
    """Put a setting in words."""
    words = spoken(_VERDICT_WORDS[setting.verdict])
    return SettingLine(
        name=setting.name,
        wanted=setting.wanted,
        told=NOTHING if setting.told is None else setting.told,
        verdict=f"{words}: {setting.detail}" if setting.detail else words,
        is_as_wanted=setting.verdict in _AS_WANTED,
    )


def present_job(row: Mapping[str, Any], zone: ZoneInfo) -> JobLine:
    """Put a command in words."""
    told = (row["answer"], row["detail"], row["stage"], row["word"], row["result"])
    return JobLine(
        number=row["number"],
        made=day_and_second(row["made_at"], zone),
        kind=command_word(row["kind"]),
        status=status_word(row["status"]),
        words=", ".join(dict.fromkeys(filter(None, told))),
    )


def present_notice(row: Mapping[str, Any], zone: ZoneInfo) -> NoticeLine:
    """Put in words what a charger has told."""
    return NoticeLine(
        at=day_and_second(row["received_at"], zone),
        kind=notice_word(row["kind"]),
        content=outline(row["body"]),
    )


def outline(content: object) -> str:
    """Nested values on one line."""
    if isinstance(content, Mapping):
        told = ((name, outline(value)) for name, value in content.items())
        return ", ".join(f"{name} {value}" for name, value in told if value)
    if isinstance(content, list | tuple):
        return "; ".join(filter(None, map(outline, content)))
    return "" if content is None else str(content)


def dialect_words(dialect: DialectView | None) -> list[tuple[str, str]]:
    """How a charger takes limits, line by line."""
    if dialect is None:
        return []
    source = say("as it tells") if dialect.is_told else say("assumed")
    reads = {
        None: say("not asked yet"),
        True: say("can be believed"),
        False: say("cannot be believed"),
    }
    fallbacks = ", ".join(
        f"EVSE {number}: {spoken(words)}" for number, words in dialect.fallbacks.items()
    )
    takes = say(
        "%(unit)s, up to %(count)s periods, %(source)s",
        unit=dialect.rate_unit,
        count=dialect.max_periods,
        source=source,
    )
    return [
        (say("Takes"), takes),
        (say("Fallback stands"), fallbacks or say("nowhere yet")),
        (say("Composite schedules"), reads[dialect.reads_back]),
        *((one.form, _form_words(one)) for one in dialect.forms),
    ]


def _form_words(form: FormView) -> str:
    words = [say("taken") if form.is_accepted else say("not taken yet")]
    if form.is_followed:
        words.append(say("kept to"))
    if form.ignored_by:
        words.append(say("not kept to by %(stations)s", stations=form.ignored_by))
    if form.refusals:
        words.append(say_count("refused once", "refused %(n)s times", form.refusals))
    return ", ".join([*words, *filter(None, [spoken(form.detail)])])


def _ago(at: datetime | None, now: datetime) -> str:
    if at is None:
        return say("never")
    passed = now - at
    if passed.total_seconds() < _JUST_NOW_S:
        return say("just now")
    return say("%(time)s ago", time=lasting(passed))
