"""What was counted of a site before the start: out of the database, and on from there."""

from datetime import datetime, timedelta

from csms.domain.local_day import day_of
from csms.service.live_site import LiveSite
from csms.service.site_tally import DAYS_KEPT
from csms.service.unit_of_work import UnitOfWork


async def load_tally(uow: UnitOfWork, live: LiveSite, now: datetime) -> None:
    """Go on from what was kept; what was told after that is counted from the transactions."""
    site_id, tally = live.site.site_id, live.tally
    today = now.astimezone(live.site.timezone).date()
    mark = await uow.site_days.mark(site_id)
    days = await uow.site_days.since(site_id, today - timedelta(days=DAYS_KEPT))
    tally.restore(days, mark, now)
    if mark is not None:
        for transaction in await uow.transactions.uncounted(site_id, mark):
            tally.recover(transaction, now, live.told_wh(transaction))
        return
    midnight, _ = day_of(now, live.site.timezone)
    for transaction in await uow.transactions.going_since(site_id, midnight):
        if transaction.started_at < midnight:
            tally.note_counted(transaction)
        else:
            tally.recover(transaction, now, live.told_wh(transaction))
    tally.note_counted_until(await uow.transactions.newest_number(site_id))
