"""The present state of one EVSE: what it may draw, what it draws, and what that shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from csms.domain.charging_profile import ProfilePurpose
from csms.domain.connector_limit import ConnectorLimit
from csms.domain.expectation import StayForecast
from csms.domain.identity import EvseId
from csms.domain.limits import Allowance
from csms.domain.metering import Reading
from csms.domain.profile_form import PLAIN_DEFAULT, ProfileForm
from csms.domain.site import EvsePlace, PhaseAmps
from csms.domain.standing import HeldFallback
from csms.domain.station import ChargingState, ConnectorStatus
from csms.domain.transaction import Transaction
from csms.domain.vehicle import VehicleHabits
from csms.language.said import Said
from csms.service.charger_draw import ChargerDraw
from csms.service.falls import Falls
from csms.service.over_count import TOLERANCE_A, OverCount, is_over, surely_allowed_a
from csms.service.trial import Finding, Trial

_IN_USE_A: Final = 0.5
_DISOBEYS: Final = Said("Draws more than it was allowed")
_AT_ONCE: Final = timedelta(0)


@dataclass(slots=True, kw_only=True)
class LiveEvse:
    """What is known of one EVSE.

    Attributes:
        since: When it began to charge, or was paused.
        refusal: Why the station did not take its last limit; empty if it did.
        retry_at: After a refusal, when it may be asked again.
        past: Ended transactions of the token that is charging here, newest first.
        forecast: What a model expects of its vehicle; None: nothing yet.
        over: How often in a row its meter has shown more than it may draw.
        falls: When what it may draw has become less.
        heard_at: When its transaction was last heard of.
        free_at: When its station last told that no vehicle is there; None: one may be there.
        taken: Connectors of it that were told not to be available.
        closed: Its last transaction, if that was closed by a rule.
        max_periods: The most periods that its vehicle takes in a schedule; None: it does not say.
        held: In which form the fallback stands; None: as it is assumed to.
        is_to_renew: Its fallback counts, and is given anew all the same.
        mistrust: Why nothing that it holds counts; empty: it does count.
        is_unseen: Its meter has not shown it: a composite schedule is enough to trust it again.
        trial: The form of limits whose effect is being watched; None: there is none in doubt.
        findings: What was seen of forms, and nobody has looked at yet.
        read_forms: Forms of which its station was asked back since it booted.
        is_unlimitable: Its station keeps to no form of limits but its fallback's.
        is_stray: The site file does not know it; it is only here while it charges all the same.
        return_delay_s: How long its first raise waits, after many stations came back at once.
        raise_from: Until when that raise waits.
        draw: What it drew at past instants; None: nobody asks.
        operator_limit: The operator's; None: none was given, or it was released.
        boosted: The number of the transaction that is to be charged as fast as possible; None:
            none.
    """

    place: EvsePlace
    allowance: Allowance
    status: ConnectorStatus | None = None
    charging_state: ChargingState | None = None
    transaction: Transaction | None = None
    reading: Reading | None = None
    habits: VehicleHabits = field(default_factory=VehicleHabits)
    is_paused: bool = True
    since: datetime | None = None
    refusal: str = ""
    retry_at: datetime | None = None
    past: tuple[Transaction, ...] = ()
    forecast: StayForecast | None = None
    over: OverCount = field(default_factory=OverCount)
    falls: Falls = field(default_factory=Falls)
    heard_at: datetime | None = None
    free_at: datetime | None = None
    taken: set[int] = field(default_factory=set)
    closed: Transaction | None = None
    is_stray: bool = False
    max_periods: int | None = None
    held: HeldFallback | None = None
    is_to_renew: bool = False
    mistrust: str = ""
    is_unseen: bool = False
    trial: Trial | None = None
    findings: list[Finding] = field(default_factory=list)
    read_forms: set[ProfileForm] = field(default_factory=set)
    is_unlimitable: bool = False
    return_delay_s: int | None = None
    raise_from: datetime | None = None
    draw: ChargerDraw | None = None
    operator_limit: ConnectorLimit | None = None
    boosted: int | None = None

    @classmethod
    def placed(cls, place: EvsePlace, *, is_stray: bool = False) -> "LiveEvse":
        """An EVSE of which no more is known than its place."""
        allowance = Allowance(rating_a=place.max_a, fallback_a=place.fallback_a)
        return cls(place=place, allowance=allowance, is_stray=is_stray)

    @property
    def is_occupied(self) -> bool:
        """Whether a transaction runs and its vehicle is there."""
        return self.transaction is not None and self.status is not ConnectorStatus.AVAILABLE

    @property
    def is_boosted(self) -> bool:
        """Whether its vehicle is to be charged as fast as all limits allow."""
        return self.transaction is not None and self.transaction.number == self.boosted

    @property
    def holds_maximum(self) -> bool:
        """Whether its fallback stands as a maximum of its station."""
        return self.held is not None and self.held.form.purpose is ProfilePurpose.STATION_MAX

    def is_held_back(self, now: datetime) -> bool:
        """Whether it waits to be raised, so that not all begin in the same second."""
        is_first = self.return_delay_s is not None
        return is_first or (self.raise_from is not None and now < self.raise_from)

    def hold_back(self, now: datetime) -> int:
        """Let its first raise begin to wait; return how many seconds it still waits."""
        if self.return_delay_s is not None:
            self.raise_from = now + timedelta(seconds=self.return_delay_s)
            self.return_delay_s = None
        if self.raise_from is None or now >= self.raise_from:
            return 0
        return ceil((self.raise_from - now).total_seconds())

    def allow(self, allowance: Allowance, now: datetime) -> None:
        """Change what it may draw, and remember when that was lowered."""
        if self.draw is not None and allowance != self.allowance:
            self.draw.let_go(self.allowance, now)
        self.falls.note(self.allowance, allowance, now)
        self.allowance = allowance

    def distrust(self, words: str, *, is_unseen: bool = False) -> None:
        """Let nothing count that it holds, for a reason in words."""
        self.mistrust, self.is_unseen = words, is_unseen
        self.allowance = replace(self.allowance, is_disobeyed=True)

    def trust(self) -> None:
        """Let what it holds count again."""
        self.mistrust, self.is_unseen = "", False
        self.allowance = replace(self.allowance, is_disobeyed=False)

    def interrupt(self) -> None:
        """It may have drawn nothing for a while."""
        if self.draw is not None:
            self.draw.interrupt()

    def begin_anew(self) -> None:
        """Believe again what it accepts, and forget what was seen of forms."""
        self.interrupt()
        self.trust()
        self.trial, self.is_unlimitable = None, False
        self.findings.clear()
        self.read_forms.clear()

    def doubt_limit(self) -> None:
        """Take the limit that it has accepted for as good as uncertain: it is sent again."""
        if self.allowance.accepted is not None:
            self.allowance = self.allowance.sent(self.allowance.accepted)

    def watch(self, form: ProfileForm, now: datetime) -> None:
        """Find out whether it keeps to a form that it has just taken."""
        if self.trial is None or self.trial.form != form:
            self.trial = Trial(form, now)

    def form_in_use(self, now: datetime) -> ProfileForm:
        """The form of the limit that holds, or of the fallback where none does."""
        accepted = self.allowance.accepted
        if accepted is not None and accepted.at(now) is not None:
            return accepted.form
        return self.held.form if self.held else PLAIN_DEFAULT

    def begin(self, transaction: Transaction) -> None:
        """A transaction has started, of a vehicle of which nothing is known yet."""
        self.interrupt()
        self.transaction, self.closed = transaction, None
        self.habits, self.refusal, self.retry_at = VehicleHabits(), "", None
        self.over, self.falls = OverCount(), Falls()
        self.max_periods = self.forecast = None
        self.since, self.is_paused = transaction.started_at, True
        self.charging_state = transaction.charging_state or self.charging_state

    def end(self, closed: Transaction | None = None) -> None:
        """Its transaction has ended; it was closed by a rule, or by its station."""
        self.interrupt()
        self.transaction = self.trial = None
        self.closed = closed
        self.charging_state = ChargingState.IDLE  # 2.0.1 need not say so with the end
        self.allowance = self.allowance.transaction_ended()
        self.reading = None

    def note_connector(self, number: int, status: ConnectorStatus, now: datetime) -> None:
        """Take what the station says of one of its connectors."""
        self.status = status
        if status is ConnectorStatus.AVAILABLE:
            self.taken.discard(number)
        else:
            self.taken.add(number)
        self.free_at = None if self.taken else now

    def note_charging_state(self, state: ChargingState | None, now: datetime) -> None:
        """Take what the station says of the vehicle.

        That it has suspended charging counts only right after it charged, and while it might have
        gone on: after a pause many stations call a vehicle suspended until it has begun again.
        """
        if state is None:
            return
        has_stopped = (
            self.charging_state is ChargingState.CHARGING and state is ChargingState.SUSPENDED_EV
        )
        if has_stopped and self.allowance.now_a(now) >= self.place.min_a:
            self.habits = self.habits.stopped(self.place.min_a)
        self.charging_state = state

    def learn(self, current_a: PhaseAmps, now: datetime, settled: timedelta) -> bool:
        """Learn from a current that was just read.

        Args:
            current_a: By conductor.
            now: The present instant.
            settled: How long vehicles take to follow a limit.

        Returns:
            Whether it says something that a plan depends on.
        """
        before, was_disobeyed = self.habits, self.allowance.is_disobeyed
        told = self.allowance
        if told.is_on_trial:
            told = replace(told, is_on_trial=False)
        allowed_a = told.most_a(now - settled, now)
        self.habits = self.habits.observe(current_a, allowed_a, self.place.min_a)
        is_too_much = is_over(max(current_a), told, now, settled)
        if self.over.read(is_over=is_too_much, now=now, settled=settled):
            if self.trial is None:  # else its form may not be to blame
                self.findings.append(Finding(self.form_in_use(now), is_followed=False))
            self.distrust(_DISOBEYS)
        if self.trial is not None:
            self._try_out(self.trial, max(current_a), now, settled)
        is_paused = max(current_a) < _IN_USE_A
        if is_paused != self.is_paused or self.since is None:
            self.is_paused, self.since = is_paused, now
        if self.findings or self.allowance.is_disobeyed != was_disobeyed:
            return True
        return self.habits is not before and not self.habits.is_planned_as(before)

    def _try_out(self, trial: Trial, drawn_a: float, now: datetime, settled: timedelta) -> None:
        """See whether it keeps to a form; what is counted meanwhile is another matter."""
        told = self.allowance.told()
        most_a = surely_allowed_a(told, now, settled)
        is_followed = trial.judge(
            now,
            settled,
            is_over=is_over(drawn_a, told, now, settled),
            is_telling=not self.allowance.is_on_trial or drawn_a > most_a - TOLERANCE_A,
        )
        if is_followed is None:
            return
        self.trial = None
        self.findings.append(Finding(trial.form, is_followed))
        if is_followed:
            self.trust()
        else:
            self.distrust(_DISOBEYS)

    def drawn_a(
        self, now: datetime, settled: timedelta, follows_within: timedelta = _AT_ONCE
    ) -> PhaseAmps | None:
        """What it draws, by conductor of the station, as far as is known.

        A reading from before it was lowered, or from the seconds that its vehicle had to follow,
        may show more than it draws now: until the next reading it is taken to obey, and to draw no
        more again though it may.

        Args:
            now: The present instant.
            settled: How long its vehicle takes to follow.
            follows_within: How long after it was lowered a reading from before still counts.
        """
        reading = self.reading
        if reading is None or reading.current_a is None:
            return None
        if self.allowance.is_disobeyed:
            return reading.current_a
        lowest_a = self.falls.lowest_a(self.allowance, reading.at - settled, now - follows_within)
        first, second, third = (min(amps, lowest_a) for amps in reading.current_a)
        return (first, second, third)


def stray_at(key: EvseId, places: Sequence[EvsePlace]) -> LiveEvse:
    """An EVSE that the site file does not know, counted at its station's rating where that hangs.

    Args:
        key: Where a vehicle charges all the same.
        places: Those of its station that the file does know.
    """
    max_a = max(place.max_a for place in places)
    place = replace(places[0], evse=key, max_a=max_a, fallback_a=max_a, is_installed=True)
    return LiveEvse.placed(place, is_stray=True)
