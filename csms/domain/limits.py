"""Limits that stations were sent, and what each EVSE may therefore draw at most."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from csms.domain.profile_form import PLAIN_TX, ProfileForm, Slot

_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedLimit:
    """A limit over a stretch of time, in A per line.

    Attributes:
        starts_at: When it begins.
        ends_at: When it lapses by itself.
        steps: (seconds after the start, amperes), in order of time, the first at 0.
        form: In which form the station is told.
    """

    starts_at: datetime
    ends_at: datetime
    steps: tuple[tuple[int, float], ...]
    form: ProfileForm = PLAIN_TX
    _edges: tuple[datetime, ...] = field(init=False, repr=False, compare=False)
    _spans: tuple[tuple[datetime, datetime, float], ...] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        begins = [self.starts_at + timedelta(seconds=second) for second, _ in self.steps]
        object.__setattr__(self, "_edges", (*begins, self.ends_at))
        stops = [min(at, self.ends_at) for at in (*begins[1:], self.ends_at)]
        spans = zip(begins, stops, (amps for _, amps in self.steps), strict=True)
        object.__setattr__(self, "_spans", tuple(span for span in spans if span[0] < span[1]))

    def most_a(self, start_at: datetime, end_at: datetime) -> float | None:
        """The highest limit between two instants, None where it does not hold at all."""
        highest: float | None = None
        for begins_at, stops_at, amps in self._spans:
            if begins_at < end_at and stops_at > start_at and (highest is None or amps > highest):
                highest = amps
        return highest

    def least_a(self, start_at: datetime, end_at: datetime) -> float | None:
        """The lowest limit between two instants, None where it does not hold at all."""
        within = [
            amps
            for begins_at, stops_at, amps in self._spans
            if begins_at < end_at and stops_at > start_at
        ]
        return min(within, default=None)

    def spans(self) -> Iterator[tuple[datetime, datetime, float]]:
        """The stretches of one limit each: from, until, amperes."""
        return iter(self._spans)

    def at(self, instant: datetime) -> float | None:
        """The limit at an instant, None where it does not hold."""
        return self.most_a(instant, instant + _MOMENT)

    def capped(self, most_a: float) -> "TimedLimit":
        """The same, nowhere above a current."""
        capped = ((second, min(amps, most_a)) for second, amps in self.steps)
        return replace(self, steps=_joined(capped))

    def held_back(self, seconds: int, most_a: float) -> "TimedLimit":
        """The same, nowhere above a current for so many seconds."""
        early = tuple((second, amps) for second, amps in self.steps if second < seconds)
        if all(amps <= most_a for _, amps in early):
            return self
        _, then_a = next(step for step in reversed(self.steps) if step[0] <= seconds)
        late = [(second, amps) for second, amps in self.steps if second > seconds]
        capped = _joined((second, min(amps, most_a)) for second, amps in early)
        return replace(self, steps=(*capped, (seconds, then_a), *late))

    def raised_later(self, wait_s: int) -> "TimedLimit":
        """The same, but for steps upward that come so much later.

        One vehicle may rise at the instant at which another is told to fall, and takes its time.
        What would come only after the limit has lapsed is left out.
        """
        if len(self.steps) == 1:
            return self
        steps, lives_s = list(self.steps[:1]), (self.ends_at - self.starts_at).total_seconds()
        for second, amps in self.steps[1:]:
            while len(steps) > 1 and steps[-1][0] >= second:
                steps.pop()  # it would have begun only when this one does
            rises = amps > steps[-1][1]
            steps.append((second + wait_s if rises else second, amps))
        return replace(self, steps=tuple(step for step in steps if step[0] < lives_s))

    def edges(self) -> tuple[datetime, ...]:
        """Every instant at which the limit changes, begins or lapses."""
        return self._edges


class Standing(StrEnum):
    """Whether a station holds its standing fallback."""

    UNKNOWN = "unknown"
    HELD = "held"
    REFUSED = "refused"


class Verdict(StrEnum):
    """What came of sending a limit."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    """The station may have taken it or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The most that an EVSE may draw, given every limit that it may hold.

    It is never below the standing fallback: a station that reboots, or whose limit lapses, may
    draw that at any time. While it is not certain that the fallback is held, it is the rating of
    the hardware: without any profile a station charges as if no constraints apply (OCPP 1.6
    §3.13.6).

    Attributes:
        rating_a: The most that the hardware can draw.
        fallback_a: The standing fallback.
        standing: Whether the station holds it.
        accepted: The last limit that it accepted.
        uncertain: Limits that it may have taken after that.
        lingering: Limits of other forms that it took before, and that stand beside the last one.
        is_disobeyed: It was found not to keep to what it holds; nothing of that counts.
        is_on_trial: It was not seen yet to keep to limits: any limit may let it draw its rating.
        limits: All that may be in force.
        standing_a: What it may draw while no limit is in force.
    """

    rating_a: float
    fallback_a: float
    standing: Standing = Standing.UNKNOWN
    accepted: TimedLimit | None = None
    uncertain: tuple[TimedLimit, ...] = ()
    lingering: tuple[TimedLimit, ...] = ()
    is_disobeyed: bool = False
    is_on_trial: bool = False
    limits: tuple[TimedLimit, ...] = field(init=False, repr=False, compare=False)
    standing_a: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        limits = self.lingering + self.uncertain
        if self.accepted is not None:
            limits = (self.accepted, *limits)
        object.__setattr__(self, "limits", limits)
        object.__setattr__(self, "standing_a", self._left_a())

    def _left_a(self) -> float:
        """What is left where no limit is."""
        is_held = self.standing is Standing.HELD and not self.is_disobeyed
        return self.fallback_a if is_held else self.rating_a

    def most_a(self, start_at: datetime, end_at: datetime) -> float:
        """The most that it may draw at any time between two instants."""
        highest_a = self.standing_a
        for limit in self.limits:
            limit_a = limit.most_a(start_at, end_at)
            if limit_a is not None and (limit_a > highest_a or self.is_on_trial):
                highest_a = self.rating_a if self.is_on_trial else limit_a
        return min(self.rating_a, highest_a)

    def course_a(self, edges: Sequence[datetime]) -> list[float]:
        """The most that it may draw in each slot.

        Args:
            edges: Start of every slot, and the end of the last.
        """
        course = [min(self.rating_a, self.standing_a)] * (len(edges) - 1)
        for begins_at, stops_at, limit_a in self.spans():
            amps = min(self.rating_a, limit_a)
            first = max(0, bisect_right(edges, begins_at) - 1)
            for slot in range(first, min(len(course), bisect_left(edges, stops_at))):
                course[slot] = max(course[slot], amps)
        return course

    def least_a(self, start_at: datetime, end_at: datetime, slack: timedelta) -> float:
        """The least that anything that it may hold lets it draw between two instants.

        Args:
            start_at: From when on.
            end_at: Until when.
            slack: How much earlier or later than that steps of limits may come.
        """
        earliest, latest = start_at - slack, end_at + slack
        leasts = [limit.least_a(earliest, latest) for limit in self.limits]
        held = [least for least in leasts if least is not None]
        accepted = self.accepted
        if accepted is None or not accepted.starts_at <= start_at <= end_at <= accepted.ends_at:
            held.append(self.fallback_a)
        return min(self.rating_a, *held)

    def spans(self) -> Iterator[tuple[datetime, datetime, float]]:
        """The stretches in which limits let it draw so much: from, until, amperes."""
        for limit in self.limits:
            for begins_at, stops_at, limit_a in limit.spans():
                yield begins_at, stops_at, self.rating_a if self.is_on_trial else limit_a

    def now_a(self, now: datetime) -> float:
        """The most that it may draw at an instant."""
        return self.most_a(now, now + _MOMENT)

    def falls_to_standing_at(self, now: datetime) -> datetime | None:
        """When the last limit lapses that is above what it may draw without; None: none is."""
        ends = [
            stops_at
            for limit in self.limits
            for _, stops_at, limit_a in limit.spans()
            if stops_at > now and min(limit_a, self.rating_a) > self.standing_a
        ]
        return max(ends, default=None)

    def falls(self, since: datetime, until: datetime) -> list[tuple[datetime, float]]:
        """When it falls by itself, and to what: at steps of limits, and where they lapse.

        Args:
            since: After this instant.
            until: Up to this one.
        """
        edges = {edge for limit in self.limits for edge in limit.edges() if since < edge <= until}
        if not edges:  # as nearly always
            return []
        return [(edge, self.now_a(edge)) for edge in sorted(edges) if self._falls_at(edge)]

    def restanding(self, standing: Standing) -> "Allowance":
        """With other knowledge of the fallback."""
        return replace(self, standing=standing)

    def told(self) -> "Allowance":
        """What it was told it may draw, whether that is believed or not."""
        return replace(self, is_disobeyed=False, is_on_trial=False)

    def sent(self, limit: TimedLimit) -> "Allowance":
        """A limit is on its way: until the answer comes it may be in force or not."""
        return replace(self, uncertain=(*self.uncertain, limit))

    def settled(self, limit: TimedLimit, verdict: Verdict) -> "Allowance":
        """The answer to a limit has come, or will not come any more."""
        match verdict:
            case Verdict.ACCEPTED:
                # One profile replaces the other, and calls are answered one after the other: what
                # was sent before this one is out of force, and what was sent later is not.
                # A profile of another slot stays beside it.
                return replace(
                    self,
                    accepted=limit,
                    uncertain=self._sent_after(limit),
                    lingering=self._beside(limit),
                )
            case Verdict.REFUSED:
                left = tuple(other for other in self.uncertain if other is not limit)
                return replace(self, uncertain=left)
            case Verdict.UNCERTAIN:
                return self

    def lapsed(self, now: datetime) -> "Allowance":
        """Without the limits that have lapsed; itself where none has."""
        is_over = self.accepted is not None and self.accepted.ends_at <= now
        if all(limit.ends_at > now for limit in self.limits):
            return self
        return replace(
            self,
            accepted=None if is_over else self.accepted,
            uncertain=tuple(limit for limit in self.uncertain if limit.ends_at > now),
            lingering=tuple(limit for limit in self.lingering if limit.ends_at > now),
        )

    def transaction_ended(self) -> "Allowance":
        """Without the limits that were the transaction's, and end with it (OCPP 1.6 §7.10)."""
        accepted = self.accepted if self.accepted and _outlives(self.accepted) else None
        return replace(
            self,
            accepted=accepted,
            uncertain=tuple(filter(_outlives, self.uncertain)),
            lingering=tuple(filter(_outlives, self.lingering)),
            is_on_trial=False,
        )

    def capped(self, most_a: float) -> "Allowance":
        """With no limit above a current."""
        return replace(
            self,
            accepted=self.accepted and self.accepted.capped(most_a),
            uncertain=tuple(limit.capped(most_a) for limit in self.uncertain),
            lingering=tuple(limit.capped(most_a) for limit in self.lingering),
        )

    def bare(self) -> "Allowance":
        """Without limits at all."""
        return replace(self, accepted=None, uncertain=(), lingering=())

    def cleared(self, slot: Slot) -> "Allowance":
        """The limits of a slot that stood beside the last one are gone."""
        left = tuple(limit for limit in self.lingering if limit.form.slot != slot)
        return replace(self, lingering=left)

    def cut(self, limit: TimedLimit, max_steps: int) -> TimedLimit:
        """A limit, lowered to what may be drawn already wherever that is less.

        Whoever may draw no more than this has not been raised at any time. Where nothing but the
        standing fallback is left at the end, it lapses there instead: a station that takes a
        single period would be given the lowest one from the beginning.

        Args:
            limit: Where the limit is to be in the end.
            max_steps: How many steps the station takes; the last ones are merged into the lowest.
        """
        within = {edge for edge in self.edges() if limit.starts_at < edge < limit.ends_at}
        edges = sorted({limit.starts_at, *limit.edges()[:-1], *within})
        steps: list[tuple[int, float]] = []
        for edge in edges:
            amps = min(limit.at(edge) or 0.0, self.now_a(edge))
            if not steps or steps[-1][1] != amps:
                steps.append((round((edge - limit.starts_at).total_seconds()), amps))
        if len(steps) > 1 and steps[-1][1] == self.standing_a:
            lapses_s, _ = steps.pop()
            limit = replace(limit, ends_at=limit.starts_at + timedelta(seconds=lapses_s))
        merged = steps[max_steps - 1 :]
        lowest_a = min((amps for _, amps in merged), default=0.0)
        tail = [(merged[0][0], lowest_a)] if merged else []
        return replace(limit, steps=(*steps[: max_steps - 1], *tail))

    def edges(self) -> tuple[datetime, ...]:
        """Every instant at which the allowance may change by itself."""
        return tuple(edge for limit in self.limits for edge in limit.edges())

    def _sent_after(self, limit: TimedLimit) -> tuple[TimedLimit, ...]:
        places = [place for place, other in enumerate(self.uncertain) if other is limit]
        return self.uncertain[places[-1] + 1 :] if places else ()

    def _beside(self, limit: TimedLimit) -> tuple[TimedLimit, ...]:
        """What was taken, or may have been, before a limit that takes the place of none of it."""
        after = self._sent_after(limit)
        before = [one for one in self.limits if one is not limit and one not in after]
        return tuple(one for one in before if one.form.slot != limit.form.slot)

    def _falls_at(self, edge: datetime) -> bool:
        return self.now_a(edge) < self.now_a(edge - _MOMENT)


def _joined(steps: Iterable[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    """Steps without those that change nothing."""
    joined: list[tuple[int, float]] = []
    for second, amps in steps:
        if not joined or joined[-1][1] != amps:
            joined.append((second, amps))
    return tuple(joined)


def _outlives(limit: TimedLimit) -> bool:
    return limit.form.outlives_transactions
