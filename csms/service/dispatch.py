"""Sending limits so that the grid limit holds between any two messages.

Decreases go out first. Increases follow when the decreases have been accepted and the vehicles
have had time to follow, and each only if what everybody may then draw fits under every feeder:
until its answer comes, an EVSE may draw the higher of its old and its new limit. A limit that is
lower now and higher later, or the other way round, goes out in two halves where room is short:
first what is lower, then the whole.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from csms.clock import wait_at_most
from csms.domain.identity import EvseId
from csms.domain.limits import Allowance, TimedLimit, Verdict
from csms.service.grid_guard import Ledger, adds_to_overload, is_overcommitted
from csms.service.limit_sending import LimitSending, Sending, transaction_id
from csms.service.site_access import SiteAccess

logger = logging.getLogger(__name__)

_NOTICEABLE_A: Final = 0.05
_PATIENCE_S: Final = 10.0
"""How long a round waits for answers; a slower station is counted at the worse of both limits."""
_SHORT_PATIENCE_S: Final = 1.0
"""How long the next plan waits for answers to what could not wait for it."""


@dataclass(frozen=True, slots=True)
class Target:
    """A limit that an EVSE is to have."""

    evse: EvseId
    limit: TimedLimit


class Dispatcher:
    """Sends targets to a site's stations.

    Args:
        access: The site, and how to reach its stations.
    """

    def __init__(self, access: SiteAccess) -> None:
        self._access, self._live = access, access.live
        self._sending = asyncio.Lock()
        self._limits = LimitSending(access)

    async def dispatch(
        self, targets: Sequence[Target], plan_number: int | None, tasks: asyncio.TaskGroup
    ) -> None:
        """Send what differs from what is held.

        Args:
            targets: The limits that are wanted.
            plan_number: The plan that they come from.
            tasks: Owns what is still waiting for an answer when this returns.
        """
        now = self._access.clock.now()
        increases: list[Target] = []
        decreases: list[Target] = []
        for target in targets:
            if self._is_due(target, now):
                (increases if self._raises(target, now) else decreases).append(target)
        if increases and (
            is_overcommitted(self._live, now) or not self._fit(self._proposed(increases))
        ):
            decreases += self._cuts(increases, now)
        if decreases:
            await self._send_all(decreases, plan_number, tasks)
            settle_s = self._live.site.control.settle_s
            if increases and await wait_at_most(self._access.clock, self._live.urgent, settle_s):
                return  # what these increases were planned for has changed; a new plan comes
        released = self._release(increases)
        if released:
            await self._send_all(released, plan_number, tasks)

    async def send_at_once(
        self, decreases: Sequence[Target], increases: Sequence[Target], tasks: asyncio.TaskGroup
    ) -> None:
        """Send what cannot wait for a plan, of the increases what there is room for.

        Args:
            decreases: Limits that are nowhere higher than what is held.
            increases: Limits of vehicles that have none yet.
            tasks: Owns what is still waiting for an answer when this returns.
        """
        targets = [*decreases, *self._release(increases)]
        if targets:
            await self._send_all(targets, None, tasks, _SHORT_PATIENCE_S)

    def _is_due(self, target: Target, now: datetime) -> bool:
        """Whether an EVSE has to be told: its limit is another, or lapses before long."""
        evse = self._live.evses[target.evse]
        if evse.retry_at is not None and now < evse.retry_at:
            return False
        held = evse.allowance.accepted
        if held is None or evse.allowance.uncertain:
            return True
        half_life = timedelta(seconds=self._live.site.control.limits_live_s / 2)
        if held.ends_at - now < half_life:
            return True
        return self._differs(evse.allowance, target.limit, now)

    @staticmethod
    def _differs(allowance: Allowance, limit: TimedLimit, now: datetime) -> bool:
        """Whether a limit is another than what is allowed, while both hold."""
        held = allowance.accepted
        if held is None:
            return True
        until = min(held.ends_at, limit.ends_at)
        edges = {now, *held.edges(), *limit.edges()}
        return any(
            abs((held.at(edge) or 0.0) - (limit.at(edge) or 0.0)) > _NOTICEABLE_A
            for edge in edges
            if now <= edge < until
        )

    def _raises(self, target: Target, now: datetime) -> bool:
        """Whether a limit allows more than what is held, at any time."""
        allowance = self._live.evses[target.evse].allowance
        return _is_above(allowance.settled(target.limit, Verdict.ACCEPTED), allowance, now)

    def _cuts(self, increases: Sequence[Target], now: datetime) -> list[Target]:
        """First halves of limits that are higher at one time and lower at another.

        Each is lowered where it has to be, so that the others find the room they were planned,
        and is raised with them afterwards.
        """
        cuts = []
        for target in increases:
            evse = self._live.evses[target.evse]
            allowance, max_steps = evse.allowance, self._live.max_periods(evse)
            if allowance.is_on_trial:
                continue  # any limit of it counts at its rating: there is no lower half
            cut = allowance.cut(target.limit, max_steps)
            if _is_above(allowance, allowance.settled(cut, Verdict.ACCEPTED), now):
                cuts.append(Target(target.evse, cut))
        return cuts

    def _release(self, increases: Sequence[Target]) -> list[Target]:
        """Increases for which there is room, all at once or else one by one."""
        present = [target for target in increases if self._is_present(target)]
        if not present:
            return []
        ledger, proposed = Ledger(self._live, self._access.clock.now()), self._proposed(present)
        if self._fit(proposed, ledger):
            return present
        released: list[Target] = []
        taken: dict[EvseId, Allowance] = {}
        for target in present:
            more = {**taken, target.evse: proposed[target.evse]}
            if self._fit(more, ledger):
                released.append(target)
                taken = more
            else:
                logger.info("no room yet to raise %s", target.evse)
                self._live.mark()
        return released

    def _is_present(self, target: Target) -> bool:
        evse = self._live.evses.get(target.evse)
        return evse is not None and evse.is_occupied

    def _proposed(self, increases: Sequence[Target]) -> dict[EvseId, Allowance]:
        """What would be allowed with limits on top of those that they replace."""
        return {
            target.evse: self._live.evses[target.evse].allowance.sent(target.limit)
            for target in increases
        }

    def _fit(self, proposed: Mapping[EvseId, Allowance], ledger: Ledger | None = None) -> bool:
        """Whether there is room for what would be allowed."""
        return not adds_to_overload(self._live, self._access.clock.now(), proposed, ledger)

    async def _send_all(
        self,
        targets: Sequence[Target],
        plan_number: int | None,
        tasks: asyncio.TaskGroup,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        """Send limits at the same time and wait for the answers, but not for ever.

        They count from this very moment, before anybody else can look for room; and they are sent
        in the order in which they count, whoever else is sending.
        """
        wanted = {target.evse: target.limit for target in targets}
        formed = [Target(key, self._form(key, limit)) for key, limit in wanted.items()]
        async with self._sending:
            try:
                numbers = await self._write_down(formed, plan_number)
            except BaseException:
                self._take_back(formed)
                raise
            sending = {
                tasks.create_task(
                    self._limits.send(
                        self._live.evses[target.evse],
                        Sending(
                            wanted=wanted[target.evse],
                            limit=target.limit,
                            number=numbers[target.evse],
                            plan_number=plan_number,
                        ),
                    )
                )
                for target in formed
            }
        await asyncio.wait(sending, timeout=patience_s)

    def _form(self, evse_id: EvseId, limit: TimedLimit) -> TimedLimit:
        """Put a limit into the form in which it goes out, and let it count."""
        evse = self._live.evses[evse_id]
        formed = self._limits.formed(evse, limit)
        evse.allowance = evse.allowance.sent(formed)
        return formed

    def _take_back(self, targets: Sequence[Target]) -> None:
        """Limits were not sent after all."""
        for target in targets:
            evse = self._live.evses.get(target.evse)
            if evse is not None:
                evse.allowance = evse.allowance.settled(target.limit, Verdict.REFUSED)

    async def _write_down(
        self, targets: Sequence[Target], plan_number: int | None
    ) -> dict[EvseId, int]:
        """Keep what is about to be sent, so that a crash cannot make us forget it."""
        limits = [
            (
                target.evse,
                target.limit,
                {
                    "plan_number": plan_number,
                    "transaction_id": transaction_id(self._live.evses[target.evse]),
                },
            )
            for target in targets
        ]
        async with self._access.open_uow() as uow:
            numbers = await uow.control.add_sent_limits(limits, self._access.clock.now())
            await uow.commit()
        return numbers


def _is_above(one: Allowance, other: Allowance, now: datetime) -> bool:
    """Whether one allows noticeably more than another, now or at any time to come."""
    edges = {now, *one.edges(), *other.edges()}
    return any(one.now_a(edge) > other.now_a(edge) + _NOTICEABLE_A for edge in edges if edge >= now)
