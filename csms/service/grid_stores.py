"""Ports for keeping what grid companies have sent, and how it was kept to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from csms.domain.flexibility import Agreement
from csms.domain.grid_company import BlockTarget, PartyId
from csms.domain.grid_profile import BlockKind, CapacityBlock
from csms.domain.grid_proof import ProofQuarter
from csms.domain.identity import SiteId


class GridStore(Protocol):
    """Keeps capacity profiles, and when grid companies were last heard of."""

    async def replace(
        self,
        party: PartyId,
        target: BlockTarget,
        kind: BlockKind,
        blocks: Sequence[CapacityBlock],
    ) -> None:
        """Keep a party's blocks of a kind, in place of those that it had there."""
        ...

    async def blocks(
        self,
    ) -> Mapping[tuple[PartyId, BlockTarget, BlockKind], tuple[CapacityBlock, ...]]:
        """All blocks, in the order in which they were given."""
        ...

    async def note_heard(self, party: PartyId, at: datetime) -> None:
        """Keep when a party was last heard of."""
        ...

    async def heard(self) -> Mapping[PartyId, datetime]:
        """When parties were last heard of."""
        ...


class GridAgreementStore(Protocol):
    """Keeps what was agreed on with grid companies."""

    async def add(self, agreement: Agreement) -> Agreement:
        """Keep an agreement; return it with its number."""
        ...


class GridProofStore(Protocol):
    """Keeps what feeders were limited to and have carried."""

    async def put(self, site_id: SiteId, quarters: Iterable[ProofQuarter]) -> None:
        """Keep quarters of an hour as they are now."""
        ...

    async def begun_at(self, starts_at: datetime) -> list[tuple[SiteId, ProofQuarter]]:
        """All quarters that began at an instant."""
        ...

    async def drop(self, before: datetime) -> None:
        """Forget quarters that are older."""
        ...
