"""The most that a connector may be planned to draw: its hardware's, others' and the operator's."""

from dataclasses import dataclass
from datetime import datetime

from csms.domain.connector_limit import ConnectorLimit
from csms.service.external_bounds import external_bound
from csms.service.limit_words import connector_limited_to
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.site_view import ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorBound:
    """What a connector is limited to beside its feeders.

    Attributes:
        amps: Per line.
        words: Who limits it, and to what.
        code: The same for programs.
    """

    amps: float
    words: str
    code: ReasonCode


def operator_limit(evse: LiveEvse, now: datetime) -> ConnectorLimit | None:
    """The operator's limit that is in force at a connector, None if there is none."""
    limit = evse.operator_limit
    return limit if limit is not None and limit.holds_at(now) else None


def tightest_bound(live: LiveSite, evse: LiveEvse, now: datetime) -> ConnectorBound | None:
    """The tightest limit of the operator or of others on a connector, None if there is none."""
    bounds = []
    if limit := operator_limit(evse, now):
        words = connector_limited_to(limit, live.site.timezone, now)
        bounds.append(ConnectorBound(amps=limit.amps, words=words, code=ReasonCode.OPERATOR))
    if bound := external_bound(live, evse, now):
        bounds.append(ConnectorBound(amps=bound.amps, words=bound.words, code=ReasonCode.EXTERNAL))
    return min(bounds, key=lambda one: one.amps, default=None)


def most_a(live: LiveSite, evse: LiveEvse, now: datetime) -> float:
    """The most that an EVSE can make use of: what its hardware takes, and what it is let."""
    bound = tightest_bound(live, evse, now)
    return evse.place.max_a if bound is None else min(bound.amps, evse.place.max_a)


def bound_now_a(evse: LiveEvse, now: datetime) -> float | None:
    """What the operator lets a connector draw, never below its standing fallback; None: all."""
    limit = operator_limit(evse, now)
    return None if limit is None else max(limit.amps, evse.allowance.standing_a)
