"""All that is needed to work on the stations of a site, in one place."""

from dataclasses import dataclass

from csms.clock import Clock
from csms.service.live_site import LiveSite
from csms.service.ports import StationGateway
from csms.service.unit_of_work import OpenUnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAccess:
    """What whoever works on a site's stations has.

    Attributes:
        live: The site.
        gateway: Delivers commands.
        open_uow: Opens units of work.
        clock: The time.
    """

    live: LiveSite
    gateway: StationGateway
    open_uow: OpenUnitOfWork
    clock: Clock
