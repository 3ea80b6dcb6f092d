"""Where the pages get their sites from."""

from typing import Protocol

from csms.domain.identity import SiteId
from csms.service.site_view import SiteView


class SiteViews(Protocol):
    """Where views of sites come from."""

    def site_ids(self) -> tuple[SiteId, ...]:
        """All sites."""
        ...

    def view(self, site_id: SiteId) -> SiteView:
        """The view of a site at this instant.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        ...

    def quick_view(self, site_id: SiteId) -> SiteView:
        """The same from what was seen in the last seconds, for pages that then follow the stream.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        ...
