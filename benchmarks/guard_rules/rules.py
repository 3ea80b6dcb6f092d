"""The rules of the guard of grid limits, each with what switches it off.

Every rule is one function of the system, replaced by one that does not do it. If all limits hold
without it, then the rule is not needed, or chaos does not try it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias
from unittest.mock import patch

from csms.domain.commands import Outcome
from csms.domain.limits import Allowance, Standing, TimedLimit, Verdict
from csms.domain.resource import Quantity
from csms.domain.site import NO_AMPS
from csms.service import (
    charging_control,
    dispatch,
    electrics,
    problem_builder,
    site_loading,
    total_reading,
    trials,
)
from csms.service.charger_draw import ChargerDraw, Drawn
from csms.service.feeder_meter import FeederMeter
from csms.service.limit_sending import LimitSending, Sending
from csms.service.live_evse import LiveEvse
from csms.service.live_resource import LiveResource
from csms.service.live_site import LiveSite
from csms.service.live_station import LiveStation

Switch: TypeAlias = Callable[[ExitStack], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the guard.

    Attributes:
        name: What it is called.
        words: What it says.
        off: Switches it off until a stack is closed.
    """

    name: str
    words: str
    off: Switch

    @contextmanager
    def switched_off(self) -> Iterator[None]:
        """Run without it."""
        with ExitStack() as stack:
            self.off(stack)
            yield


def _put(owner: object, name: str, new: object) -> Switch:
    def off(stack: ExitStack) -> None:
        stack.enter_context(patch.object(owner, name, new))

    return off


def _both(*switches: Switch) -> Switch:
    def off(stack: ExitStack) -> None:
        for switch in switches:
            switch(stack)

    return off


_settled = Allowance.settled
_disconnected = LiveSite.station_disconnected
_highest = FeederMeter.highest
_drew = ChargerDraw.at
_reading = LiveResource.reading
_write_down = LimitSending.write_down
_settle = LimitSending._settle  # noqa: SLF001 - what a rule's switch wraps


def _forgets_what_was_not_answered(
    self: Allowance, limit: TimedLimit, verdict: Verdict
) -> Allowance:
    is_uncertain = verdict is Verdict.UNCERTAIN
    return _settled(self, limit, Verdict.REFUSED if is_uncertain else verdict)


def _counts_nobody_who_is_gone(self: LiveSite, station_id: str) -> None:
    _disconnected(self, station_id)
    for evse in self.evses_of(station_id):
        evse.allowance = evse.allowance.bare()


def _believes_old_readings(self: FeederMeter, now: Any, lives_s: float, window_s: float) -> Any:  # noqa: ANN401
    return _highest(self, self.read_at or now, lives_s, window_s)


def _believes_the_higher(self: ChargerDraw, *args: Any) -> Drawn:  # noqa: ANN401
    drawn = _drew(self, *args)
    return Drawn(least_a=drawn.most_a, most_a=drawn.most_a, is_told=drawn.is_told)


def _has_no_fallback(self: Allowance) -> float:
    is_held = self.standing is Standing.HELD and not self.is_disobeyed
    return 0.0 if is_held else self.rating_a


async def _writes_nothing_down(
    _self: object,
    targets: Any,  # noqa: ANN401
    _plan_number: int | None,
) -> dict[Any, int]:
    return {target.evse: 0 for target in targets}


async def _writes_no_form_down(*_args: object) -> int:
    return 0


async def _writes_down_what_was_answered(
    self: LimitSending, station: LiveStation, evse: LiveEvse, sending: Sending, outcome: Outcome
) -> None:
    number = await _write_down(self, evse, sending.limit, sending.plan_number)
    await _settle(self, station, evse, replace(sending, number=number), outcome)


def _believes_what_it_heard_last(
    self: LiveResource, quantity: Quantity, now: datetime, lives_s: float
) -> float | None:
    return _reading(self, quantity, self.heard_at(quantity) or now, lives_s)


async def _does_not_wait(*_args: object) -> bool:
    return False


RULES: Final = (
    Rule(
        name="room",
        words="A limit is raised only where the ledger has room for it",
        off=_put(dispatch, "adds_to_overload", lambda *_args: False),
    ),
    Rule(
        name="decreases-first",
        words="Decreases are sent before increases, which wait for their answers",
        off=_put(dispatch.Dispatcher, "_raises", lambda *_args: False),
    ),
    Rule(
        name="settling",
        words="Increases wait until vehicles have followed the decreases",
        off=_put(dispatch, "wait_at_most", _does_not_wait),
    ),
    Rule(
        name="unanswered",
        words="A limit that was not answered may be held, and may not be",
        off=_put(Allowance, "settled", _forgets_what_was_not_answered),
    ),
    Rule(
        name="silent",
        words="Who has gone is counted at what it may draw until its limits lapse",
        off=_put(LiveSite, "station_disconnected", _counts_nobody_who_is_gone),
    ),
    Rule(
        name="fallback",
        words="A limit that lapses, or ends with its transaction, leaves the fallback",
        off=_put(Allowance, "_left_a", _has_no_fallback),
    ),
    Rule(
        name="boot",
        words="A station that boots may have lost its profiles: it counts at its rating",
        off=_put(LiveSite, "_doubt_fallbacks", lambda *_args: None),
    ),
    Rule(
        name="keeping",
        words="Who was not seen to keep its fallback counts at its rating while it is away",
        off=_put(LiveSite, "keeps_fallback", lambda *_args: True),
    ),
    Rule(
        name="trial",
        words="A make is believed once one of its stations was seen to keep to a limit",
        off=_both(
            _put(problem_builder, "needs_proof", lambda *_args: False),
            _put(trials, "needs_proof", lambda *_args: False),
        ),
    ),
    Rule(
        name="disobedience",
        words="Who draws more than it may counts at its rating",
        off=_put(LiveEvse, "distrust", lambda *_args, **_more: None),
    ),
    Rule(
        name="cut",
        words="What is too much is cut at once, without a plan",
        off=_both(
            _put(charging_control, "is_overcommitted", lambda *_args: False),
            _put(dispatch, "is_overcommitted", lambda *_args: False),
        ),
    ),
    Rule(
        name="step",
        words="A measured load may have risen by a step since, and by another with each "
        "reading that is missing",
        off=_put(FeederMeter, "margin_a", lambda *_args: NO_AMPS),
    ),
    Rule(
        name="stale",
        words="A stale meter means the worst case",
        off=_both(
            _put(FeederMeter, "highest", _believes_old_readings),
            # or the steps for readings that are missing would reach the worst case as well
            _put(FeederMeter, "missed", lambda *_args: 0),
        ),
    ),
    Rule(
        name="least-drawn",
        words="Of a total, only what chargers certainly drew is not the building's",
        off=_put(ChargerDraw, "at", _believes_the_higher),
    ),
    Rule(
        name="total-at-once",
        words="What a total shows above what chargers may draw counts before they have told",
        off=_put(total_reading, "_risen", lambda *_args: NO_AMPS),
    ),
    Rule(
        name="worst-case",
        words="Load without a meter is taken at its worst case",
        off=_put(electrics, "expected_uncontrolled", lambda *_args: NO_AMPS),
    ),
    Rule(
        name="clock",
        words="A station whose clock is wrong is told its limits by its own time",
        off=_put(LiveSite, "clock_seen", lambda *_args: None),
    ),
    Rule(
        name="restart",
        words="After a restart all counts that was sent before it",
        off=_put(site_loading, "_restore", lambda *_args, **_more: None),
    ),
    Rule(
        name="write-ahead",
        words="A limit is written down before it is sent",
        off=_both(
            _put(dispatch.Dispatcher, "_write_down", _writes_nothing_down),
            _put(LimitSending, "write_down", _writes_no_form_down),
            _put(LimitSending, "_settle", _writes_down_what_was_answered),
        ),
    ),
    Rule(
        name="resource-silent",
        words="A resource that is not heard counts at its rating",
        off=_put(LiveResource, "reading", _believes_what_it_heard_last),
    ),
)
"""Those that keep limits; what only makes them comfortable (ramps, delays) is not among them."""


def rule(name: str) -> Rule:
    """Find a rule.

    Raises:
        KeyError: There is none of that name.
    """
    return {one.name: one for one in RULES}[name]
