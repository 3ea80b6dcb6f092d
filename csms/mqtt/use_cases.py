"""What the bridge makes use of."""

from dataclasses import dataclass

from csms.mqtt.state_out import Feeds
from csms.service.audit_log import AuditLog
from csms.service.grid_desk import GridDesk
from csms.service.imposed_limits import ImposedLimits
from csms.service.offer_desk import OfferDesk
from csms.service.operations import Operations
from csms.service.pricing import Pricing
from csms.service.sites import Sites


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    """The use cases, and what they are about.

    Attributes:
        sites: All sites.
        operations: What is done with what comes.
        limits: Imposes limits.
        grid: Takes what grid companies send.
        flexibility: Offers what feeders can shed and take.
        pricing: Takes prices.
        feeds: Tell how sites stand.
        log: Is told of what was ordered.
    """

    sites: Sites
    operations: Operations
    limits: ImposedLimits
    grid: GridDesk
    flexibility: OfferDesk
    pricing: Pricing
    feeds: Feeds
    log: AuditLog
