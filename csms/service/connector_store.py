"""What is kept of the operator's orders for single connectors, as the use cases need it."""

from typing import Protocol

from csms.domain.connector_limit import ConnectorLimit
from csms.domain.identity import EvseId, SiteId


class ConnectorOrderStore(Protocol):
    """Keeps limits and boosts of connectors, until they have ended or are taken back."""

    async def put_limit(self, site_id: SiteId, limit: ConnectorLimit) -> None:
        """Keep a connector's limit in place of the one that it had."""
        ...

    async def drop_limit(self, evse: EvseId) -> None:
        """Forget a connector's limit."""
        ...

    async def limits_at(self, site_id: SiteId) -> list[ConnectorLimit]:
        """All limits of a site's connectors, those too that have ended meanwhile."""
        ...

    async def put_boost(self, site_id: SiteId, evse: EvseId, transaction_number: int) -> None:
        """Keep that a connector's transaction is to be charged as fast as possible."""
        ...

    async def drop_boost(self, evse: EvseId) -> None:
        """Forget that a connector's transaction was to be charged as fast as possible."""
        ...

    async def boosts_at(self, site_id: SiteId) -> dict[EvseId, int]:
        """The numbers of a site's transactions that are to be charged as fast as possible."""
        ...
