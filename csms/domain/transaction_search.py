"""Which transactions are looked for."""

from dataclasses import dataclass
from datetime import datetime

from csms.domain.identity import SiteId, StationId


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionsWanted:
    """Which transactions are looked for; None: any.

    Attributes:
        site_id: At stations of this site.
        token: With this id token, in any case.
        token_of: With the id token of the transaction of this number.
        is_running: They have not ended; False: they have.
        since: They have begun then or later.
        until: They have begun before that.
        before: Their numbers are smaller: the last one of the page before.
    """

    site_id: SiteId | None = None
    station_id: StationId | None = None
    evse_number: int | None = None
    token: str | None = None
    token_of: int | None = None
    is_running: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionTotals:
    """What transactions come to together.

    Attributes:
        cost: Of those that have one; None: none has.
    """

    count: int = 0
    energy_wh: float = 0.0
    cost: float | None = None
