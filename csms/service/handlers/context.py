"""What every handler is given."""

from dataclasses import dataclass

from csms.clock import Clock
from csms.domain.authorization import AdmissionPolicy, Authorization, IdToken, judge
from csms.service.ports import OpenUnitOfWork, UnitOfWork
from csms.service.sites import Sites


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerContext:
    """What every handler is given.

    Attributes:
        heartbeat_every_s: For stations that belong to no site.
    """

    sites: Sites
    open_uow: OpenUnitOfWork
    clock: Clock
    admission: AdmissionPolicy
    heartbeat_every_s: int = 300

    async def judge(self, uow: UnitOfWork, token: IdToken) -> Authorization:
        """Decide on a token, and keep that it was shown."""
        now = self.clock.now()
        record = await uow.tokens.find(token)
        await uow.tokens.note_seen(token, now)
        return judge(record, self.admission, now)
